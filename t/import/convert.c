/* Text of any charset to UTF-8: the result is always well-formed. */
#include "base/utf8.h"
#include "import/convert.h"
#include "import/convert_header.h"
#include "unit.h"

#include <iconv.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BAD "\xef\xbf\xbd"
#define TEXT(s) (s), sizeof(s) - 1

static struct {
	char const *charset, *s;
	size_t n;
	char const *out;
} const cases[] = {
	{NULL, TEXT(""), ""},
	{"", TEXT("hola"), "hola"},
	{"utf-8", TEXT("ma\xc3\xb1" "ana"), "mañana"},
	{"iso-8859-1", TEXT("ma\xf1" "ana \x80\x93"), "mañana €“"},
	{"iso-8859-15", TEXT("\xa4"), "€"},
	{"iso-8859-2", TEXT("\xb1\xe8"), "ąč"},
	{"windows-1252", TEXT("a\x81z"), "a" BAD "z"},
	{"windows-1250", TEXT("\x8a\x9c"), "Šś"},
	{"cp1251", TEXT("\xcf\xf0\xe8\xe2\xe5\xf2"), "Привет"},
	{"koi8-r", TEXT("\xf0\xd2\xc9\xd7\xc5\xd4"), "Привет"},
	{"windows-1253", TEXT("\xc3\xe5\xe9\xdc"), "Γειά"},
	{"windows-1254", TEXT("\xdd\xfe"), "İş"},
	{"windows-1255", TEXT("\xf9\xec\xe5\xed"), "שלום"},
	{"windows-1256", TEXT("\xe3\xd1\xcd\xc8\xc7"), "مرحبا"},
	{"windows-1257", TEXT("\xe0\xeb"), "ąė"},
	{"windows-1258", TEXT("\xe2\xec"), "ấ"},
	{"cp437", TEXT("\xa4"), "ñ"},
	{"macintosh", TEXT("\x96"), "ñ"},
	{"tis-620", TEXT("\xca\xc7\xd1\xca"), "สวัส"},
	/* East Asia */
	{"iso-2022-jp", TEXT("a\x1b$B$3$s\x1b(Bb"), "aこんb"},
	{"iso-2022-jp", TEXT("\x1b$B$3$s"), "こん"},
	{"iso-2022-jp", TEXT("\x1b$@-!$3\x1b(J\\1"), "①こ\\1"},
	{"iso-2022-jp", TEXT("\x1b(I1\x1b(Ba\x0e" "2\x0f" "b"), "ｱaｲb"},
	{"iso-2022-jp", TEXT("\x1b$(D0!\x1b(B"), "丂"},
	{"iso-2022-jp", TEXT("\x1b&@\x1b$B$3 $s\n<p>"), "こ ん\n<p>"},
	{"iso-2022-jp", TEXT("\x1b$B/!$3\x1b(Ba\x1b$Zb\x1b$B$"), BAD "こa" BAD "$Zb" BAD},
	{"iso-2022-jp", TEXT(""), ""},
	{"shift_jis", TEXT("\x82\xb1\x82\xf1\x87\x40"), "こん①"},
	{"euc-jp", TEXT("\xa4\xb3\xa4\xf3"), "こん"},
	{"gb2312", TEXT("\xc4\xe3\xba\xc3"), "你好"},
	{"gb18030", TEXT("\xc4\xe3\x81\x30\x84\x36"), "你¥"},
	{"gbk", TEXT("\x81\x40"), "丂"},
	{"big5", TEXT("\xa7\x41\xa6\x6e"), "你好"},
	{"ks_c_5601-1987", TEXT("\xbe\xc8\xb3\xe7\x8c\x63"), "안녕똠"},
	{"iso-2022-kr", TEXT("\x1b$)C\x0e\x3e\x48\x33\x67\x0f"), "안녕"},
	/* other encodings of Unicode */
	{"utf-7", TEXT("ma+APE-ana +AKM"), "mañana £"},
	{"unicode-1-1-utf-7", TEXT("1+-1"), "1+1"},
	{"utf-16", TEXT("\xff\xfeh\0o\0\xf1\0"), "hoñ"},
	{"utf-16", TEXT("\xfe\xff\0h\0o\0\xf1"), "hoñ"},
	{"utf-16", TEXT("\0h\0o\0\xf1"), "hoñ"},
	{"utf-16", TEXT("h\0o\0\xf1\0"), "hoñ"},
	{"utf-16", TEXT("\x4f\x60\x59\x7d"), "你好"},
	{"utf-16le", TEXT("\x3d\xd8\x00\xde!\0"), "😀!"},
	{"utf-16le", TEXT("\x3d\xd8!\0"), BAD "!"},
	{"utf-16be", TEXT("\0h\0"), "h" BAD},
	{"utf-16be", TEXT("\0h\0\0\0o"), "h" BAD "o"},
	{"utf-32", TEXT("h\0\0\0\xf1\0\0\0"), "hñ"},
	{"utf-32be", TEXT("\0\0\0h\0\x11\0\0\0\0\xd8\0\0\0\0o"), "h" BAD BAD "o"},
	{"utf-32le", TEXT("\xff\xff\xff\x7fz\0\0\0"), BAD "z"},
	/* marks win over labels */
	{"iso-8859-1", TEXT("\xef\xbb\xbf" "ma\xc3\xb1"), "mañ"},
	{NULL, TEXT("\xff\xfeh\0\xf1\0"), "hñ"},
	{"utf-8", TEXT("\xfe\xff\0h\0\xf1"), "hñ"},
	{NULL, TEXT("\xff\xfe\0\0h\0\0\0"), "h"},
	{"utf-8", TEXT("\xef\xbb\xbf"), ""},
	/* no label, an unknown one, a false one */
	{NULL, TEXT("ma\xc3\xb1"), "mañ"},
	{NULL, TEXT("ma\xf1"), "mañ"},
	{"unknown-8bit", TEXT("ma\xc3\xb1"), "mañ"},
	{"x-unknown", TEXT("ma\xf1 \x93"), "mañ “"},
	{"es", TEXT("ma\xf1 [#]"), "mañ [#]"},
	{"us-ascii", TEXT("ma\xc3\xb1"), "mañ"},
	{"us-ascii", TEXT("ma\xf1"), "mañ"},
	{"utf-8", TEXT("caf\xe9 \x93"), "café “"},
	{"utf-8", TEXT("\xf1\xe9 \xc3\xb1"), "ñé Ã±"},
	{"utf-16", TEXT("<html><body>hola"), "<html><body>hola"},
	{"utf-16le", TEXT("ma\xc3\xb1" "ana por la ma\xc3\xb1" "ana"), "mañana por la mañana"},
	/* 8-bit octets in a charset of 7 bits */
	{"iso-2022-jp", TEXT("\xe3\x81\x93\xe3\x82\x93"), "こん"}, {"iso-2022-jp", TEXT("a\xf1o"), "año"},
	{"iso-2022-kr", TEXT("\xec\x95\x88"), "안"}, {"iso-2022-cn", TEXT("\xe4\xbd\xa0 a"), "你 a"},
	{"utf-7", TEXT("a\xc3\xb1o"), "año"}, {"utf-7", TEXT("a\xf1o + 2"), "año + 2"}, {"utf-7", TEXT("C++ y +34 600"), "C++ y +34 600"},
	{"iso-2022-jp", TEXT("\x1b$B$3$s\x1b(B \xb1\xb2"), "こん " BAD BAD},
	/* octets that the charset does not have, and that are UTF-8 */
	{"shift_jis", TEXT("ni\xc3\xb1o se\xc3\xb1or a\xc3\xb1o \xe2\x82\xac"), "niño señor año €"},
	{"euc-jp", TEXT("\xc3\xb1\xc3\xb1\xc3\xb1\xc3\xb1"), "ññññ"},
	{"gb2312", TEXT("\xe3\x81\x93\xe3\x82\x93\xe3\x81\xab\xe3\x81\xa1\xe3\x81\xaf"), "こんにちは"},
	{"iso-8859-2", TEXT("\xc3\x91" "and\xc3\xba"), "Ñandú"}, {"iso-8859-1", TEXT("\xc3\x81vila"), "Ávila"},
	{"ibm037", TEXT("Hola a todos\n"), "Hola a todos\n"},
	/* octets of a charset of one octet a character, under one of several */
	{"gb2312", TEXT("caf\xe9 "), "café "}, {"euc-kr", TEXT("caf\xe9"), "café"}, {"shift_jis", TEXT("\xfd\xfe"), "ýþ"},
	/* damaged UTF-8 stays UTF-8 */
	{"utf-8", TEXT("\xc3\xb1\xc3\xb1\xc3"), "ññ" BAD},
	{"utf-8", TEXT("\xc3\xb1\xff\xc3\xb1"), "ñ" BAD "ñ"},
	{"utf-8", TEXT("\xc3\xb1\xe2\x82\xc3\xb1"), "ñ" BAD "ñ"},
	/* unreadable octets: the rest is read, and a `<` is never lost */
	{"iso-8859-8", TEXT("a\xff" "b"), "a" BAD "b"},
	{"shift_jis", TEXT("\x81<p>\xfd\xfd\x82\xb1"), BAD "<p>" BAD "こ"},
	{"euc-jp", TEXT("\xa4<\xa4\xb3"), BAD "<こ"},
	{"gbk", TEXT("\x80 5\xc4\xe3\x80"), "€ 5你€"},
	{"gb18030", TEXT("\xc4\xe3\xff\xc4\xe3\x81"), "你" BAD "你" BAD},
	{"euc-kr", TEXT("\xc9\xa1\xbe\xc8"), BAD "안"},
	{"big5", TEXT("\xa7\x41\xff<\xa7"), "你" BAD "<" BAD},
	{"euc-kr", TEXT("\xbe<\xbe\xc8"), BAD "<안"},
	{"iso-2022-jp", TEXT("a\x1b$B$3\xff$s\x1b(Bb"), "aこ" BAD "んb"},
	{"utf-7", TEXT("a\xff+APE-"), "a" BAD "ñ"},
	{"windows-1258", TEXT("a\xd2" "b\x8a" "c"), "ảb" BAD "c"},
	/* NULs */
	{"utf-8", TEXT("a\0b"), "a" BAD "b"},
	{"iso-8859-1", TEXT("\0"), ""},
	{"iso-8859-1", TEXT("a\0\xf1\0\0"), "a" BAD "ñ"},
	{"utf-8", TEXT("ñ\r\n\0\0\0"), "ñ\r\n"},
	{"utf-16le", TEXT("h\0\0\0\0\0"), "h"},
	{"koi8-r", TEXT("\xf0\0"), "П"},
	{NULL, TEXT("\xf1\0"), "ñ"},
	{"koi8-r", TEXT("a\0\xf0"), "a" BAD "П"},
	{NULL, TEXT("a\0\xf1"), "a" BAD "ñ"},
};

