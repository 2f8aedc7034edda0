/* Writing mail: lines are short, nothing is lost, and the shorter encoding is chosen. */
#include "mail/compose.h"
#include "base/base64.h"
#include "mail/encword.h"
#include "mail/header.h"
#include "mail/qp.h"
#include "unit.h"

#include <string.h>

#define LONG_WORD "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct buf out, decoded;

static void forget(void)
{
	buf_free(&out);
	buf_free(&decoded);
}

/* Lines end in CRLF and have at most 76 octets. */
static void check_lines(void)
{
	size_t column = 0;
	for (size_t i = 0; i < out.len; i++) {
		if (out.s[i] == '\n') {
			must(i > 0 && out.s[i - 1] == '\r');
			must(column <= 77); /* 76 octets and the CR */
			column = 0;
			continue;
		}
		column++;
	}
	ck_assert_uint_eq(column, 0);
}

static void is_written(char const *want)
{
	ck_assert_ptr_nonnull(out.s);
	buf_putc(&out, 0);
	ck_assert_str_eq(out.s, want);
	out.len--;
}

static struct {
	char const *subject, *want;
} const subjects[] = {
	{"Rebajas", "Subject: Rebajas\r\n"}, {"", "Subject: \r\n"},
	{"Oferta de la tienda de Acme para los clientes que ya nos conocen desde hace tiempo",
		"Subject: Oferta de la tienda de Acme para los clientes que ya nos conocen\r\n desde hace tiempo\r\n"},
	{"\xc3\xb1", "Subject: =?UTF-8?B?w7E=?=\r\n"}, {"ma\xc3\xb1""ana", "Subject: =?UTF-8?Q?ma=C3=B1ana?=\r\n"},
	{"a =?UTF-8?Q?b?=", "Subject: =?UTF-8?B?YSA9P1VURi04P1E/Yj89?=\r\n"},
	{"dos  blancos", "Subject: =?UTF-8?Q?dos__blancos?=\r\n"}, {" delante", "Subject: =?UTF-8?Q?_delante?=\r\n"},
	{"detras ", "Subject: =?UTF-8?Q?detras_?=\r\n"}, {"a\r\nBcc: x@y", "Subject: =?UTF-8?B?YQ0KQmNjOiB4QHk=?=\r\n"},
	{"a\tb", "Subject: =?UTF-8?B?YQli?=\r\n"},
};

START_TEST(a_subject_is_written)
{
	ck_assert(compose_text(&out, "Subject", subjects[_i].subject, strlen(subjects[_i].subject)));
	is_written(subjects[_i].want);
	check_lines();
	forget();
}
END_TEST

/* Texts of all lengths and mixtures read back as they were. */
static char const *const bits[] = {
	"a", " ", "\xc3\xb1", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "=?", "?=", "palabra", LONG_WORD, "\"", "\\", ".", "\x01",
};

static void read_field(size_t name)
{
	struct encword e;
	struct encword_run run;
	struct buf scratch = BUF_ZERO, value = BUF_ZERO;
	/* unfolded: the line ends go */
	for (size_t i = name; i < out.len; i++)
		if (out.s[i] != '\r' && out.s[i] != '\n')
			must(buf_putc(&value, out.s[i]));
	decoded.len = 0;
	encword_start(&e, value.s ? value.s : "", value.len);
	while (encword_next(&e, &run, &scratch) > 0)
		must(buf_put(&decoded, run.s, run.n));
	buf_free(&scratch);
	buf_free(&value);
}

START_TEST(any_subject_reads_back)
{
	size_t const count = sizeof bits / sizeof *bits;
	for (size_t i = 0; i < count * count * count * count; i++) {
		struct buf s = BUF_ZERO;
		for (size_t k = i; k; k /= count)
			must(buf_puts(&s, bits[k % count]));
		out.len = 0;
		ck_assert(compose_text(&out, "Subject", s.s ? s.s : "", s.len));
		check_lines();
		read_field(strlen("Subject: "));
		ck_assert_uint_eq(decoded.len, s.len);
		ck_assert(!s.len || !memcmp(decoded.s, s.s, s.len));
		buf_free(&s);
	}
	forget();
}
END_TEST

