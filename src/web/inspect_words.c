/* Words and addresses: see inspect_words.h. */
#include "web/inspect_words.h"

#include "base/array.h"
#include "base/ascii.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { LETTERS = 4, WITH_DIGIT = 2 }; /* characters of a word, at least */

static bool add_word(struct words *w, char const *s, size_t n)
{
	void *p = array_reserve(w->word, w->count, &w->cap, sizeof *w->word);
	if (!p)
		return false;
	w->word = p;
	w->word[w->count++] = (struct word){.at = w->octets.len, .n = n};
	return buf_put(&w->octets, s, n);
}

/* --- Characters --------------------------------------------------------------------------- */

struct range {
	unsigned long from, to;
};

static bool is_in(struct range const *r, unsigned long c)
{
	while (c > r->to)
		r++;
	return c >= r->from;
}

/* Blanks, punctuation and symbols outside of ASCII; the last range ends every search. */
static struct range const separators[] = {
	{0x80, 0xa9}, {0xab, 0xb4}, {0xb6, 0xb9}, {0xbb, 0xbf}, {0xd7, 0xd7}, {0xf7, 0xf7}, {0x60c, 0x60c}, {0x61b, 0x61b}, {0x61f, 0x61f},
	{0x1680, 0x1680}, {0x2000, 0x2bff}, {0x2e00, 0x2e7f}, {0x3000, 0x3004}, {0x3008, 0x303f}, {0xe000, 0xf8ff}, {0xfe10, 0xfe6f},
	{0xff00, 0xff0f}, {0xff1a, 0xff20}, {0xfffc, 0xfffd}, {0x1f000, 0x1ffff}, {0xe0000, 0x10ffff},
};
/* Soft hyphen, joiners, marks of direction, variation selectors. */
static struct range const invisible[] = {
	{0xad, 0xad}, {0x34f, 0x34f}, {0x61c, 0x61c}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x206f}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
	{0x10ffff, 0x10ffff},
};

/* Lowers Latin, Greek and Cyrillic letters. Each has as many octets in UTF-8 as its capital. */
static unsigned long lower_letter(unsigned long c)
{
	if (c < 0x80)
		return (unsigned char)ascii_lower((char)c);
	if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
		return c + 0x20;
	if (c >= 0x400 && c <= 0x40f)
		return c + 0x50;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
		return c + (c & 1);
	if (c >= 0x100 && c <= 0x177 && c != 0x130 && c != 0x138)
		return c | 1;
	return c;
}

/* The character at s[0..n), n > 0, and its length. An octet that is not a character counts as
   U+FFFD. */
static unsigned long read_character(char const *s, size_t n, size_t *length)
{
	bool good;
	*length = utf8_step(s, n, &good);
	return good ? utf8_code(s, *length) : 0xfffd;
}

static bool is_separator(unsigned long c)
{
	return c < 0x80 ? !ascii_is_alpha((char)c) && !ascii_is_digit((char)c) : is_in(separators, c);
}

/* --- Addresses ---------------------------------------------------------------------------- */

static size_t scheme_length(char const *s, size_t n)
{
	if (n > 8 && ascii_case_starts(s, n, "https://"))
		return 8;
	return n > 7 && ascii_case_starts(s, n, "http://") ? 7 : 0;
}

static bool ends_link(unsigned char c)
{
	return c <= ' ' || c == '<' || c == '>' || c == '"' || c == 0x7f;
}

bool words_add_link(struct words *links, char const *s, size_t n)
{
	while (n && (unsigned char)*s <= ' ') {
		s++;
		n--;
	}
	while (n && (unsigned char)s[n - 1] <= ' ')
		n--;
	if (!scheme_length(s, n))
		return true;
	return add_word(links, s, s[n - 1] == '/' ? n - 1 : n);
}

/* The length of the address at s[0..n); 0: no address is there. */
static size_t link_length(char const *s, size_t n)
{
	size_t end = scheme_length(s, n);
	if (!end)
		return 0;
	while (end < n && !ends_link((unsigned char)s[end]))
		end++;
	while (strchr(".,;:!?)]}'*_", s[end - 1]))
		end--;
	return end;
}

/* --- Words -------------------------------------------------------------------------------- */

/* Reads a word at s[0..n) and adds it, if it is long enough. Returns its length, at least 1: that of a separator. */
static size_t read_word(struct words *words, char const *s, size_t n, bool *done)
{
	char small[4];
	size_t at = 0, length = 1, characters = 0, from = words->octets.len;
	bool has_digit = false;
	struct buf *o = &words->octets;
	while (at < n && *done) {
		unsigned long c = read_character(s + at, n - at, &length);
		if (!is_in(invisible, c)) {
			if (is_separator(c))
				break;
			*done = buf_put(o, small, utf8_write(lower_letter(c), small));
			has_digit = has_digit || (c < 0x80 && ascii_is_digit((char)c));
			characters++;
		}
		at += length;
	}
	size_t octets = o->len - from;
	o->len = from; /* add_word appends the same octets at the same place */
	if (characters >= (has_digit ? WITH_DIGIT : LETTERS))
		*done = *done && add_word(words, o->s + from, octets);
	return at ? at : length;
}

/* The length of a reference such as `&hellip;` that was not resolved; 0: no reference is there. */
static size_t reference_length(char const *s, size_t n)
{
	size_t i = 1;
	while (i < n && i < 32 && (ascii_is_alpha(s[i]) || ascii_is_digit(s[i])))
		i++;
	return *s == '&' && i > 1 && i < n && s[i] == ';' ? i + 1 : 0;
}

bool words_read(struct words *words, struct words *links, char const *s, size_t n)
{
	bool done = true;
	for (size_t at = 0; at < n && done;) {
		size_t length = link_length(s + at, n - at);
		if (length)
			done = words_add_link(links, s + at, length);
		else
			length = reference_length(s + at, n - at);
		at += length ? length : read_word(words, s + at, n - at, &done);
	}
	return done;
}

/* --- Sets --------------------------------------------------------------------------------- */

static int compare_words(void const *a, void const *b)
{
	struct word const *x = a, *y = b;
	int r = memcmp(x->s, y->s, x->n < y->n ? x->n : y->n);
	return r ? r : (x->n > y->n) - (x->n < y->n);
}

void words_sort(struct words *w)
{
	size_t kept = 0;
	if (!w->count)
		return;
	for (size_t i = 0; i < w->count; i++)
		w->word[i].s = w->octets.s + w->word[i].at;
	qsort(w->word, w->count, sizeof *w->word, compare_words);
	for (size_t i = 1; i < w->count; i++)
		if (compare_words(&w->word[kept], &w->word[i]))
			w->word[++kept] = w->word[i];
	w->count = kept + 1;
}

bool words_has(struct words const *w, struct word const *word)
{
	return w->count && bsearch(word, w->word, w->count, sizeof *word, compare_words);
}

void words_free(struct words *w)
{
	free(w->word);
	buf_free(&w->octets);
	*w = (struct words){.count = 0};
}
