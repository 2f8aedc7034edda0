/* The octets of a stretch of HTML with its character references resolved, each with the
   place it has in the source, so that what is found can be replaced there and nothing
   else. */
#ifndef MAIL_HTML_TEXT_H
#define MAIL_HTML_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct html_text {
	char const *s;
	size_t at, end;    /* what is still to be read */
	size_t from;       /* the source of the octet last read is s[from..at) */
	bool references;   /* in attributes; style sheets have none */
	char pending[4];   /* what a reference has still to give */
	size_t left;
};

void html_text_start(struct html_text *t, char const *s, size_t at, size_t end, bool references);

/* The next octet, or -1 at the end. A reference gives UTF-8: numbers as WHATWG HTML
   13.2.5.80 has them, and the names of the characters up to U+00FF (13.5); others are text. */
int html_text_next(struct html_text *t);

/* The same without moving on. */
int html_text_peek(struct html_text const *t);

/* Does s[0..at) end in `&quot` without its semicolon? What replaces the rest of s then must
   begin with one: letters and digits there would make it text (13.2.5.73). */
bool html_text_is_open(char const *s, size_t at);

#endif
