/* Reads a range of HTML octet by octet and resolves its character references. For each octet its
   place in the source is known, so that the caller can replace exactly that. */
#ifndef MAIL_HTML_TEXT_H
#define MAIL_HTML_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct html_text {
	char const *s;
	size_t at, end;    /* the rest of the range */
	size_t from;       /* the source of the octet last read is s[from..at) */
	bool references;   /* resolve references: in attributes, not in style sheets */
	char pending[4];   /* the rest of a reference's UTF-8 */
	size_t left;
};

/* Begins with the range s[at..end), which must outlive t. */
void html_text_start(struct html_text *t, char const *s, size_t at, size_t end, bool references);

/* The next octet, or -1 at the end. A reference gives UTF-8: numbers as WHATWG HTML
   13.2.5.80 has them, and the names of the characters up to U+00FF (13.5); others are text. */
int html_text_next(struct html_text *t);

/* The next octet, or -1, without reading it. */
int html_text_peek(struct html_text const *t);

/* Does s[0..at) end in `&quot` without its semicolon? Then a replacement at s[at] must begin with
   a semicolon: letters and digits there would make the reference text (13.2.5.73). */
bool html_text_is_open(char const *s, size_t at);

#endif
