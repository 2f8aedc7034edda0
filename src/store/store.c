/* What the engines share: choosing one, saying why not, and the mark that tells the
   rows of this door from those of others. */
#include "store/store.h"

#include "store/postgres.h"
#include "store/sqlite.h"

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

bool store_name(struct store_entry const *e, struct buf *out)
{
	out->len = 0;
	if (!buf_puts(out, "[SMTP] "))
		return false;
	if (!e->piece)
		return buf_put(out, e->file->date.s, e->file->date.n);
	if (!e->piece->subject.n)
		return buf_puts(out, "(sin asunto)");
	return buf_put(out, e->piece->subject.s, e->piece->subject.n);
}