static struct {
	char const *name, *address, *want;
} const froms[] = {
	{"", "a@b.es", "From: <a@b.es>\r\n"}, {"La tienda de Acme", "a@b.es", "From: La tienda de Acme <a@b.es>\r\n"},
	{"Acme, S.A.", "a@b.es", "From: \"Acme, S.A.\" <a@b.es>\r\n"}, {"a \"b\" \\c", "a@b.es", "From: \"a \\\"b\\\" \\\\c\" <a@b.es>\r\n"},
	{"Pe\xc3\xb1""a <x@y>", "a@b.es", "From: =?UTF-8?B?UGXDsWEgPHhAeT4=?= <a@b.es>\r\n"},
	{"dos  blancos", "a@b.es", "From: \"dos  blancos\" <a@b.es>\r\n"}, {"=?x?q?y?=", "a@b.es", "From: =?UTF-8?B?PT94P3E/eT89?= <a@b.es>\r\n"},
	{"Una tienda que tiene un nombre bastante largo para que se vea que cabe", "remitente@dominio.com",
		"From: Una tienda que tiene un nombre bastante largo para que se vea que cabe\r\n <remitente@dominio.com>\r\n"},
};

START_TEST(a_sender_is_written)
{
	ck_assert(compose_named(&out, "From", froms[_i].name, strlen(froms[_i].name), froms[_i].address,
		strlen(froms[_i].address)));
	is_written(froms[_i].want);
	check_lines();
	forget();
}
END_TEST

static struct {
	char const *text, *qp;
} const qps[] = {
	{"", ""}, {"hola\nadios\r\n", "hola\r\nadios\r\n"}, {"a=b", "a=3Db"}, {"fin \n\tx\t\n ", "fin=20\r\n\tx=09\r\n=20"},
	{".\n..a\n.", "=2E\r\n=2E.a\r\n=2E"}, {"From a\nFrom", "=46rom a\r\nFrom"}, {"a\rb", "a=0Db"}, {"\xc3\xb1\x7f\x01", "=C3=B1=7F=01"},
};

START_TEST(quoted_printable_is_written)
{
	size_t column = 0;
	ck_assert(buf_reserve(&out, 1));
	ck_assert(compose_qp(&out, qps[_i].text, strlen(qps[_i].text), &column));
	is_written(qps[_i].qp);
	forget();
}
END_TEST

static unsigned long state = 1;

static unsigned chance(unsigned n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % n;
}

/* Any octets, in stretches, with breaks between some: the octets come back, with CRLF for LF. */
START_TEST(any_body_reads_back)
{
	for (unsigned round = 0; round < unit_size(20000); round++) {
		static char const some[] = "aaaaaaaaaaaaaaa bcdefghij\n\r\t .=F\xc3\xb1";
		char s[512], want[1024], *wire;
		size_t n = chance(sizeof s), wanted = 0, column = 0;
		for (size_t i = 0; i < n; i++)
			s[i] = round % 2 ? (char)chance(256) : some[chance(sizeof some - 1)];
		for (size_t i = 0; i < n; i++) {
			if (s[i] == '\n' && (i == 0 || s[i - 1] != '\r'))
				want[wanted++] = '\r';
			want[wanted++] = s[i];
		}
		out.len = decoded.len = 0;
		ck_assert(buf_reserve(&out, 1));
		for (size_t at = 0; at < n;) {
			size_t len = 1 + chance((unsigned)(n - at));
			while (s[at + len - 1] == '\r' && at + len < n)
				len++;
			if (chance(3) == 0)
				ck_assert(compose_qp_break(&out, &column));
			ck_assert(compose_qp(&out, s + at, len, &column));
			at += len;
		}
		ck_assert(buf_puts(&out, "\r\n"));
		check_lines();
		ck_assert(qp_decode(&decoded, out.s, out.len - 2));
		ck_assert_uint_eq(decoded.len, wanted);
		ck_assert(!wanted || !memcmp(decoded.s, want, wanted));
		out.len = 0;
		ck_assert(compose_base64(&out, s, n));
		check_lines();
		ck_assert_uint_eq(out.len, compose_base64_length(s, n));
		wire = malloc(BASE64_ROOM(out.len));
		ck_assert_uint_eq(base64_read(wire, out.s, out.len), wanted);
		ck_assert(!wanted || !memcmp(wire, want, wanted));
		free(wire);
		if (!memchr(s, '\r', n)) {
			out.len = column = 0;
			ck_assert(compose_qp(&out, s, n, &column));
			ck_assert_uint_le(out.len, compose_qp_length(s, n) + 20 + 3 * n / 20);
			ck_assert_uint_ge(out.len + 2, compose_qp_length(s, n));
		}
	}
	forget();
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("compose");
	TCase *c = unit_case("compose");
	tcase_add_loop_test(c, a_subject_is_written, 0, sizeof subjects / sizeof *subjects);
	tcase_add_test(c, any_subject_reads_back);
	tcase_add_loop_test(c, a_sender_is_written, 0, sizeof froms / sizeof *froms);
	tcase_add_loop_test(c, quoted_printable_is_written, 0, sizeof qps / sizeof *qps);
	tcase_add_test(c, any_body_reads_back);
	suite_add_tcase(s, c);
	return s;
}
