/* Labels as mail has them, and the charsets that they mean. */
#include "mail/charset.h"
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
	/* the rest, a sample of each corner of the table */
	{"1200", "UTF-16LE"}, {"7bit", "US-ASCII"}, {"866", "IBM866"}, {"88599", "WINDOWS-1254"},
	{"ansi1258", "WINDOWS-1258"}, {"asmo708", "ISO-8859-6"}, {"bigfive", "BIG5-HKSCS"}, {"chinese", "GB18030"}, {"cp12001", "UTF-32BE"}, {"cp874", "WINDOWS-874"}, {"csbig5", "BIG5-HKSCS"}, {"csutf7", "UTF-7"}, {"dos866", "IBM866"}, {"ecma118", "ISO-8859-7"}, {"elot928", "ISO-8859-7"}, {"greek8", "ISO-8859-7"}, {"hebrew", "ISO-8859-8"}, {"isoir149", "UHC"}, {"jis", "ISO-2022-JP"}, {"korean", "UHC"}, {"l10", "ISO-8859-16"}, {"latin6", "ISO-8859-10"}, {"logical", "ISO-8859-8"}, {"mac", "MACINTOSH"}, {"ms949", "UHC"}, {"suneugreek", "ISO-8859-7"}, {"ucs4le", "UTF-32LE"}, {"uhc", "UHC"}, {"unicodefffe", "UTF-16BE"}, {"viscii", "VISCII"}, {"visual", "ISO-8859-8"}, {"win1255", "WINDOWS-1255"}, {"windows936", "GB18030"}, {"us", "US-ASCII"},
	/* none */
	{"", ""}, {"\"\"", ""}, {"  ", ""}, {"?", ""}, {"es", ""}, {"x", ""}, {"//", ""}, {"\xff\xfe", ""}, {"ñ", ""},
	{"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg", ""},
	{"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg",
		"AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDDDDDDDDDDEEEEEEEEEEFFFFFFFFFFGGG"},
};

START_TEST(a_label_has_the_name_that_browsers_read)
{
	char out[CHARSET_NAME];
	char const *label = cases[_i].label;
	ck_assert_int_eq(charset_name(label, strlen(label), out), !!*cases[_i].name);
	ck_assert_msg(!strcmp(out, cases[_i].name), "%s: %s", label, out);
}
END_TEST

START_TEST(a_nul_ends_a_label)
{
	char out[CHARSET_NAME];
	ck_assert(charset_name("utf-8\0x", 7, out));
	ck_assert_str_eq(out, "UTF-8");
}
END_TEST

/* A name that iconv does not know would be read by the rule for unknown ones. */
START_TEST(iconv_knows_every_name_of_the_table)
{
	char const *name = cases[_i].name;
	bool unknown = !*name || !strcmp(name, "NO-SUCH") || !strncmp(name, "AAA", 3);
	iconv_t cd = iconv_open("UTF-8", *name ? name : "none");
	ck_assert_msg((cd == (iconv_t)-1) == unknown, "%s", name);
	if (!unknown)
		iconv_close(cd);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("charset");
	TCase *c = unit_case("charset");
	tcase_add_loop_test(c, a_label_has_the_name_that_browsers_read, 0, sizeof cases / sizeof *cases);
	tcase_add_test(c, a_nul_ends_a_label);
	tcase_add_loop_test(c, iconv_knows_every_name_of_the_table, 0, sizeof cases / sizeof *cases);
	suite_add_tcase(s, c);
	return s;
}
