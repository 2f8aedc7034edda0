/* Lists in pages: see paged.h. A page before a key is read in the opposite order; then its rows are
   reversed in the output. */
#include "web/paged.h"

#include "base/num.h"

#include <stdlib.h>
#include <string.h>

/* The argument of read_row. */
struct reader {
	struct page *page;
	struct paged const *list;
};

/* Reverses the rows in the output, and swaps the keys of the first and the last one. */
static void reverse_rows(struct page *p)
{
	struct buf turned = BUF_ZERO;
	char key[PAGE_KEY];
	size_t end = p->out.body.len, from = p->row_at[0];
	bool done = true;
	for (size_t i = p->rows; i-- > 0; end = p->row_at[i])
		done = done && buf_put(&turned, p->out.body.s + p->row_at[i], end - p->row_at[i]);
	if (!done)
		page_out_of_memory(p);
	if (turned.len)
		memcpy(p->out.body.s + from, turned.s, turned.len);
	buf_free(&turned);
	memcpy(key, p->first, sizeof key);
	memcpy(p->first, p->last, sizeof key);
	memcpy(p->last, key, sizeof key);
}

/* Counts a row. The one after PAGE_ROWS only shows that there are more. */
static bool read_row(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct reader *r = arg;
	struct page *p = r->page;
	size_t at = r->list->is_text ? 1 : 0;
	(void)n;
	if (p->rows == PAGE_ROWS) {
		p->has_more = true;
		return false;
	}
	if (length[at] >= PAGE_KEY)
		return true; /* no address is that long */
	memcpy(p->last, column[at], length[at] + 1);
	if (!p->rows)
		memcpy(p->first, p->last, sizeof p->first);
	p->row_at[p->rows++] = p->out.body.len;
	r->list->print_row(p, column, length);
	return true;
}

/* Prints the rows after the key in the direction, up to a page. */
static void read_rows(struct page *p, struct paged const *l, struct store_value key, bool descending)
{
	struct reader reader = {p, l};
	struct store_value values[PAGED_VALUES + 1];
	struct buf sql = BUF_ZERO;
	char number[NUM_FMT];
	memcpy(values, l->values, l->n * sizeof *values);
	values[l->n] = key;
	number[num_fmt(number, l->n + 1)] = 0;
	if (!buf_puts(&sql, l->select) || !buf_puts(&sql, l->more ? l->more : "") || !buf_puts(&sql, " AND ") || !buf_puts(&sql, l->key)
		|| !buf_puts(&sql, descending ? " < $" : " > $") || !buf_puts(&sql, number) || !buf_puts(&sql, " ORDER BY ")
		|| !buf_puts(&sql, l->key) || !buf_puts(&sql, descending ? " DESC LIMIT 51" : " LIMIT 51") /* PAGE_ROWS + 1 */
		|| !buf_putc(&sql, 0))
		page_out_of_memory(p);
	p->rows = 0;
	p->has_more = false;
	page_run(p, sql.s, l->n + 1, values, read_row, &reader);
	buf_free(&sql);
}

/* Reads the field `name` of the query as a key. False: it is absent, or not a key. */
static bool read_key(struct page *p, struct paged const *l, char const *name, struct store_value *key)
{
	char const *text = page_text_field(p, name);
	uint64_t number = form_number(&p->query, name);
	*key = l->is_text ? store_string(text) : store_number(number);
	return l->is_text ? *text : number != 0;
}

bool paged_print(struct page *p, struct paged const *l)
{
	struct store_value key, first = l->is_text ? store_string("") : store_number(l->newest_first ? INT64_MAX : 0);
	size_t at = p->out.body.len, rows;
	l->print_head(p);
	rows = p->out.body.len;
	p->rows = 0;
	/* backwards: if fewer rows than a page come before the key, show the first page */
	if (read_key(p, l, l->newest_first ? "after" : "before", &key)) {
		read_rows(p, l, key, !l->newest_first);
		p->is_middle = p->has_more;
		if (p->has_more)
			reverse_rows(p);
	} else if (read_key(p, l, l->newest_first ? "before" : "after", &key)) {
		read_rows(p, l, key, l->newest_first);
		p->is_middle = p->rows > 0;
	}
	if (!p->is_middle) {
		p->out.body.len = rows;
		read_rows(p, l, first, l->newest_first);
	}
	if (p->rows)
		page_print(p, "</tbody></table>");
	else
		p->out.body.len = at;
	return p->rows > 0;
}

static void print_link(struct page *p, struct paged const *l, char const *attributes, char const *field, char const *key, enum web_text name)
{
	page_print(p, "<a class=\"button plain\"%h href=\"%p%h", attributes, l->path);
	char const *sign = "?";
	if (l->value && *l->value) {
		page_print(p, "%h%h=", sign, l->name);
		page_query_text(p, l->value);
		sign = "&amp;";
	}
	if (field) {
		page_print(p, "%h%h=", sign, field);
		page_query_text(p, key);
	}
	page_print(p, "\">%w</a>", name);
}

void paged_links(struct page *p, struct paged const *l)
{
	bool newest = l->newest_first;
	if (!p->is_middle && !p->has_more)
		return;
	page_print(p, "<nav class=\"more\" aria-label=\"%w\">", TEXT_MORE_ROWS);
	if (p->is_middle) {
		print_link(p, l, "", NULL, NULL, TEXT_FIRST);
		print_link(p, l, " rel=\"prev\"", newest ? "after" : "before", p->first, newest ? TEXT_NEWER : TEXT_PREVIOUS);
	}
	if (p->has_more)
		print_link(p, l, " rel=\"next\"", newest ? "before" : "after", p->last, newest ? TEXT_OLDER : TEXT_NEXT);
	page_print(p, "</nav>");
}
