/* Values of Content-Type and similar fields, and encoded words, unfolded as the parser does. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/encword.h"
#include "mail/header.h"
#include "mail/param.h"
#include "fuzz.h"
#include "import/convert.h"
#include "import/convert_header.h"

static void check_text(struct buf const *b, size_t n)
{
	must(b->len <= n && b->s[b->len] == 0 && !memchr(b->s, 0, b->len));
}

static void check_words(char const *s, size_t n)
{
	static char const *const names[] = {"charset", "boundary", "name", "filename", "x"};
	struct buf out = BUF_ZERO, charset = BUF_ZERO;
	must(param_word(&out, s, n));
	check_text(&out, n);
	for (size_t i = 0; i < out.len; i++)
		must(out.s[i] == ascii_lower(out.s[i]));
	must(param_type(&out, s, n));
	check_text(&out, n);
	char const *slash = strchr(out.s, '/');
	must(!out.len || (slash && slash > out.s && slash[1]));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		int found = param_find(&out, &charset, s, n, names[i]);
		must(found == 0 || found == 1);
		if (found) {
			check_text(&out, n);
			check_text(&charset, n);
		}
		must(param_find(&out, NULL, s, n, names[i]) == found);
	}
	buf_free(&out);
	buf_free(&charset);
}

/* Checks that runs that are not encoded words are pieces of the value, in its order. */
static void check_runs(char const *s, size_t n)
{
	struct encword e;
	struct encword_run run;
	struct buf scratch = BUF_ZERO;
	char const *from = s;
	size_t total = 0, plain = 0;
	bool encoded = false;
	int r;
	encword_start(&e, s, n);
	while ((r = encword_next(&e, &run, &scratch)) > 0) {
		total += run.n;
		encoded |= run.encoded;
		if (run.encoded) {
			must(!run.charset_len || (run.charset >= from && run.charset + run.charset_len <= s + n));
		} else {
			must(run.charset_len == 0 && run.s >= from && run.s + run.n <= s + n);
			from = run.s + run.n;
			plain += run.n;
		}
	}
	must(r == 0 && total <= n);
	must(encoded || plain == n);
	buf_free(&scratch);
}

static void check_converted(char const *value, size_t n)
{
	struct buf out = BUF_ZERO;
	must(convert_header(value, &out));
	must(utf8_valid(out.s, out.len));
	for (size_t i = 0; i < out.len; i++)
		must((unsigned char)out.s[i] >= 0x20 && out.s[i] != 0x7f);
	must(!out.len || (out.s[0] != ' ' && out.s[out.len - 1] != ' '));
	out.len = 0;
	must(convert_octets(value, n, &out));
	must(utf8_valid(out.s, out.len));
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	struct buf value = BUF_ZERO;
	must(header_unfold(&value, (char const *)data, n));
	char *s = fuzz_copy(value.s, value.len);
	check_words(s, value.len);
	check_runs(s, value.len);
	check_converted(value.s, value.len);
	free(s);
	buf_free(&value);
	return 0;
}
