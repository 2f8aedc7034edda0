/* Base64 and quoted-printable: the lenient decoder agrees with the strict one on input that the
   strict one accepts. SASL's message. Numbers. */
#include "base/base64.h"
#include "base/num.h"
#include "mail/qp.h"
#include "smtp/sasl.h"
#include "fuzz.h"

/* Checks that input after padding does not change the octets decoded before it. */
static void check_joined(char const *s, size_t n, char const *whole, size_t whole_n)
{
	char const *pad = n ? memchr(s, '=', n) : NULL;
	size_t head = pad ? (size_t)(pad - s) + 1 : n;
	char *copy = fuzz_copy(s, head), *out = malloc(BASE64_ROOM(head));
	must(out);
	size_t len = base64_read(out, copy, head);
	must(len <= whole_n && !memcmp(out, whole, len));
	free(copy);
	free(out);
}

static void check_base64(char const *s, size_t n)
{
	char *strict = malloc(n / 4 * 3 + 1), *whole = malloc(BASE64_ROOM(n));
	char const *user, *password;
	size_t len, user_n, password_n;
	bool foreign;
	must(strict && whole);
	size_t whole_n = base64_read(whole, s, n);
	must(whole_n <= BASE64_ROOM(n));
	check_joined(s, n, whole, whole_n);
	if (base64_decode(strict, &len, s, n)) {
		must(len <= n / 4 * 3 && fuzz_same(strict, len, whole, whole_n));
		char *in_place = fuzz_copy(s, n);
		size_t again;
		must(base64_decode(in_place, &again, in_place, n) && fuzz_same(in_place, again, strict, len));
		free(in_place);
	}
	if (sasl_plain(s, n, &user, &user_n, &password, &password_n, &foreign)) {
		must(user_n && password_n && user > s && password == user + user_n + 1 && password + password_n == s + n);
		must(!memchr(user, 0, user_n) && !memchr(password, 0, password_n));
	}
	free(strict);
	free(whole);
}

static void check_qp(char const *s, size_t n)
{
	struct buf out = BUF_ZERO;
	must(qp_decode(&out, s, n) && out.len <= n);
	if (n && !memchr(s, '=', n) && !memchr(s, ' ', n) && !memchr(s, '\t', n))
		must(fuzz_same(out.s, out.len, s, n));
	out.len = 0;
	must(qp_decode_word(&out, s, n) && out.len <= n);
	buf_free(&out);
}

static void check_number(char const *s, size_t n)
{
	uint64_t v, again;
	char text[NUM_FMT];
	if (num_scan(s, n, UINT64_MAX, &v)) {
		size_t len = num_fmt(text, v);
		must(len <= n && num_scan(text, len, v, &again) && again == v);
		must(len == n || *s == '0');
		must(!v || !num_scan(s, n, v - 1, &again));
	}
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char *s = fuzz_copy(data, n);
	check_base64(s, n);
	check_qp(s, n);
	check_number(s, n);
	free(s);
	return 0;
}
