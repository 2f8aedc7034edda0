/* The tracked links of a send: see links.h. */
#include "send/links.h"

#include "base/array.h"
#include "base/ascii.h"
#include "base/siphash.h"

#include <stdlib.h>
#include <string.h>

/* The hash only saves comparisons, so its key need not be secret. */
static unsigned char const hash_key[SIPHASH_KEY];

size_t links_number(struct links *l, char const *s, size_t n)
{
	uint64_t const hash = siphash(hash_key, s, n);
	for (size_t i = 0; i < l->count; i++)
		if (l->url[i].hash == hash && l->url[i].n == n && !memcmp(l->octets.s + l->url[i].at, s, n))
			return i + 1;
	void *p = array_reserve(l->url, l->count, &l->cap, sizeof *l->url);
	if (!p)
		return 0;
	l->url = p;
	l->url[l->count] = (struct links_url){l->octets.len, n, hash};
	return buf_put(&l->octets, s, n) ? ++l->count : 0;
}

void links_free(struct links *l)
{
	buf_free(&l->octets);
	free(l->url);
	*l = (struct links){.count = 0};
}

/* The offset of `word` in s[at..n); n: not found. */
static size_t find_word(char const *s, size_t n, size_t at, char const *word)
{
	size_t const len = strlen(word);
	for (; at + len <= n; at++)
		if (!memcmp(s + at, word, len))
			return at;
	return n;
}

bool links_is_tracked(char const *s, size_t n, char const *own)
{
	size_t host = ascii_case_starts(s, n, "http://") ? 7 : ascii_case_starts(s, n, "https://") ? 8 : 0;
	size_t const own_len = strlen(own);
	if (!host || host == n || strchr("/\\?#", s[host]))
		return false;
	if (ascii_case_starts(s, n, own) && (n == own_len || strchr("/?#", s[own_len])))
		return false;
	size_t field = find_word(s, n, 0, "[[[");
	return field == n || find_word(s, n, field + 3, "]]]") == n;
}