static void check_text(struct buf *got, char const *want)
{
	ck_assert(buf_putc(got, 0));
	ck_assert_str_eq(got->s, want);
	buf_free(got);
}

START_TEST(text_becomes_utf_8_by_its_true_charset)
{
	struct buf out = BUF_ZERO;
	char *copy = malloc(cases[_i].n + !cases[_i].n);
	memcpy(copy, cases[_i].s, cases[_i].n);
	ck_assert(buf_puts(&out, "=") && convert_to_utf8(cases[_i].charset, copy, cases[_i].n, &out));
	ck_assert(out.s[0] == '=' && utf8_valid(out.s, out.len));
	ck_assert_uint_eq(out.len, strlen(cases[_i].out) + 1);
	ck_assert(buf_putc(&out, 0));
	ck_assert_str_eq(out.s + 1, cases[_i].out);
	buf_free(&out);
	free(copy);
}
END_TEST

static struct {
	char const *charset, *s, *out;
} const pages[] = {
	{"", "<meta charset=koi8-r>\xf0", "<meta charset=koi8-r>П"},
	{"iso-8859-1", "<meta charset=koi8-r>\xf0", "<meta charset=koi8-r>ð"},
	{"", "<meta http-equiv=content-type content='text/html; charset=koi8-r'>\xf0",
		"<meta http-equiv=content-type content='text/html; charset=koi8-r'>П"},
	{"x-unknown", "<meta charset=koi8-r>\xf0", "<meta charset=koi8-r>П"},
	{"us-ascii", "<meta charset=koi8-r>\xf0", "<meta charset=koi8-r>П"},
	{"utf-8", "<meta charset=koi8-r>\xf0", "<meta charset=koi8-r>П"},
	{"utf-8", "<meta charset=koi8-r>П", "<meta charset=koi8-r>П"},
	{"iso-2022-jp", "<p>\xe3\x81\x93", "<p>こ"}, {"iso-2022-jp", "<meta charset=iso-2022-jp>\xe3\x81\x93", "<meta charset=iso-2022-jp>こ"},
	{"iso-2022-jp", "<meta charset=koi8-r>\xf0", "<meta charset=koi8-r>П"},
	{"", "<meta charset=utf-16>\xc3\xb1", "<meta charset=utf-16>ñ"},
	{"", "<meta charset=no-such>\xf1", "<meta charset=no-such>ñ"},
	{"", "<!--<meta charset=koi8-r>-->\xf0", "<!--<meta charset=koi8-r>-->ð"},
	{"", "<?xml version='1.0' encoding='koi8-r'?>\xf0", "<?xml version='1.0' encoding='koi8-r'?>П"},
	{"", "\xef\xbb\xbf<meta charset=koi8-r>\xc3\xb1", "<meta charset=koi8-r>ñ"},
	{"", "<p>\xc3\xb1", "<p>ñ"},
};

