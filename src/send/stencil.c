/* Stencils: see stencil.h. */
#include "send/stencil.h"

#include "base/array.h"
#include "base/num.h"

#include <stdlib.h>
#include <string.h>

bool stencil_put(struct stencil *f, char const *s, size_t n)
{
	return buf_put(&f->octets, s, n);
}

bool stencil_puts(struct stencil *f, char const *s)
{
	return buf_puts(&f->octets, s);
}

bool stencil_slot(struct stencil *f, enum token_kind kind, uint64_t link)
{
	void *p = array_reserve(f->slot, f->count, &f->cap, sizeof *f->slot);
	if (!p)
		return false;
	f->slot = p;
	f->slot[f->count++] = (struct stencil_slot){f->octets.len, kind, link};
	return true;
}

void stencil_free(struct stencil *f)
{
	buf_free(&f->octets);
	free(f->slot);
	*f = (struct stencil){.count = 0};
}

bool stencil_fill(struct buf *out, char const *octets, size_t n, struct stencil_slot const *slot, size_t count,
	struct stencil_filler const *w)
{
	size_t at = 0;
	if (!buf_reserve(out, n + count * TOKEN_SIZE))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct token t = {slot[i].kind, w->plan, w->send, w->contact, slot[i].link};
		if (slot[i].at < at || slot[i].at > n)
			return false;
		buf_put(out, octets + at, slot[i].at - at);
		at = slot[i].at;
		size_t written = token_write(out->s + out->len, &t, w->key, w->mac, w->keys);
		if (!written)
			return false;
		out->len += written;
	}
	return buf_put(out, octets + at, n - at);
}

bool stencil_write_slots(struct buf *out, struct stencil const *f)
{
	for (size_t i = 0; i < f->count; i++) {
		char number[NUM_FMT];
		char const kind[] = {' ', (char)f->slot[i].kind, ' '};
		if (!buf_put(out, number, num_fmt(number, f->slot[i].at)) || !buf_put(out, kind, sizeof kind)
		    || !buf_put(out, number, num_fmt(number, f->slot[i].link)) || !buf_putc(out, '\n'))
			return false;
	}
	return true;
}

/* Reads one line s[0..n). */
static bool read_slot(struct stencil_slot *slot, char const *s, size_t n)
{
	char const *blank = memchr(s, ' ', n);
	uint64_t at, link;
	if (!blank || (size_t)(blank - s) + 4 > n || blank[2] != ' ')
		return false;
	char const *number = blank + 3;
	if (!num_scan(s, (size_t)(blank - s), SIZE_MAX, &at)
	    || !num_scan(number, n - (size_t)(number - s), INT64_MAX, &link))
		return false;
	*slot = (struct stencil_slot){(size_t)at, (enum token_kind)blank[1], link};
	return true;
}

bool stencil_read_slots(struct stencil_slot **slot, size_t *count, char const *s, size_t len, size_t n)
{
	struct stencil f = {.count = 0};
	size_t before = 0;
	bool good = true;
	for (size_t at = 0; good && at < len;) {
		char const *lf = memchr(s + at, '\n', len - at);
		struct stencil_slot one;
		good = lf && read_slot(&one, s + at, (size_t)(lf - s) - at) && one.at >= before && one.at <= n
			&& stencil_slot(&f, one.kind, one.link);
		if (good) {
			f.slot[f.count - 1].at = before = one.at;
			at = (size_t)(lf - s) + 1;
		}
	}
	if (!good) {
		stencil_free(&f);
		return false;
	}
	*slot = f.slot;
	*count = f.count;
	return true;
}
