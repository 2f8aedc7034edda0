/* Judging a failure by its code and words. */
#include "send/blame.h"

#include "base/ascii.h"

#include <string.h>

static size_t count_digits(char const *s, size_t n)
{
	size_t i = 0;
	while (i < n && ascii_is_digit(s[i]))
		i++;
	return i;
}

/* The octets of the code at the start of s[0..n); 0: s does not start with a code. */
static size_t measure_code(char const *s, size_t n)
{
	if (n < 5 || !strchr("245", s[0]) || s[1] != '.')
		return 0;
	size_t subject = count_digits(s + 2, n - 2), at = 2 + subject;
	if (subject < 1 || subject > 3 || at >= n || s[at] != '.')
		return 0;
	size_t detail = count_digits(s + at + 1, n - at - 1), end = at + 1 + detail;
	if (detail < 1 || detail > 3)
		return 0;
	/* part of an address or of a version */
	if (end < n && (s[end] == '.' ? end + 1 < n && ascii_is_digit(s[end + 1]) : ascii_is_alpha(s[end]) || s[end] == '-'))
		return 0;
	return end;
}

static bool begins_word(char const *s, size_t at)
{
	return at == 0 || !(ascii_is_digit(s[at - 1]) || ascii_is_alpha(s[at - 1]) || s[at - 1] == '.' || s[at - 1] == '-');
}

bool blame_code(char out[BLAME_CODE], char const *s, size_t n)
{
	out[0] = 0;
	for (size_t at = 0; at < n; at++) {
		size_t len = begins_word(s, at) || (at >= 4 && s[at - 1] == '-' && count_digits(s + at - 4, 3) == 3)
			? measure_code(s + at, n - at) : 0;
		if (!len)
			continue;
		memcpy(out, s + at, len);
		out[len] = 0;
		return true;
	}
	return false;
}

/* Does a word of the text begin with one of these? */
static bool has_word(char const *text, char const *const *words)
{
	size_t n = strlen(text);
	for (; *words; words++) {
		for (size_t at = 0; at < n; at++)
			if ((at == 0 || !ascii_is_alpha(text[at - 1])) && ascii_case_starts(text + at, n - at, *words))
				return true;
	}
	return false;
}

enum blame blame_of(char const *status, char const *text)
{
	static char const *const rates[] = {"rate", "too many", "too much mail", "too fast", "quota", "overquota", "temporar", NULL};
	static char const *const policies[] = {"blacklist", "black list", "blocklist", "block list", "blocked using",
		"spamhaus", "policy", "reputation", "dmarc", "spf", "dkim", "spam", "antispam", NULL};
	if (strcmp(status, "5.1.1") == 0 || strcmp(status, "5.1.10") == 0)
		return BLAME_ADDRESS;
	if (strcmp(status, "5.2.1") == 0)
		return has_word(text, rates) ? BLAME_UNCLEAR : BLAME_ADDRESS;
	if (strncmp(status, "5.7.", 4) == 0)
		return BLAME_SENDER;
	bool vague = !status[0] || (strlen(status) == 5 && strcmp(status + 1, ".0.0") == 0);
	return vague && has_word(text, policies) ? BLAME_SENDER : BLAME_UNCLEAR;
}