START_TEST(html_may_state_its_charset_itself)
{
	struct buf out = BUF_ZERO;
	ck_assert(convert_html(pages[_i].charset, pages[_i].s, strlen(pages[_i].s), &out));
	check_text(&out, pages[_i].out);
}
END_TEST

static struct {
	char const *value, *out;
} const headers[] = {
	{"", ""},
	{"prueba correo simple", "prueba correo simple"},
	{"=?ISO-8859-1?Q?=22V=EDctor_J=2E_Chamorro=22?=", "\"Víctor J. Chamorro\""},
	{"=?utf-8?Q?ma=C3?= =?UTF-8?Q?=B1ana?=", "mañana"},
	{"=?utf-8?B?bWHD?=  =?utf-8?Q?=B1ana?= x", "mañana x"},
	{"=?iso-2022-jp?B?GyRCJDMbKEI=?= =?ISO-2022-JP?B?GyRCJHMbKEI=?=", "こん"},
	{"=?gb2312?B?xOM=?= =?big5?B?p0E=?= =?koi8-r?Q?=F0?=", "你你П"},
	{"=?utf-8*es?Q?=C3=B1?=", "ñ"},
	{"=?no-such?Q?=F1?= =?us-ascii?Q?=F1?=", "ññ"},
	{"=??Q?=C3=B1?=", "ñ"},
	{"a =?utf-8?Q?=C3=B1?= b =?utf-8?Q?=C3?=", "a ñ b Ã"},
	{"ma\xc3\xb1" "ana", "mañana"},
	{"ma\xf1" "ana \x96 hoy", "mañana – hoy"},
	{"a\tb\x01" "c\x7f" "d", "a b c d"},
	{"=?utf-8?Q?a=0D=0ABcc:_x=00y=C2=85z=C2=A0?=", "a  Bcc: x" BAD "y z\xc2\xa0"},
	{"  =?utf-8?Q?=09a=20?=  ", "a"},
	{"=?utf-8?Q?=20=0A?=", ""},
	{"=?utf-8?X?abc?=", "=?utf-8?X?abc?="},
	{"=?utf-8?B?w7E", "=?utf-8?B?w7E"},
};

