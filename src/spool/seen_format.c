/* The text of seen/KEY. */
#include "spool/seen_format.h"

#include "base/ascii.h"
#include "base/date.h"
#include "base/num.h"

#include <string.h>

#define ID 32

bool seen_put(struct buf *out, char const *key, uint64_t send, char const *id, char const *date)
{
	char number[NUM_FMT];
	num_fmt(number, send);
	return buf_puts(out, key) && buf_putc(out, ' ') && buf_puts(out, number)
		&& buf_putc(out, ' ') && buf_puts(out, id) && buf_putc(out, ' ')
		&& buf_puts(out, date) && buf_putc(out, '\n');
}

/* Finds the octets up to the next `end`, which must exist, and moves *at after it. */
static bool take_until(char const *s, size_t n, size_t *at, char end, size_t *start, size_t *len)
{
	char const *p = *at < n ? memchr(s + *at, end, n - *at) : NULL;
	if (!p)
		return false;
	*start = *at;
	*len = (size_t)(p - s) - *at;
	*at += *len + 1;
	return true;
}

int seen_next(struct seen *line, char const *s, size_t n, size_t *at)
{
	size_t number, number_len, id_len, date, date_len, p = *at;
	if (p >= n)
		return 0;
	if (!take_until(s, n, &p, ' ', &line->key, &line->key_len)
		|| !take_until(s, n, &p, ' ', &number, &number_len)
		|| !take_until(s, n, &p, ' ', &line->id, &id_len)
		|| !take_until(s, n, &p, '\n', &date, &date_len)
		|| (line->key_len != 64 && line->key_len != ID) || !ascii_is_lowhex(s + line->key, line->key_len)
		|| id_len != ID || !ascii_is_lowhex(s + line->id, ID)
		|| !num_scan(s + number, number_len, INT64_MAX, &line->send)
		|| !date_is_iso(s + date, date_len))
		return -1;
	*at = p;
	return 1;
}
