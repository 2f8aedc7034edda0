/* Punycode: RFC 3492 6.3, with the parameters of its section 5. */
#include "mail/punycode.h"

#include <stdbool.h>
#include <string.h>

enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, INITIAL_BIAS = 72, INITIAL_N = 128 };

static uint32_t adapt_bias(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;
	delta = first ? delta / DAMP : delta / 2;
	delta += delta / points;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

struct output {
	char *s;
	size_t n; /* PUNYCODE_LABEL + 1: too long */
};

static void put_octet(struct output *o, char c)
{
	if (o->n < PUNYCODE_LABEL)
		o->s[o->n++] = c;
	else
		o->n = PUNYCODE_LABEL + 1;
}

/* Appends a generalized variable-length integer (RFC 3492 3.3). */
static void put_delta(struct output *o, uint32_t delta, uint32_t bias)
{
	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
		uint32_t digit = delta < t ? delta : t + (delta - t) % (BASE - t);
		put_octet(o, (char)(digit < 26 ? 'a' + digit : '0' + digit - 26));
		if (delta < t)
			return;
		delta = (delta - t) / (BASE - t);
	}
}

/* A delta is at most 0x110000 * (PUNYCODE_LABEL + 1): it fits. */
size_t punycode_label(uint32_t const *code, size_t n, char out[PUNYCODE_LABEL])
{
	struct output o = {out, 4};
	uint32_t at = INITIAL_N, delta = 0, bias = INITIAL_BIAS, done = 0, basic;
	memcpy(out, "xn--", 4);
	if (n > PUNYCODE_LABEL)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (code[i] < INITIAL_N)
			put_octet(&o, (char)code[i]), done++;
	basic = done;
	if (basic)
		put_octet(&o, '-');
	while (done < n && o.n <= PUNYCODE_LABEL) {
		uint32_t next = UINT32_MAX;
		for (size_t i = 0; i < n; i++)
			if (code[i] >= at && code[i] < next)
				next = code[i];
		delta += (next - at) * (done + 1);
		at = next;
		for (size_t i = 0; i < n; i++) {
			delta += code[i] < at;
			if (code[i] != at)
				continue;
			put_delta(&o, delta, bias);
			bias = adapt_bias(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
		delta++;
		at++;
	}
	return o.n <= PUNYCODE_LABEL ? o.n : 0;
}