START_TEST(a_field_with_encoded_words_becomes_one_line)
{
	struct buf out = BUF_ZERO;
	ck_assert(convert_header(headers[_i].value, &out));
	check_text(&out, headers[_i].out);
}
END_TEST

START_TEST(octets_become_one_line_without_decoding)
{
	struct buf out = BUF_ZERO;
	ck_assert(convert_octets(TEXT(" <a\x01\0=?utf-8?Q?b?=\xf1@c> "), &out));
	check_text(&out, "<a " BAD "=?utf-8?Q?b?=ñ@c>");
}
END_TEST

static uint32_t seed;

static uint32_t chance(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* Random octets in every charset that convert.c treats specially: the result is valid UTF-8
   without NULs. */
START_TEST(any_octets_become_well_formed_utf_8)
{
	static char const *const charsets[] = {
		"", "utf-8", "us-ascii", "latin1", "iso-8859-7", "cp1255", "cp1258", "tcvn", "koi8-u", "utf-7", "utf-16",
		"utf-16be", "utf-32", "utf-32le", "gb18030", "big5", "cp950", "euc-jp", "iso-2022-jp", "iso-2022-kr",
		"iso-2022-cn", "iso-2022-cn-ext", "iso-2022-jp-3", "shift_jis", "euc-kr", "johab", "euc-tw",
		"euc-jisx0213", "ibm037", "ibm1364", "ucs-2", "utf-7-imap", "tscii", "iso-ir-90",
	};
	seed = (uint32_t)_i;
	for (int round = 0; round < 100; round++) {
		char s[300];
		size_t n = chance(sizeof s);
		uint32_t kind = chance(3);
		for (size_t i = 0; i < n; i++)
			s[i] = kind == 2 ? " a\x1b$()BCJn\x0e\x0f+-&\xa4<"[chance(17)]
				: (char)(kind ? 0x80 + chance(128) : chance(256));
		char *copy = malloc(n + !n);
		memcpy(copy, s, n);
		struct buf out = BUF_ZERO;
		ck_assert(convert_to_utf8(charsets[_i], copy, n, &out));
		ck_assert(utf8_valid(out.s ? out.s : "", out.len));
		ck_assert(!out.len || !memchr(out.s, 0, out.len));
		buf_free(&out);
		free(copy);
	}
}
END_TEST

/* A decoder is used again: nothing of a text that was cut stays in it. */
START_TEST(a_decoder_keeps_nothing_of_the_text_before)
{
	static char const *const charsets[] = {"utf-7", "iso-2022-kr", "big5", "windows-1255"};
	static char const *const cut[] = {"+APE", "\x1b$)C\x0e!!", "a\x88", "\xe0"};
	struct buf out = BUF_ZERO;
	for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++) {
		ck_assert(convert_to_utf8(charsets[i], cut[i], strlen(cut[i]), &out));
		out.len = 0;
		ck_assert(convert_to_utf8(charsets[i], "ab", 2, &out) && buf_putc(&out, 0));
		ck_assert_str_eq(out.s, "ab");
		out.len = 0;
	}
	buf_free(&out);
}
END_TEST

