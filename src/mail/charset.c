/* Names of charsets: see charset.h. Labels are compared by their letters and digits alone, as
   Unicode's TS 22 does. One row is enough for ISO_8859-2, iso8859-2 and "iso 8859 2". */
#include "mail/charset.h"

#include "base/ascii.h"

#include <stdlib.h>
#include <string.h>

/* Sorted by key. The names are those of the WHATWG Encoding Standard, as glibc spells them.
   US-ASCII is an exception: with 8-bit octets it is a false label (label.h), not windows-1252. */
static struct row {
	char const *key, *name;
} const table[] = {
	{"1200", "UTF-16LE"}, {"1201", "UTF-16BE"}, {"1250", "WINDOWS-1250"},
	{"1251", "WINDOWS-1251"}, {"1252", "WINDOWS-1252"}, {"1253", "WINDOWS-1253"},
	{"1254", "WINDOWS-1254"}, {"1255", "WINDOWS-1255"}, {"1256", "WINDOWS-1256"},
	{"1257", "WINDOWS-1257"}, {"1258", "WINDOWS-1258"}, {"20127", "US-ASCII"},
	{"28591", "WINDOWS-1252"}, {"50220", "ISO-2022-JP"}, {"65000", "UTF-7"}, {"65001", "UTF-8"},
	{"7bit", "US-ASCII"}, {"866", "IBM866"}, {"874", "WINDOWS-874"}, {"88591", "WINDOWS-1252"},
	{"885910", "ISO-8859-10"}, {"885911", "WINDOWS-874"}, {"885913", "ISO-8859-13"},
	{"885914", "ISO-8859-14"}, {"885915", "ISO-8859-15"}, {"885916", "ISO-8859-16"},
	{"88592", "ISO-8859-2"}, {"88593", "ISO-8859-3"}, {"88594", "ISO-8859-4"},
	{"88595", "ISO-8859-5"}, {"88596", "ISO-8859-6"}, {"88597", "ISO-8859-7"},
	{"88598", "ISO-8859-8"}, {"88599", "WINDOWS-1254"}, {"932", "CP932"}, {"936", "GB18030"},
	{"949", "UHC"}, {"950", "CP950"}, {"ansi", "WINDOWS-1252"}, {"ansi1250", "WINDOWS-1250"},
	{"ansi1251", "WINDOWS-1251"}, {"ansi1252", "WINDOWS-1252"}, {"ansi1253", "WINDOWS-1253"},
	{"ansi1254", "WINDOWS-1254"}, {"ansi1255", "WINDOWS-1255"}, {"ansi1256", "WINDOWS-1256"},
	{"ansi1257", "WINDOWS-1257"}, {"ansi1258", "WINDOWS-1258"}, {"ansix341968", "US-ASCII"},
	{"ansix341986", "US-ASCII"}, {"arabic", "ISO-8859-6"}, {"ascii", "US-ASCII"},
	{"asmo708", "ISO-8859-6"}, {"big5", "BIG5-HKSCS"}, {"big5hkscs", "BIG5-HKSCS"},
	{"big5hkscs2004", "BIG5-HKSCS"}, {"bigfive", "BIG5-HKSCS"}, {"chinese", "GB18030"},
	{"cnbig5", "BIG5-HKSCS"}, {"cngb", "GB18030"}, {"cp10000", "MACINTOSH"},
	{"cp10007", "MAC-UK"}, {"cp1200", "UTF-16LE"}, {"cp12000", "UTF-32LE"},
	{"cp12001", "UTF-32BE"}, {"cp1201", "UTF-16BE"}, {"cp1250", "WINDOWS-1250"},
	{"cp1251", "WINDOWS-1251"}, {"cp1252", "WINDOWS-1252"}, {"cp1253", "WINDOWS-1253"},
	{"cp1254", "WINDOWS-1254"}, {"cp1255", "WINDOWS-1255"}, {"cp1256", "WINDOWS-1256"},
	{"cp1257", "WINDOWS-1257"}, {"cp1258", "WINDOWS-1258"}, {"cp20127", "US-ASCII"},
	{"cp20866", "KOI8-R"}, {"cp21866", "KOI8-U"}, {"cp28591", "WINDOWS-1252"},
	{"cp28592", "ISO-8859-2"}, {"cp28605", "ISO-8859-15"}, {"cp367", "US-ASCII"},
	{"cp50220", "ISO-2022-JP"}, {"cp50221", "ISO-2022-JP"}, {"cp50222", "ISO-2022-JP"},
	{"cp51932", "EUC-JP-MS"}, {"cp51949", "UHC"}, {"cp54936", "GB18030"}, {"cp65000", "UTF-7"},
	{"cp65001", "UTF-8"}, {"cp819", "WINDOWS-1252"}, {"cp866", "IBM866"},
	{"cp874", "WINDOWS-874"}, {"cp932", "CP932"}, {"cp936", "GB18030"}, {"cp949", "UHC"},
	{"cp950", "CP950"}, {"csascii", "US-ASCII"}, {"csbig5", "BIG5-HKSCS"}, {"cseuckr", "UHC"},
	{"cseucpkdfmtjapanese", "EUC-JP-MS"}, {"csgb18030", "GB18030"}, {"csgb2312", "GB18030"},
	{"csgbk", "GB18030"}, {"csibm866", "IBM866"}, {"csiso2022cn", "ISO-2022-CN"},
	{"csiso2022jp", "ISO-2022-JP"}, {"csiso2022kr", "ISO-2022-KR"},
	{"csiso58gb231280", "GB18030"}, {"csiso88591", "WINDOWS-1252"},
	{"csiso885910", "ISO-8859-10"}, {"csiso885911", "WINDOWS-874"},
	{"csiso885913", "ISO-8859-13"}, {"csiso885914", "ISO-8859-14"},
	{"csiso885915", "ISO-8859-15"}, {"csiso885916", "ISO-8859-16"}, {"csiso88592", "ISO-8859-2"},
	{"csiso88593", "ISO-8859-3"}, {"csiso88594", "ISO-8859-4"}, {"csiso88595", "ISO-8859-5"},
	{"csiso88596", "ISO-8859-6"}, {"csiso88596e", "ISO-8859-6"}, {"csiso88596i", "ISO-8859-6"},
	{"csiso88597", "ISO-8859-7"}, {"csiso88598", "ISO-8859-8"}, {"csiso88598e", "ISO-8859-8"},
	{"csiso88598i", "ISO-8859-8"}, {"csiso88599", "WINDOWS-1254"},
	{"csisolatin1", "WINDOWS-1252"}, {"csisolatin2", "ISO-8859-2"}, {"csisolatin3", "ISO-8859-3"},
	{"csisolatin4", "ISO-8859-4"}, {"csisolatin5", "WINDOWS-1254"},
	{"csisolatin6", "ISO-8859-10"}, {"csisolatin9", "ISO-8859-15"},
	{"csisolatinarabic", "ISO-8859-6"}, {"csisolatincyrillic", "ISO-8859-5"},
	{"csisolatingreek", "ISO-8859-7"}, {"csisolatinhebrew", "ISO-8859-8"}, {"cskoi8r", "KOI8-R"},
	{"csksc56011987", "UHC"}, {"csmacintosh", "MACINTOSH"}, {"csshiftjis", "CP932"},
	{"cstis620", "WINDOWS-874"}, {"csucs4", "UTF-32"}, {"csunicode", "UTF-16"},
	{"csunicode11utf7", "UTF-7"}, {"csutf16", "UTF-16"}, {"csutf16be", "UTF-16BE"},
	{"csutf16le", "UTF-16LE"}, {"csutf32", "UTF-32"}, {"csutf7", "UTF-7"}, {"csutf8", "UTF-8"},
	{"csviscii", "VISCII"}, {"cswindows1250", "WINDOWS-1250"}, {"cswindows1251", "WINDOWS-1251"},
	{"cswindows1252", "WINDOWS-1252"}, {"cswindows1253", "WINDOWS-1253"},
	{"cswindows1254", "WINDOWS-1254"}, {"cswindows1255", "WINDOWS-1255"},
	{"cswindows1256", "WINDOWS-1256"}, {"cswindows1257", "WINDOWS-1257"},
	{"cswindows1258", "WINDOWS-1258"}, {"cswindows31j", "CP932"}, {"cyrillic", "ISO-8859-5"},
	{"dos866", "IBM866"}, {"dos874", "WINDOWS-874"}, {"ecma114", "ISO-8859-6"},
	{"ecma118", "ISO-8859-7"}, {"elot928", "ISO-8859-7"}, {"euccn", "GB18030"},
	{"eucjp", "EUC-JP-MS"}, {"eucjpms", "EUC-JP-MS"}, {"eucjpwin", "EUC-JP-MS"}, {"euckr", "UHC"},
	{"extendedunixcodepackedformatforjapanese", "EUC-JP-MS"}, {"gb18030", "GB18030"},
	{"gb180302000", "GB18030"}, {"gb180302005", "GB18030"}, {"gb2312", "GB18030"},
	{"gb231280", "GB18030"}, {"gbk", "GB18030"}, {"greek", "ISO-8859-7"},
	{"greek8", "ISO-8859-7"}, {"hebrew", "ISO-8859-8"}, {"ibm1250", "WINDOWS-1250"},
	{"ibm1251", "WINDOWS-1251"}, {"ibm1252", "WINDOWS-1252"}, {"ibm1253", "WINDOWS-1253"},
	{"ibm1254", "WINDOWS-1254"}, {"ibm1255", "WINDOWS-1255"}, {"ibm1256", "WINDOWS-1256"},
	{"ibm1257", "WINDOWS-1257"}, {"ibm1258", "WINDOWS-1258"}, {"ibm367", "US-ASCII"},
	{"ibm819", "WINDOWS-1252"}, {"ibm866", "IBM866"}, {"iso10646", "UTF-16"},
	{"iso10646ucs2", "UTF-16"}, {"iso10646ucs4", "UTF-32"}, {"iso10646utf16", "UTF-16"},
	{"iso10646utf8", "UTF-8"}, {"iso2022cn", "ISO-2022-CN"}, {"iso2022jp", "ISO-2022-JP"},
	{"iso2022jpms", "ISO-2022-JP"}, {"iso2022kr", "ISO-2022-KR"}, {"iso646irv1991", "US-ASCII"},
	{"iso646us", "US-ASCII"}, {"iso88591", "WINDOWS-1252"}, {"iso885910", "ISO-8859-10"},
	{"iso885911", "WINDOWS-874"}, {"iso885911987", "WINDOWS-1252"}, {"iso885913", "ISO-8859-13"},
	{"iso885914", "ISO-8859-14"}, {"iso885915", "ISO-8859-15"}, {"iso885916", "ISO-8859-16"},
	{"iso88592", "ISO-8859-2"}, {"iso885921987", "ISO-8859-2"}, {"iso88593", "ISO-8859-3"},
	{"iso885931988", "ISO-8859-3"}, {"iso88594", "ISO-8859-4"}, {"iso885941988", "ISO-8859-4"},
	{"iso88595", "ISO-8859-5"}, {"iso885951988", "ISO-8859-5"}, {"iso88596", "ISO-8859-6"},
	{"iso885961987", "ISO-8859-6"}, {"iso88596e", "ISO-8859-6"}, {"iso88596i", "ISO-8859-6"},
	{"iso88597", "ISO-8859-7"}, {"iso885971987", "ISO-8859-7"}, {"iso88598", "ISO-8859-8"},
	{"iso885981988", "ISO-8859-8"}, {"iso88598e", "ISO-8859-8"}, {"iso88598i", "ISO-8859-8"},
	{"iso88599", "WINDOWS-1254"}, {"iso885991989", "WINDOWS-1254"}, {"isoir100", "WINDOWS-1252"},
	{"isoir101", "ISO-8859-2"}, {"isoir109", "ISO-8859-3"}, {"isoir110", "ISO-8859-4"},
	{"isoir126", "ISO-8859-7"}, {"isoir127", "ISO-8859-6"}, {"isoir138", "ISO-8859-8"},
	{"isoir144", "ISO-8859-5"}, {"isoir148", "WINDOWS-1254"}, {"isoir149", "UHC"},
	{"isoir157", "ISO-8859-10"}, {"isoir58", "GB18030"}, {"isoir6", "US-ASCII"},
	{"isolatin1", "WINDOWS-1252"}, {"isolatin2", "ISO-8859-2"}, {"isolatin3", "ISO-8859-3"},
	{"isolatin4", "ISO-8859-4"}, {"isolatin5", "WINDOWS-1254"}, {"jis", "ISO-2022-JP"},
	{"koi", "KOI8-R"}, {"koi8", "KOI8-R"}, {"koi8r", "KOI8-R"}, {"koi8ru", "KOI8-U"},
	{"koi8u", "KOI8-U"}, {"korean", "UHC"}, {"ksc5601", "UHC"}, {"ksc56011987", "UHC"},
	{"ksc56011989", "UHC"}, {"l1", "WINDOWS-1252"}, {"l10", "ISO-8859-16"}, {"l2", "ISO-8859-2"},
	{"l3", "ISO-8859-3"}, {"l4", "ISO-8859-4"}, {"l5", "WINDOWS-1254"}, {"l6", "ISO-8859-10"},
	{"l7", "ISO-8859-13"}, {"l8", "ISO-8859-14"}, {"l9", "ISO-8859-15"},
	{"latin0", "ISO-8859-15"}, {"latin1", "WINDOWS-1252"}, {"latin10", "ISO-8859-16"},
	{"latin2", "ISO-8859-2"}, {"latin3", "ISO-8859-3"}, {"latin4", "ISO-8859-4"},
	{"latin5", "WINDOWS-1254"}, {"latin6", "ISO-8859-10"}, {"latin7", "ISO-8859-13"},
	{"latin8", "ISO-8859-14"}, {"latin9", "ISO-8859-15"}, {"logical", "ISO-8859-8"},
	{"mac", "MACINTOSH"}, {"maccyrillic", "MAC-UK"}, {"macintosh", "MACINTOSH"},
	{"macroman", "MACINTOSH"}, {"macukrainian", "MAC-UK"}, {"microsoftcp1250", "WINDOWS-1250"},
	{"microsoftcp1251", "WINDOWS-1251"}, {"microsoftcp1252", "WINDOWS-1252"},
	{"microsoftcp1253", "WINDOWS-1253"}, {"microsoftcp1254", "WINDOWS-1254"},
	{"microsoftcp1255", "WINDOWS-1255"}, {"microsoftcp1256", "WINDOWS-1256"},
	{"microsoftcp1257", "WINDOWS-1257"}, {"microsoftcp1258", "WINDOWS-1258"},
	{"ms1250", "WINDOWS-1250"}, {"ms1251", "WINDOWS-1251"}, {"ms1252", "WINDOWS-1252"},
	{"ms1253", "WINDOWS-1253"}, {"ms1254", "WINDOWS-1254"}, {"ms1255", "WINDOWS-1255"},
	{"ms1256", "WINDOWS-1256"}, {"ms1257", "WINDOWS-1257"}, {"ms1258", "WINDOWS-1258"},
	{"ms932", "CP932"}, {"ms936", "GB18030"}, {"ms949", "UHC"}, {"ms950", "CP950"},
	{"msansi", "WINDOWS-1252"}, {"mskanji", "CP932"}, {"shiftjis", "CP932"}, {"sjis", "CP932"},
	{"sjiswin", "CP932"}, {"suneugreek", "ISO-8859-7"}, {"tis620", "WINDOWS-874"},
	{"tis6200", "WINDOWS-874"}, {"ucs2", "UTF-16"}, {"ucs2be", "UTF-16BE"},
	{"ucs2le", "UTF-16LE"}, {"ucs4", "UTF-32"}, {"ucs4be", "UTF-32BE"}, {"ucs4le", "UTF-32LE"},
	{"uhc", "UHC"}, {"ujis", "EUC-JP-MS"}, {"unicode", "UTF-16"}, {"unicode11utf7", "UTF-7"},
	{"unicode11utf8", "UTF-8"}, {"unicode20utf7", "UTF-7"}, {"unicode20utf8", "UTF-8"},
	{"unicodebig", "UTF-16BE"}, {"unicodefeff", "UTF-16"}, {"unicodefffe", "UTF-16BE"},
	{"unicodelittle", "UTF-16LE"}, {"us", "US-ASCII"}, {"usascii", "US-ASCII"},
	{"utf16", "UTF-16"}, {"utf16be", "UTF-16BE"}, {"utf16le", "UTF-16LE"}, {"utf32", "UTF-32"},
	{"utf32be", "UTF-32BE"}, {"utf32le", "UTF-32LE"}, {"utf7", "UTF-7"}, {"utf8", "UTF-8"},
	{"utf8bom", "UTF-8"}, {"utf8mb4", "UTF-8"}, {"utf8n", "UTF-8"}, {"utf8sig", "UTF-8"},
	{"viscii", "VISCII"}, {"visual", "ISO-8859-8"}, {"westeuropean", "WINDOWS-1252"},
	{"win1250", "WINDOWS-1250"}, {"win1251", "WINDOWS-1251"}, {"win1252", "WINDOWS-1252"},
	{"win1253", "WINDOWS-1253"}, {"win1254", "WINDOWS-1254"}, {"win1255", "WINDOWS-1255"},
	{"win1256", "WINDOWS-1256"}, {"win1257", "WINDOWS-1257"}, {"win1258", "WINDOWS-1258"},
	{"win874", "WINDOWS-874"}, {"windows1250", "WINDOWS-1250"}, {"windows1251", "WINDOWS-1251"},
	{"windows1252", "WINDOWS-1252"}, {"windows1253", "WINDOWS-1253"},
	{"windows1254", "WINDOWS-1254"}, {"windows1255", "WINDOWS-1255"},
	{"windows1256", "WINDOWS-1256"}, {"windows1257", "WINDOWS-1257"},
	{"windows1258", "WINDOWS-1258"}, {"windows31j", "CP932"}, {"windows65001", "UTF-8"},
	{"windows874", "WINDOWS-874"}, {"windows932", "CP932"}, {"windows936", "GB18030"},
	{"windows949", "UHC"}, {"windows950", "CP950"}, {"windowscp1250", "WINDOWS-1250"},
	{"windowscp1251", "WINDOWS-1251"}, {"windowscp1252", "WINDOWS-1252"},
	{"windowscp1253", "WINDOWS-1253"}, {"windowscp1254", "WINDOWS-1254"},
	{"windowscp1255", "WINDOWS-1255"}, {"windowscp1256", "WINDOWS-1256"},
	{"windowscp1257", "WINDOWS-1257"}, {"windowscp1258", "WINDOWS-1258"}, {"xbig5", "BIG5-HKSCS"},
	{"xsjis", "CP932"},
};

