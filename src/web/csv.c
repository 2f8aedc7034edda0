/* CSV as a download. */
#include "web/csv.h"

#include "base/exitcode.h"

#include <skalibs/strerr.h>
#include <stdio.h>
#include <string.h>

#define FLUSH_OCTETS 65536

void csv_start(struct page *p, char const *name, uint64_t id)
{
	char field[100];
	snprintf(field, sizeof field, "attachment; filename=\"%s-%llu.csv\"", name, (unsigned long long)id);
	response_start(&p->out, "200 OK", "text/csv; charset=utf-8");
	response_field(&p->out, "Content-Disposition", field);
	response_field(&p->out, "Content-Security-Policy", "default-src 'none'; sandbox");
}

static void put_cell(struct response *r, char const *s)
{
	bool quoted = strpbrk(s, ",\"\r\n") != NULL, guarded = *s && strchr("=+-@\t\r", *s);
	response_puts(r, quoted ? "\"" : "");
	response_puts(r, guarded ? "'" : "");
	for (; *s; s++)
		response_put(r, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
	response_puts(r, quoted ? "\"" : "");
}

void csv_row(struct page *p, char const *const *cell, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		response_puts(&p->out, i ? "," : "");
		put_cell(&p->out, cell[i] ? cell[i] : "");
	}
	response_puts(&p->out, "\r\n");
	if (p->out.body.len >= FLUSH_OCTETS && !response_flush(&p->out))
		strerr_diefusys(EXIT_TEMPORARY, "write the response");
}

bool csv_store_row(void *arg, size_t n, char const *const *column, size_t const *length)
{
	(void)length;
	csv_row(arg, column, n);
	return true;
}
