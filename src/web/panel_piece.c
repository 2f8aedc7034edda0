/* Pieces. */
#include "web/panel.h"

/* A stranger's HTML: no script, no form, no frame, no way to the page around it. It loads no
   style sheets and fonts of other hosts: most mail programs do not either. */
#define HTML_POLICY "sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; font-src data:; " \
	"form-action 'none'; frame-ancestors 'self'"

static bool print_html(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct page *p = arg;
	(void)n;
	p->rows++;
	response_put(&p->out, column[0], length[0]);
	return false;
}

void panel_piece_html(struct page *p, uint64_t id)
{
	response_start(&p->out, "200 OK", "text/html; charset=utf-8");
	response_field(&p->out, "Content-Security-Policy", HTML_POLICY);
	response_field(&p->out, "Referrer-Policy", "no-referrer");
	page_run(p, "SELECT html FROM piece WHERE plan_id = $1 AND id = $2", STORE_VALUES(store_number(p->plan), store_number(id)),
		print_html, p);
	if (!p->rows)
		page_not_found(p);
}
