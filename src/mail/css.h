/* The URLs in CSS, a style sheet's or a style attribute's (CSS Syntax 3): url(x),
   url("x"), src("x") and the strings of image-set(). Comments, other strings and what
   no browser reads as a URL (a bad-url) are stepped over. Any input, linear time. */
#ifndef MAIL_CSS_H
#define MAIL_CSS_H

#include "mail/html_text.h"
#include "mail/url.h"

struct css {
	struct html_text t;
	unsigned long depth; /* of parentheses */
	unsigned long set;   /* the depth at which image-set's strings stand; 0: in none */
};

/* CSS in s[at..end): of a style attribute, where HTML's character references count, or
   of a style sheet. s must outlive c. */
void css_start(struct css *c, char const *s, size_t at, size_t end, bool attribute);

/* The next URL, CSS's own escapes undone; its quotes are outside [from, to).
   False: there are no more, or u->failed. */
bool css_next(struct css *c, struct url *u);

#endif