static unsigned opened;

iconv_t __real_iconv_open(char const *to, char const *from);
iconv_t __wrap_iconv_open(char const *to, char const *from)
{
	opened++;
	return __real_iconv_open(to, from);
}

/* A thousand words of five charsets in turn: each is opened once. */
START_TEST(each_charset_is_opened_once)
{
	static char const *const words[] = {"=?jis?Q?a?=", "=?johab?Q?a?=", "=?euc-tw?Q?a?=", "=?cp949?Q?a?=", "=?gbk?Q?a?="};
	struct buf value = BUF_ZERO, out = BUF_ZERO;
	for (int i = 0; i < 1000; i++)
		ck_assert(buf_puts(&value, words[i % 5]));
	opened = 0;
	ck_assert(buf_putc(&value, 0) && convert_header(value.s, &out));
	ck_assert_uint_eq(out.len, 1000);
	ck_assert_uint_eq(opened, 5);
	buf_free(&value);
	buf_free(&out);
}
END_TEST

/* 10000 words in changing charsets, and 500 KB of unreadable octets, are converted within the
   time limit. */
START_TEST(time_is_linear)
{
	struct buf value = BUF_ZERO, out = BUF_ZERO;
	static char const *const words[] = {"=?koi8-r?Q?=F0?= ", "=?no-such?Q?=F1?= ", "=?gb2312?B?xOM=?= "};
	for (int i = 0; i < 10000; i++)
		must(buf_puts(&value, words[i % 3]));
	ck_assert(buf_putc(&value, 0) && convert_header(value.s, &out));
	ck_assert_uint_eq(out.len, 3334 * 2 + 3333 * 2 + 3333 * 3);
	value.len = out.len = 0;
	for (int i = 0; i < 512000; i++)
		must(buf_putc(&value, '\xff'));
	ck_assert(convert_to_utf8("iso-8859-8", value.s, value.len, &out));
	ck_assert_uint_eq(out.len, 3 * value.len);
	static char const *const labels[] = {"utf-7", "iso-2022-jp", "iso-2022-kr", "gb2312", "utf-8", "utf-16"};
	static char const *const texts[] = {"+", "+a", "\x1b$B", "\xf1", "\xc3\xb1", "a\x0e"};
	for (size_t i = 0; i < 36; i++) {
		value.len = out.len = 0;
		while (value.len < 200000)
			must(buf_puts(&value, texts[i % 6]));
		ck_assert(convert_to_utf8(labels[i / 6], value.s, value.len, &out));
	}
	buf_free(&value);
	buf_free(&out);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("convert");
	TCase *c = unit_case("convert");
	tcase_add_loop_test(c, text_becomes_utf_8_by_its_true_charset, 0, sizeof cases / sizeof *cases);
	tcase_add_loop_test(c, html_may_state_its_charset_itself, 0, sizeof pages / sizeof *pages);
	tcase_add_loop_test(c, a_field_with_encoded_words_becomes_one_line, 0, sizeof headers / sizeof *headers);
	tcase_add_test(c, octets_become_one_line_without_decoding);
	tcase_add_test(c, a_decoder_keeps_nothing_of_the_text_before);
	tcase_add_test(c, each_charset_is_opened_once);
	tcase_add_loop_test(c, any_octets_become_well_formed_utf_8, 0, 34);
	tcase_add_test(c, time_is_linear);
	suite_add_tcase(s, c);
	return s;
}
