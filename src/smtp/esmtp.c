/* The parameters of MAIL and RCPT. */
#include "smtp/esmtp.h"

#include "base/ascii.h"
#include "base/num.h"

#include <string.h>

struct word {
	char const *s;
	size_t n;
};

/* RFC 1870 section 4: at most 20 digits. A number that exceeds 64 bits becomes the largest. */
static enum esmtp_fault take_size(struct word v, struct esmtp_mail *out)
{
	out->has_size = true;
	if (num_scan(v.s, v.n, UINT64_MAX, &out->size))
		return ESMTP_OK;
	for (size_t i = 0; i < v.n; i++)
		if (!ascii_is_digit(v.s[i]))
			return ESMTP_SYNTAX;
	out->size = UINT64_MAX;
	return v.n > 0 && v.n <= 20 ? ESMTP_OK : ESMTP_SYNTAX;
}

/* RFC 6152. BINARYMIME (RFC 3030) is not offered. */
static enum esmtp_fault take_body(struct word v, struct esmtp_mail *out)
{
	(void)out;
	if (v.n == 0)
		return ESMTP_SYNTAX;
	return ascii_case_is(v.s, v.n, "7BIT") || ascii_case_is(v.s, v.n, "8BITMIME") ? ESMTP_OK : ESMTP_VALUE;
}

/* RFC 6531 section 3.4: a keyword without a value. */
static enum esmtp_fault take_smtputf8(struct word v, struct esmtp_mail *out)
{
	out->smtputf8 = true;
	return v.s ? ESMTP_SYNTAX : ESMTP_OK;
}

/* RFC 4954 section 5: an xtext (RFC 3461 section 4). Checked, then ignored. */
static enum esmtp_fault take_auth(struct word v, struct esmtp_mail *out)
{
	(void)out;
	if (v.n == 0)
		return ESMTP_SYNTAX;
	for (size_t i = 0; i < v.n; i++) {
		if (!ascii_is_print(v.s[i]) || v.s[i] == '=')
			return ESMTP_SYNTAX;
		if (v.s[i] != '+')
			continue;
		if (v.n - i < 3 || ascii_hex(v.s[i + 1]) < 0 || ascii_hex(v.s[i + 2]) < 0)
			return ESMTP_SYNTAX;
		i += 2;
	}
	return ESMTP_OK;
}

static struct {
	char const *keyword;
	enum esmtp_fault (*take)(struct word value, struct esmtp_mail *out);
} const mail_table[] = {
	{"SIZE", take_size},
	{"BODY", take_body},
	{"SMTPUTF8", take_smtputf8},
	{"AUTH", take_auth},
};
enum { MAIL_KEYWORDS = sizeof mail_table / sizeof *mail_table };

/* Reads the next parameter of s[*at..n). False: there are no more. */
static bool next_parameter(char const *s, size_t n, size_t *at, struct word *key, struct word *value)
{
	size_t i = *at;
	while (i < n && ascii_is_blank(s[i]))
		i++;
	if (i == n)
		return false;
	size_t start = i;
	while (i < n && !ascii_is_blank(s[i]))
		i++;
	char const *equals = memchr(s + start, '=', i - start);
	key->s = s + start;
	key->n = equals ? (size_t)(equals - key->s) : i - start;
	value->s = equals ? equals + 1 : NULL;
	value->n = equals ? i - start - key->n - 1 : 0;
	*at = i;
	return true;
}

static bool is_keyword(struct word k)
{
	if (k.n == 0 || k.s[0] == '-')
		return false;
	for (size_t i = 0; i < k.n; i++)
		if (!ascii_is_alpha(k.s[i]) && !ascii_is_digit(k.s[i]) && k.s[i] != '-')
			return false;
	return true;
}

/* Is there a blank between the path and the parameters? Without it the path has no end. */
static bool starts_apart(char const *s, size_t n)
{
	return n == 0 || ascii_is_blank(s[0]);
}

enum esmtp_fault esmtp_mail(char const *s, size_t n, struct esmtp_mail *out)
{
	struct word key, value;
	unsigned int seen = 0;
	size_t at = 0;
	memset(out, 0, sizeof *out);
	if (!starts_apart(s, n))
		return ESMTP_SYNTAX;
	while (next_parameter(s, n, &at, &key, &value)) {
		size_t i = 0;
		if (!is_keyword(key))
			return ESMTP_SYNTAX;
		while (i < MAIL_KEYWORDS && !ascii_case_is(key.s, key.n, mail_table[i].keyword))
			i++;
		if (i == MAIL_KEYWORDS)
			return ESMTP_UNKNOWN;
		if (seen & 1u << i)
			return ESMTP_SYNTAX;
		seen |= 1u << i;
		enum esmtp_fault fault = mail_table[i].take(value, out);
		if (fault != ESMTP_OK)
			return fault;
	}
	return ESMTP_OK;
}

enum esmtp_fault esmtp_rcpt(char const *s, size_t n)
{
	struct word key, value;
	size_t at = 0;
	if (!starts_apart(s, n))
		return ESMTP_SYNTAX;
	if (!next_parameter(s, n, &at, &key, &value))
		return ESMTP_OK;
	return is_keyword(key) ? ESMTP_UNKNOWN : ESMTP_SYNTAX;
}
