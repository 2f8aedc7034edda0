/* The envelope: any cuts give the same result; recipients are sorted, each once; written out, it
   is read as the same. The last octets choose the limit of recipients, and the cuts. */
#include "base/ascii.h"
#include "mail/address.h"
#include "spool/envelope.h"
#include "fuzz.h"

static enum envelope_state feed(struct envelope *e, uint8_t const *s, size_t n, size_t max, struct fuzz_cuts *cuts)
{
	enum envelope_state state = ENVELOPE_MORE;
	envelope_init(e, max);
	for (size_t at = 0, k; at < n && state == ENVELOPE_MORE; at += k) {
		k = cuts ? fuzz_piece(cuts, n - at) : n - at;
		char *piece = fuzz_copy(s + at, k);
		state = envelope_feed(e, piece, k);
		free(piece);
	}
	return state;
}

static void check_done(struct envelope const *e, size_t max)
{
	struct envelope again;
	struct buf out = BUF_ZERO;
	size_t len, before_len = 0, len2;
	char const *before = NULL, *s = envelope_sender(e, &len);
	must(e->count > 0 && e->count <= max && address_check(s, len, true) == ADDRESS_OK);
	must(buf_putc(&out, 'F') && buf_put(&out, s, len) && buf_putc(&out, 0));
	for (size_t i = 0; i < e->count; i++) {
		s = envelope_recipient(e, i, &len);
		must(address_check(s, len, true) == ADDRESS_OK);
		for (size_t k = 0; k < len; k++)
			must(s[k] == ascii_lower(s[k]));
		if (before) {
			size_t n = len < before_len ? len : before_len;
			int d = memcmp(before, s, n);
			must(d < 0 || (d == 0 && before_len < len));
		}
		before = s;
		before_len = len;
		must(buf_putc(&out, 'T') && buf_put(&out, s, len) && buf_putc(&out, 0));
	}
	must(buf_putc(&out, 0));
	must(feed(&again, (uint8_t const *)out.s, out.len, e->count, NULL) == ENVELOPE_DONE);
	must(again.count == e->count);
	for (size_t i = 0; i < e->count; i++) {
		s = envelope_recipient(e, i, &len);
		char const *t = envelope_recipient(&again, i, &len2);
		must(fuzz_same(s, len, t, len2));
	}
	envelope_free(&again);
	buf_free(&out);
}

static void check_fault(struct envelope const *e)
{
	must(e->bad + e->bad_len <= e->pending.len);
	must(envelope_refusal(e->state) != REFUSAL_UNSTATED);
}

static void check(struct envelope const *e, enum envelope_state state, size_t max)
{
	must(e->state == state);
	if (state == ENVELOPE_DONE)
		check_done(e, max);
	else if (state != ENVELOPE_MORE)
		check_fault(e);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	size_t max = (size_t)1 << fuzz_choice(data, &n) % 9;
	struct fuzz_cuts cuts = FUZZ_CUTS(fuzz_choice(data, &n));
	struct envelope whole, cut;
	enum envelope_state state = feed(&whole, data, n, max, NULL);
	enum envelope_state other = feed(&cut, data, n, max, &cuts);
	must(other == state);
	check(&whole, state, max);
	check(&cut, other, max);
	envelope_free(&whole);
	envelope_free(&cut);
	return 0;
}
