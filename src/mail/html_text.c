/* Character references in attributes: see html_text.h. */
#include "mail/html_text.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <string.h>

/* The references to ASCII characters, and two others. Those marked are read without their semicolon too. */
static struct {
	char const *name;
	unsigned char c;
	bool bare;
} const names[] = {
	{"AMP", '&', true}, {"COPY", 0xa9, true}, {"GT", '>', true}, {"Hat", '^', false}, {"LT", '<', true},
	{"NewLine", '\n', false}, {"QUOT", '"', true}, {"REG", 0xae, true}, {"Tab", '\t', false},
	{"UnderBar", '_', false}, {"VerticalLine", '|', false}, {"amp", '&', true},
	{"apos", '\'', false}, {"ast", '*', false}, {"bsol", '\\', false}, {"colon", ':', false},
	{"comma", ',', false}, {"commat", '@', false}, {"dollar", '$', false},
	{"equals", '=', false}, {"excl", '!', false}, {"grave", '`', false},
	{"gt", '>', true}, {"lbrace", '{', false}, {"lbrack", '[', false}, {"lcub", '{', false},
	{"lowbar", '_', false}, {"lpar", '(', false}, {"lsqb", '[', false}, {"lt", '<', true},
	{"midast", '*', false}, {"num", '#', false}, {"percnt", '%', false}, {"period", '.', false},
	{"plus", '+', false}, {"quest", '?', false}, {"quot", '"', true}, {"rbrace", '}', false},
	{"rbrack", ']', false}, {"rcub", '}', false}, {"rpar", ')', false}, {"rsqb", ']', false},
	{"semi", ';', false}, {"sol", '/', false}, {"verbar", '|', false}, {"vert", '|', false},
};

#define NAME_MAX_LEN 12 /* VerticalLine */

/* The references to U+00A0 and the characters after it, in their order; all of them are read
   without their semicolon too. */
static char const *const latin1[] = {
	"nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf", "laquo", "not",
	"shy", "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro", "para", "middot", "cedil", "sup1",
	"ordm", "raquo", "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc", "Atilde", "Auml",
	"Aring", "AElig", "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml", "ETH",
	"Ntilde", "Ograve", "Oacute", "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave", "Uacute", "Ucirc",
	"Uuml", "Yacute", "THORN", "szlig", "agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig",
	"ccedil", "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml", "eth", "ntilde",
	"ograve", "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave", "uacute", "ucirc", "uuml",
	"yacute", "thorn", "yuml",
};

/* The characters that the numbers 0x80 to 0x9f refer to (13.2.5.80): those of windows-1252. */
static unsigned short const windows1252[32] = {
	0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f,
	0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
};

void html_text_start(struct html_text *t, char const *s, size_t at, size_t end, bool references)
{
	*t = (struct html_text){.s = s, .at = at, .end = end, .from = at, .references = references};
}

/* Reads `&#60;` or `&#x3c;`, the semicolon optional, after the #. */
static bool read_numbered(struct html_text *t)
{
	size_t at = t->at;
	bool hex = at < t->end && (t->s[at] == 'x' || t->s[at] == 'X');
	size_t digits = at += hex;
	unsigned long code = 0;
	for (; at < t->end; at++) {
		int d = ascii_hex(t->s[at]);
		if (d < 0 || (!hex && d > 9))
			break;
		if (code <= 0x10ffff)
			code = code * (hex ? 16 : 10) + (unsigned long)d;
	}
	if (at == digits)
		return false;
	if (code >= 0x80 && code <= 0x9f)
		code = windows1252[code - 0x80];
	t->at = at + (at < t->end && t->s[at] == ';');
	t->left = utf8_write(code, t->pending);
	return true;
}

/* The code point of the character that name[0..n) refers to; 0: not one that is known. *bare:
   it is read without its semicolon too. */
static unsigned long find_name(char const *name, size_t n, bool *bare)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (names[i].name[0] == name[0] && !strncmp(names[i].name, name, n) && !names[i].name[n]) {
			*bare = names[i].bare;
			return names[i].c;
		}
	}
	*bare = true;
	for (size_t i = 0; i < sizeof latin1 / sizeof *latin1; i++)
		if (latin1[i][0] == name[0] && !strncmp(latin1[i], name, n) && !latin1[i][n])
			return 0xa0 + i;
	return 0;
}

/* Reads a name after the &. */
static bool read_named(struct html_text *t)
{
	char const *s = t->s + t->at;
	size_t n = 0, left = t->end - t->at;
	bool bare;
	while (n < left && (ascii_is_alpha(s[n]) || ascii_is_digit(s[n])))
		n++;
	if (!n || n > NAME_MAX_LEN)
		return false;
	unsigned long code = find_name(s, n, &bare);
	bool closed = n < left && s[n] == ';';
	/* 13.2.5.73: in attributes `&lt=` and `&lt1` are text */
	if (!code || (!closed && (!bare || (n < left && s[n] == '='))))
		return false;
	t->at += n + closed;
	t->left = utf8_write(code, t->pending);
	return true;
}

int html_text_next(struct html_text *t)
{
	if (!t->left) {
		if (t->at == t->end)
			return -1;
		t->from = t->at++;
		char c = t->s[t->from];
		if (c != '&' || !t->references || t->at == t->end)
			return (unsigned char)c;
		size_t behind = t->at;
		bool found;
		if (t->s[t->at] == '#') {
			t->at++;
			found = read_numbered(t);
		} else {
			found = read_named(t);
		}
		if (!found) {
			t->at = behind;
			return '&';
		}
	}
	int c = (unsigned char)t->pending[0];
	memmove(t->pending, t->pending + 1, sizeof t->pending - 1);
	t->left--;
	return c;
}

int html_text_peek(struct html_text const *t)
{
	struct html_text copy = *t;
	return html_text_next(&copy);
}

bool html_text_is_open(char const *s, size_t at)
{
	size_t const n = strlen("&quot");
	return at >= n && ascii_case_is(s + at - n, n, "&quot");
}