static int compare_key(void const *key, void const *row)
{
	return strcmp(key, ((struct row const *)row)->key);
}

static bool is_name(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c) || (c && strchr("-_.:+() ", c));
}

/* Cuts quotes, blanks and `x-` before the name. Cuts a language (RFC 2231 5) or iconv's //SUFFIX
   after it: everything from the first octet that cannot be in a name. */
static void trim_label(char const **s, size_t *n)
{
	while (*n && !ascii_is_alpha(**s) && !ascii_is_digit(**s))
		++*s, --*n;
	if (*n > 2 && ascii_lower((*s)[0]) == 'x' && ((*s)[1] == '-' || (*s)[1] == '_'))
		*s += 2, *n -= 2;
	size_t len = 0;
	while (len < *n && is_name((*s)[len]))
		len++;
	while (len && !ascii_is_alpha((*s)[len - 1]) && !ascii_is_digit((*s)[len - 1]) && (*s)[len - 1] != ')')
		len--;
	*n = len;
}

bool charset_name(char const *s, size_t n, char out[CHARSET_NAME])
{
	char key[CHARSET_NAME];
	size_t keyed = 0;
	out[0] = 0;
	trim_label(&s, &n);
	if (!n || n >= CHARSET_NAME)
		return false;
	for (size_t i = 0; i < n; i++)
		if (ascii_is_alpha(s[i]) || ascii_is_digit(s[i]))
			key[keyed++] = ascii_lower(s[i]);
	key[keyed] = 0;
	struct row const *row = bsearch(key, table, sizeof table / sizeof *table, sizeof *table, compare_key);
	if (row) {
		strcpy(out, row->name);
		return true;
	}
	/* Two letters are a misplaced language ("es"), not a charset of ISO 646. */
	if (keyed < 3)
		return false;
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(s[i] == ' ' ? '-' : s[i] >= 'a' && s[i] <= 'z' ? s[i] - 'a' + 'A' : s[i]);
	out[n] = 0;
	return true;
}
