/* SVG and MathML in HTML: see html_foreign.h. */
#include "mail/html_foreign.h"

#include "base/ascii.h"

/* These are HTML everywhere: they end the <svg> or <math> around them (13.2.6.5). */
static char const *const breakers[] = {
	"b", "big", "blockquote", "body", "br", "center", "code", "dd", "div", "dl", "dt", "em", "embed",
	"h1", "h2", "h3", "h4", "h5", "h6", "head", "hr", "i", "img", "li", "listing", "menu", "meta",
	"nobr", "ol", "p", "pre", "ruby", "s", "small", "span", "strike", "strong", "sub", "sup", "table",
	"tt", "u", "ul", "var", NULL,
};

/* Elements whose content is HTML (13.2.4.2, the "integration points"). */
static char const *const in_svg[] = {"foreignobject", "desc", "title", NULL};
static char const *const in_math[] = {"mi", "mo", "mn", "ms", "mtext", NULL};

static char const *const roots[] = {"svg", "math", NULL};

/* The list's own string for the name, or NULL. */
static char const *find_in_list(char const *const *list, char const *name, size_t n)
{
	for (; *list; list++)
		if (ascii_case_is(name, n, *list))
			return *list;
	return NULL;
}

bool html_foreign_inside(struct html_foreign const *f)
{
	return f->levels % 2;
}

static void enter_level(struct html_foreign *f, char const *name)
{
	if (!name || f->levels == HTML_FOREIGN_LEVELS)
		return;
	f->level[f->levels].name = name;
	f->level[f->levels++].open = 1;
}

/* Is it the name of the innermost level? */
static bool is_again(struct html_foreign const *f, char const *name, size_t n)
{
	return f->levels && ascii_case_is(name, n, f->level[f->levels - 1].name);
}

static void start_inside(struct html_foreign *f, char const *name, size_t n, bool closed, bool html)
{
	bool svg = f->level[f->levels - 1].name == roots[0];
	if ((html && ascii_case_is(name, n, "font")) || find_in_list(breakers, name, n))
		f->levels--;
	else if (closed)
		return;
	else if (is_again(f, name, n))
		f->level[f->levels - 1].open++;
	else if (!svg && html && ascii_case_is(name, n, "annotation-xml"))
		enter_level(f, "annotation-xml");
	else
		enter_level(f, find_in_list(svg ? in_svg : in_math, name, n));
}

void html_foreign_start(struct html_foreign *f, char const *name, size_t n, bool closed, bool html)
{
	char const *root = find_in_list(roots, name, n);
	if (html_foreign_inside(f))
		start_inside(f, name, n, closed, html);
	else if (root && !closed)
		enter_level(f, root);
	else if (is_again(f, name, n))
		f->level[f->levels - 1].open++;
}

/* Another end tag of HTML closes an element outside of the <svg> or <math>, which then ends too,
   or does nothing. This code cannot tell. To stay inside is safe: no markup is hidden. */
void html_foreign_end(struct html_foreign *f, char const *name, size_t n)
{
	if (html_foreign_inside(f) && (ascii_case_is(name, n, "p") || ascii_case_is(name, n, "br"))) {
		f->levels--; /* these end tags count as elements */
		return;
	}
	for (size_t i = f->levels; i--;) {
		if (!ascii_case_is(name, n, f->level[i].name))
			continue;
		f->levels = --f->level[i].open ? i + 1 : i;
		return;
	}
}
