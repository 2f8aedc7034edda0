/* Character references in attributes: see htmltext.h. */
#include "mail/htmltext.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <string.h>

/* The references to ASCII characters; a URL's octets have no others (RFC 3986 2). Those
   marked are read without their semicolon too. */
static struct {
	char const *name;
	char c;
	bool bare;
} const names[] = {
	{"AMP", '&', true}, {"GT", '>', true}, {"Hat", '^', false}, {"LT", '<', true},
	{"NewLine", '\n', false}, {"QUOT", '"', true}, {"Tab", '\t', false},
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

void htmltext_start(struct htmltext *t, char const *s, size_t at, size_t end, bool references)
{
	*t = (struct htmltext){.s = s, .at = at, .end = end, .from = at, .references = references};
}

/* `&#60;` or `&#x3c;`, the semicolon optional; t->at is behind the #. */
static bool number(struct htmltext *t)
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
	/* (browsers read 0x80 to 0x9f as windows-1252: no Content-ID has any of those) */
	t->at = at + (at < t->end && t->s[at] == ';');
	t->left = utf8_write(code, t->pending);
	return true;
}

static bool named(struct htmltext *t)
{
	size_t n = 0;
	while (n < NAME_MAX_LEN && t->at + n < t->end && ascii_is_alpha(t->s[t->at + n]))
		n++;
	if (!n)
		return false;
	char const *s = t->s + t->at;
	char next = t->at + n < t->end ? s[n] : ' ';
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char const *name = names[i].name;
		if (name[0] != s[0] || strncmp(name, s, n) != 0 || name[n])
			continue;
		/* 13.2.5.73: in attributes `&lt=` and `&lt1` are text */
		if (next != ';' && (!names[i].bare || next == '=' || ascii_is_digit(next)))
			return false;
		t->at += n + (next == ';');
		t->pending[0] = names[i].c;
		t->left = 1;
		return true;
	}
	return false;
}

int htmltext_next(struct htmltext *t)
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
			found = number(t);
		} else {
			found = named(t);
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

int htmltext_peek(struct htmltext const *t)
{
	struct htmltext copy = *t;
	return htmltext_next(&copy);
}

bool htmltext_is_open(char const *s, size_t at)
{
	size_t const n = strlen("&quot");
	return at >= n && ascii_case_is(s + at - n, n, "&quot");
}
