/* Finds the URLs in the CSS (Syntax 3) of a style sheet or a style attribute: url(x), url("x"),
   src("x") and the strings of image-set(). It skips comments, other strings and malformed URLs
   (bad-url). Any input is accepted, in linear time. */
#ifndef MAIL_CSS_H
#define MAIL_CSS_H

#include "mail/html_text.h"
#include "mail/url.h"

struct css {
	struct html_text t;
	unsigned long depth; /* of parentheses */
	unsigned long set;   /* the depth of the strings of image-set; 0: outside of it */
};

/* Begins with the CSS s[at..end). attribute: it is a style attribute, whose character references
   are resolved. s must outlive c. */
void css_start(struct css *c, char const *s, size_t at, size_t end, bool attribute);

/* Finds the next URL. Its CSS escapes are undone; its quotes are outside [from, to). False: there
   are no more, or u->failed. */
bool css_next(struct css *c, struct url *u);

#endif
