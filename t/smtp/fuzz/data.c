/* The state machine of DATA and BDAT, compared with a reader that has the whole body and
   searches for line ends. The last octets choose the mode and the cuts. */
#include "base/buf.h"
#include "smtp/data.h"
#include "fuzz.h"

struct result {
	struct buf out;
	size_t used;
	uint64_t size;
	bool ended, nul;
};

static void put(struct result *r, uint8_t const *s, size_t n)
{
	must(buf_put(&r->out, (char const *)s, n));
	r->size += n;
}

/* The length of the line end of the line at s[0..n), and its offset *at. 0: it has none. */
static size_t find_end(uint8_t const *s, size_t n, enum data_mode mode, size_t *at)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] != '\n')
			continue;
		if (i && s[i - 1] == '\r') {
			*at = i - 1;
			return 2;
		}
		if (mode == DATA_LF) {
			*at = i;
			return 1;
		}
	}
	return 0;
}

static void simply(struct result *r, uint8_t const *s, size_t n, enum data_mode mode)
{
	size_t at = 0, len, end;
	while ((end = find_end(s + at, n - at, mode, &len)) && !r->ended) {
		bool dot = mode != DATA_CHUNK && len && s[at] == '.';
		if (dot && len == 1) {
			r->ended = true;
		} else {
			put(r, s + at + dot, len - dot);
			put(r, (uint8_t const *)"\n", 1);
			r->size++;
		}
		at += len + end;
	}
	r->used = at;
	if (!r->ended) {
		size_t left = n - at, dot = mode != DATA_CHUNK && left && s[at] == '.';
		if (mode != DATA_CHUNK && left > dot && s[n - 1] == '\r')
			left--; /* held back: the body may continue */
		put(r, s + at + dot, left - dot);
		r->used = n;
	}
	r->nul = memchr(s, 0, r->used);
}

static void machine(struct result *r, uint8_t const *s, size_t n, enum data_mode mode, struct fuzz_cuts *cuts)
{
	struct data d;
	data_start(&d, mode);
	for (size_t at = 0, k; at < n && !d.ended; at += k) {
		size_t used;
		k = cuts ? fuzz_piece(cuts, n - at) : n - at;
		char *room = malloc(k + 1);
		must(room);
		memcpy(room + 1, s + at, k);
		size_t len = data_feed(&d, room, room + 1, k, &used);
		must(used <= k && len <= used + 1 && (used == k || d.ended));
		must(buf_put(&r->out, room, len));
		r->used = at + used;
		free(room);
	}
	if (mode == DATA_CHUNK) {
		char held;
		must(buf_put(&r->out, &held, data_flush(&d, &held)));
	}
	r->size = d.size;
	r->ended = d.ended;
	r->nul = d.nul;
}

static void same(struct result *a, struct result *b)
{
	must(fuzz_same(a->out.s, a->out.len, b->out.s, b->out.len));
	must(a->used == b->used);
	must(a->size == b->size);
	must(a->ended == b->ended);
	must(a->nul == b->nul);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	enum data_mode mode = (enum data_mode)(fuzz_choice(data, &n) % 3);
	struct fuzz_cuts cuts = FUZZ_CUTS(fuzz_choice(data, &n));
	struct result simple = {.used = 0}, whole = simple, cut = simple;
	simply(&simple, data, n, mode);
	machine(&whole, data, n, mode, NULL);
	machine(&cut, data, n, mode, &cuts);
	same(&simple, &whole);
	same(&simple, &cut);
	buf_free(&simple.out);
	buf_free(&whole.out);
	buf_free(&cut.out);
	return 0;
}
