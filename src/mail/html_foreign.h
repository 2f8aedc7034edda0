/* Whether markup is read as HTML or as that of an <svg> or a <math> inside it. There, browsers
   take `<title/>` and its like for whole elements, no element's content is raw text, and there
   are CDATA sections (WHATWG HTML 13.2.5.42, 13.2.6.5).

   Of the open elements no more is kept than that takes: the <svg> or <math>, the element in it
   whose content is HTML again (a <foreignObject>, say), the <svg> in that, and so on. An end tag
   closes the innermost of these that has its name, so that missing end tags do no harm for
   long. Constant memory, constant time for each tag. */
#ifndef MAIL_HTML_FOREIGN_H
#define MAIL_HTML_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

#define HTML_FOREIGN_LEVELS 16 /* one inside another; those deeper down are not entered */

/* All zero is the start. */
struct html_foreign {
	struct {
		char const *name;
		size_t open; /* how many of that name, one inside another */
	} level[HTML_FOREIGN_LEVELS];
	size_t levels; /* odd: inside an <svg> or a <math>; even: in HTML */
};

/* Is what comes next read by the rules of SVG and MathML? */
bool html_foreign_inside(struct html_foreign const *f);

/* A start tag of that name. closed: it ends in `/>`; html: its attributes make it one of HTML,
   or one whose content is: a <font>'s color, an <annotation-xml>'s encoding. */
void html_foreign_start(struct html_foreign *f, char const *name, size_t n, bool closed, bool html);

void html_foreign_end(struct html_foreign *f, char const *name, size_t n);

#endif
