/* Encoded words, in one pass: a charset ends where another word could begin, and each `?=` is
   searched for once. */
#include "mail/encword.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "mail/qp.h"

#include <string.h>

void encword_start(struct encword *e, char const *s, size_t n)
{
	*e = (struct encword){.s = s, .n = n};
}

/* The first `?=` at or after i, or n. i must not decrease between calls. */
static size_t find_closer(struct encword *e, size_t i)
{
	if (e->closer >= i && e->closer)
		return e->closer;
	while (i < e->n) {
		char const *q = memchr(e->s + i, '?', e->n - i);
		if (!q)
			break;
		i = (size_t)(q - e->s);
		if (i + 1 < e->n && e->s[i + 1] == '=')
			return e->closer = i;
		i++;
	}
	return e->closer = e->n;
}

/* Does the `=?` at s[i] begin a word? Then sets word, text, end and so on. */
static bool read_word(struct encword *e, size_t i)
{
	char const *s = e->s;
	size_t j = i + 2;
	while (j < e->n && s[j] != '?' && s[j] != '=' && ascii_is_print(s[j]) && s[j] != ' ')
		j++;
	if (e->n - j < 3 || s[j] != '?' || s[j + 2] != '?')
		return false;
	char encoding = ascii_lower(s[j + 1]);
	if (encoding != 'q' && encoding != 'b')
		return false;
	size_t closer = find_closer(e, j + 3);
	if (closer == e->n)
		return false;
	e->word = i;
	e->text = j + 3;
	e->end = closer;
	e->base64 = encoding == 'b';
	char const *language = memchr(s + i + 2, '*', j - i - 2);
	e->charset_len = language ? (size_t)(language - s) - i - 2 : j - i - 2;
	return true;
}

/* Finds the next word from s[at] on; without one, word is n. */
static void find_word(struct encword *e)
{
	for (size_t i = e->at; i < e->n; i++) {
		char const *p = memchr(e->s + i, '=', e->n - i);
		if (!p)
			break;
		i = (size_t)(p - e->s);
		if (i + 1 < e->n && p[1] == '?' && read_word(e, i))
			return;
	}
	e->word = e->n;
}

static bool is_blank(char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!ascii_is_blank(s[i]))
			return false;
	return true;
}

static int decode_word(struct encword *e, struct encword_run *run, struct buf *scratch)
{
	char const *text = e->s + e->text;
	size_t n = e->end - e->text;
	scratch->len = 0;
	if (e->base64) {
		if (!buf_reserve(scratch, BASE64_ROOM(n)))
			return -1;
		scratch->len = base64_read(scratch->s, text, n);
	} else if (!qp_decode_word(scratch, text, n)) {
		return -1;
	}
	*run = (struct encword_run){true, e->s + e->word + 2, e->charset_len, scratch->s, scratch->len};
	e->at = e->end + 2;
	e->after_word = true;
	return 1;
}

int encword_next(struct encword *e, struct encword_run *run, struct buf *scratch)
{
	if (e->at >= e->n)
		return 0;
	if (e->at == 0 || e->after_word)
		find_word(e);
	size_t n = e->word - e->at;
	if (n == 0 || (e->after_word && e->word < e->n && is_blank(e->s + e->at, n)))
		return decode_word(e, run, scratch);
	*run = (struct encword_run){false, NULL, 0, e->s + e->at, n};
	e->at = e->word;
	e->after_word = false;
	return 1;
}
