/* Reading srcset: see srcset.h. */
#include "mail/srcset.h"

#include "mail/html.h"

/* Skips descriptors up to the comma after them; commas in parentheses do not count. */
static void skip_descriptors(struct html_text *t)
{
	bool inside = false;
	for (int c = html_text_next(t); c >= 0 && (c != ',' || inside); c = html_text_next(t))
		inside = c == '(' || (inside && c != ')');
}

bool srcset_next(struct html_text *t, struct url *u)
{
	while (html_is_space(html_text_peek(t)) || html_text_peek(t) == ',')
		html_text_next(t);
	if (html_text_peek(t) < 0)
		return false;
	url_start(u);
	/* Commas at its end are not part of the URL, which then has no descriptors. A comma is
	   known to be at the end only when the URL has ended. */
	bool comma = false;
	while (html_text_peek(t) >= 0 && !html_is_space(html_text_peek(t))) {
		size_t solid = u->solid, to = u->to;
		int c = html_text_next(t);
		url_add(u, c, t->from, t->at);
		comma = c == ',';
		if (comma) {
			u->solid = solid;
			u->to = to;
		}
	}
	url_finish(u);
	if (!comma)
		skip_descriptors(t);
	return !u->failed;
}
