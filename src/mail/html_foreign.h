/* Decides whether markup follows the rules of HTML or those of an <svg> or a <math> inside it. There,
   `<title/>` is a whole element, no element has raw text, and there are CDATA sections (WHATWG HTML
   13.2.5.42, 13.2.6.5).

   The state is a stack: the <svg> or <math>, the element in it whose content is HTML again (for
   example <foreignObject>), the <svg> in that, and so on. An end tag closes the innermost of
   these with its name, so that a missing end tag has no lasting effect. Memory is constant, and
   so is the time for each tag. */
#ifndef MAIL_HTML_FOREIGN_H
#define MAIL_HTML_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

#define HTML_FOREIGN_LEVELS 16 /* one inside another; deeper ones are ignored */

/* All zero is the initial state. */
struct html_foreign {
	struct {
		char const *name;
		size_t open; /* elements of that name, one inside another */
	} level[HTML_FOREIGN_LEVELS];
	size_t levels; /* odd: inside an <svg> or a <math>; even: in HTML */
};

/* Do the rules of SVG and MathML apply now? */
bool html_foreign_inside(struct html_foreign const *f);

/* Reads a start tag. closed: it ends in `/>`. html: its attributes make it, or its content, HTML
   (a color in <font>, an encoding in <annotation-xml>). */
void html_foreign_start(struct html_foreign *f, char const *name, size_t n, bool closed, bool html);

/* Reads an end tag. */
void html_foreign_end(struct html_foreign *f, char const *name, size_t n);

#endif
