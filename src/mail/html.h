/* A reader of HTML's markup, as browsers read it (WHATWG HTML 13.2.5): it finds the
   start tags with their attributes and the style sheets, and steps over everything
   else: text, end tags, comments, scripts, titles. It reads octets of any charset that
   is a superset of ASCII, takes any input, allocates nothing, and its time is linear.

   Conditional comments (`<!--[if mso]> ... <![endif]-->`) are comments to a browser and
   markup to the mail programs they are written for, so their tags are given too, marked
   as such. `<noscript>` is read as markup: mail runs no scripts. SVG and MathML are read as
   what they are (mail/html_foreign.h). */
#ifndef MAIL_HTML_H
#define MAIL_HTML_H

#include "mail/html_foreign.h"

#include <stdbool.h>
#include <stddef.h>

enum html_token {
	HTML_END,
	HTML_TAG,    /* a start tag; [from, to) is its name */
	HTML_STYLE,  /* [from, to) is the content of a <style> */
	HTML_END_TAG /* an end tag, if asked for; [from, to) is its name, `</` is before it */
};

struct html {
	char const *s;
	size_t n;
	size_t from, to;  /* of the token */
	bool conditional; /* the token is in a conditional comment */
	bool end_tags;    /* set after html_start: give end tags too */

	/* After HTML_END: where a comment, a declaration, a tag or a raw element begins that the
	   input ends in; n if it ends in none. A browser shows nothing from there on. */
	size_t broken;
	/* Where the first text that is not white space begins, outside of tags, comments and raw
	   elements; n as long as there is none. */
	size_t text;

	/* The reader's own. */
	size_t at, end;   /* end: of what is being read, n or a conditional comment's */
	size_t resume;    /* where it goes on behind that */
	char const *raw;  /* the element whose content is no markup and comes next */
	size_t raw_tag;   /* where the tag of that element begins; raw_to: where its content ends */
	size_t raw_to;
	bool in_tag;      /* attributes are still to be read */
	bool given;       /* the tag was a start tag, and what it opens is still to be seen */
	bool closed;      /* the tag, read to its end, ended in `/>` */
	struct html_foreign foreign;
	struct html_foreign outside; /* the same around the conditional comment */
};

/* Offsets into s. No value: value == value_end. */
struct html_attribute {
	size_t name, name_end;
	size_t value, value_end; /* without the quotes */
};

/* s[0..n) must outlive h. */
void html_start(struct html *h, char const *s, size_t n);

enum html_token html_next(struct html *h);

/* The next attribute of the tag that html_next gave; false when there are no more.
   Those that are not asked for are stepped over. */
bool html_attribute(struct html *h, struct html_attribute *a);

/* Is that octet white space to HTML and CSS? */
bool html_is_space(int c);

#endif
