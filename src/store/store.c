/* Functions of all engines: opening, reasons, statements that read one number. */
#include "store/store.h"

#include "base/num.h"
#include "store/postgres.h"
#include "store/sqlite.h"
#include "store/tables.h"

#include <stdarg.h>
#include <string.h>

bool store_is_postgres(char const *address)
{
	return !strncmp(address, "postgresql://", 13) || !strncmp(address, "postgres://", 11);
}

enum store_result store_open(struct store **out, char const *address, bool write)
{
	return store_is_postgres(address) ? postgres_open(out, address, write)
		: sqlite_open(out, address, write);
}

enum store_result store_fail(struct store *s, enum store_result r, ...)
{
	size_t n = 0;
	va_list words;
	va_start(words, r);
	for (char const *w; (w = va_arg(words, char const *));)
		for (; *w && n < sizeof s->reason - 1; w++)
			s->reason[n++] = (unsigned char)*w < ' ' || *w == 0x7f ? ' ' : *w;
	va_end(words);
	while (n && s->reason[n - 1] == ' ')
		n--;
	s->reason[n] = 0;
	return r;
}

enum store_result store_now(struct store *s, char out[DATE_ISO])
{
	return s->now(s, out);
}

uint64_t store_number_in(char const *const *column, size_t const *length, size_t i)
{
	uint64_t v = 0;
	(void)(column[i] && num_scan(column[i], length[i], INT64_MAX, &v));
	return v;
}

static bool read_number(void *out, size_t n, char const *const *column, size_t const *length)
{
	if (n && column[0])
		(void)num_scan(column[0], length[0], INT64_MAX, out);
	return false;
}

enum store_result store_read_number(struct store *s, char const *sql, size_t n,
	struct store_value const *values, uint64_t *out)
{
	*out = 0;
	return s->run(s, sql, n, values, read_number, out);
}

enum store_result store_highest(struct store *s, uint64_t *out)
{
	static char const highest[] = "SELECT id FROM send WHERE id < " STORE_FOREIGN_SENDS
		" ORDER BY id DESC NULLS LAST LIMIT 1";
	return store_read_number(s, highest, STORE_NO_VALUES, out);
}
