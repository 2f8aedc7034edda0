/* Reads the markup of HTML as browsers do (WHATWG HTML 13.2.5). It finds start tags, their
   attributes, and style sheets. It skips text, end tags, comments, scripts and titles. The octets
   may be in any charset that is a superset of ASCII. Any input is accepted, in linear time;
   nothing is allocated.

   Conditional comments (`<!--[if mso]> ... <![endif]-->`) are markup to the mail programs for
   which they are written. Their tags are found, too, and marked. `<noscript>` is markup: mail
   runs no scripts. SVG and MathML have rules of their own (mail/html_foreign.h). */
#ifndef MAIL_HTML_H
#define MAIL_HTML_H

#include "mail/html_foreign.h"

#include <stdbool.h>
#include <stddef.h>

enum html_token {
	HTML_END,
	HTML_TAG,    /* a start tag; [from, to) is its name */
	HTML_STYLE,  /* [from, to) is the content of a <style> */
	HTML_END_TAG, /* an end tag that is whole, if asked for; [from, to) is its name, `</` is before it */
	HTML_TEXT    /* text between tags, if asked for: [from, to), with its references */
};

struct html {
	char const *s;
	size_t n;
	size_t from, to;  /* of the token */
	bool conditional; /* the token is in a conditional comment */
	bool end_tags;    /* set after html_start: give end tags too */
	bool texts;       /* set after html_start: give text too */

	/* After HTML_END: the beginning of the comment, declaration, tag or raw element in which
	   the input ends; n if it ends outside of these. A browser shows nothing from there on. */
	size_t broken;
	/* The beginning of the first text that is not white space, outside of tags, comments and
	   raw elements; n before it is found. */
	size_t text;

	/* Private. */
	size_t at, end;   /* end: the end of what is being read: n, or the end of a conditional comment */
	size_t resume;    /* the place at which reading continues after `end` */
	char const *raw;  /* the element whose content, not markup, comes next */
	size_t raw_tag;   /* the beginning of that element's tag; raw_to: the end of its content */
	size_t raw_to;
	bool in_tag;      /* attributes are still to be read */
	bool given;       /* the tag was a start tag; whether it opens a raw element is not known yet */
	bool closed;      /* the tag, read to its end, ended in `/>` */
	bool cut;         /* the tag has no end */
	struct html_foreign foreign;
	struct html_foreign outside; /* the foreign elements around the conditional comment */
};

/* Offsets into s. No value: value == value_end. */
struct html_attribute {
	size_t name, name_end;
	size_t value, value_end; /* without the quotes */
};

/* s[0..n) must outlive h. */
void html_start(struct html *h, char const *s, size_t n);

enum html_token html_next(struct html *h);

/* The next attribute of the tag that html_next found; false: there are no more. html_next skips
   the attributes that were not read. */
bool html_attribute(struct html *h, struct html_attribute *a);

/* Is that octet white space to HTML and CSS? */
bool html_is_space(int c);

#endif
