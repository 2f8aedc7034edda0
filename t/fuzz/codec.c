/* Base64 and quoted-printable: the lenient decoder is the same however it is cut, and
   agrees with the strict one where that takes its input; SASL's message; a queue's text;
   replies with anything in them. The last octet chooses the cuts. */
#include "core/ascii.h"
#include "core/base64.h"
#include "core/num.h"
#include "core/qp.h"
#include "core/reply.h"
#include "core/sasl.h"
#include "core/verdict.h"
#include "fuzz.h"

static size_t lenient(char *out, char const *s, size_t n, struct fuzz_cuts *cuts)
{
	struct base64 b = {.bits = 0};
	size_t len = 0;
	for (size_t at = 0, k; at < n; at += k) {
		k = cuts ? fuzz_piece(cuts, n - at) : n - at;
		size_t got = base64_feed(&b, out + len, s + at, k);
		must(got <= BASE64_ROOM(k));
		len += got;
	}
	return len + base64_end(&b, out + len);
}

static void check_base64(char const *s, size_t n, uint8_t where)
{
	struct fuzz_cuts cuts = FUZZ_CUTS(where);
	char *strict = malloc(n / 4 * 3 + 1), *whole = malloc(BASE64_ROOM(n) + 2), *cut = malloc(BASE64_ROOM(n) + 2);
	char const *user, *password;
	size_t len, user_n, password_n;
	bool foreign;
	must(strict && whole && cut);
	size_t whole_n = lenient(whole, s, n, NULL), cut_n = lenient(cut, s, n, &cuts);
	must(fuzz_same(whole, whole_n, cut, cut_n));
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
	free(cut);
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

static void check_words(char const *s, size_t n, uint8_t which)
{
	static int const codes[] = {0, 11, 31, 40, 41, 53, 71, 82, 111, -1};
	struct verdict v;
	char const *id, *uuid;
	size_t id_n, uuid_n;
	verdict_read(&v, codes[which % 10], s, n);
	must(strlen(v.text) <= VERDICT_TEXT);
	for (char const *c = v.text; *c; c++)
		must(ascii_is_print(*c));
	if (verdict_ids(&v, &id, &id_n, &uuid, &uuid_n)) {
		must(uuid > v.text && uuid + uuid_n == v.text + strlen(v.text));
		must(id ? id > v.text && id + id_n < uuid : id_n == 0);
	}
	char *word = malloc(n + 1), line[REPLY_LINE];
	must(word);
	memcpy(word, s, n);
	word[n] = 0;
	struct reply_words words = {word, word, word, word, word, word};
	for (int r = 0; r < REPLIES; r++) {
		size_t len = reply_format(line, (enum reply)r, &words, r & 1);
		must(len >= 6 && len <= REPLY_LINE && line[len - 2] == '\r' && line[len - 1] == '\n');
		for (size_t i = 0; i < len - 2; i++)
			must(ascii_is_print(line[i]));
	}
	free(word);
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
	uint8_t where = fuzz_choice(data, &n);
	char *s = fuzz_copy(data, n);
	check_base64(s, n, where);
	check_qp(s, n);
	check_words(s, n, where);
	check_number(s, n);
	free(s);
	return 0;
}
