/* A request to the queue service. */
#include "service/submission.h"

#include <string.h>

static char const *const names[SUBMISSION_NAMES] = {
	"SACA_USER", "SACA_PLAN", "SACA_HELO", "SACA_HOST", "SACA_PROTO", "SACA_TICKET", "SSL_PROTOCOL", "SSL_CIPHER",
	"TCPREMOTEIP", "SACA_SANDBOX"};

#define NAME_MAX_LEN 12
_Static_assert(SUBMISSION_NAMES * (NAME_MAX_LEN + 1 + SUBMISSION_VALUE + 1) <= SUBMISSION_BLOCK, "all values must fit");

size_t submission_format(char out[SUBMISSION_BLOCK + 1], char const *const value[SUBMISSION_NAMES])
{
	size_t len = 0;
	for (size_t i = 0; i < SUBMISSION_NAMES; i++) {
		if (!value[i] || !value[i][0])
			continue;
		size_t name = strlen(names[i]), n = strlen(value[i]);
		if (n > SUBMISSION_VALUE)
			n = SUBMISSION_VALUE;
		memcpy(out + len, names[i], name);
		out[len + name] = '=';
		memcpy(out + len + name + 1, value[i], n);
		len += name + 1 + n;
		out[len++] = 0;
	}
	out[len++] = 0;
	return len;
}

void submission_format_length(unsigned char out[SUBMISSION_LENGTH], size_t n)
{
	for (int i = 0; i < SUBMISSION_LENGTH; i++)
		out[i] = (unsigned char)(n >> (8 * (SUBMISSION_LENGTH - 1 - i)));
}

/* Reads one NAME=value of n octets, without its NUL. False: unknown, repeated or too long. */
static bool read_value(struct submission *r, char const *s, size_t n)
{
	for (size_t i = 0; i < SUBMISSION_NAMES; i++) {
		size_t name = strlen(names[i]);
		if (n <= name || s[name] != '=' || memcmp(s, names[i], name) != 0)
			continue;
		if (r->value[i] || n - name - 1 > SUBMISSION_VALUE)
			return false;
		r->value[i] = s + name + 1;
		return true;
	}
	return false;
}

/* Reads the block; returns its length with the final NUL, or 0. */
static size_t read_block(struct submission *r, char const *s, size_t n)
{
	size_t at = 0, most = n < SUBMISSION_BLOCK + 1 ? n : SUBMISSION_BLOCK + 1;
	while (at < most && s[at]) {
		char const *end = memchr(s + at, 0, most - at);
		if (!end || !read_value(r, s + at, (size_t)(end - (s + at))))
			return 0;
		at = (size_t)(end - s) + 1;
	}
	return at < most ? at + 1 : 0;
}

/* Reads a length and that many octets at *at. */
static bool read_piece(char const **piece, size_t *len, char const *s, size_t n, size_t *at)
{
	size_t size = 0;
	if (n - *at < SUBMISSION_LENGTH)
		return false;
	for (int i = 0; i < SUBMISSION_LENGTH; i++)
		size = size << 8 | (unsigned char)s[(*at)++];
	if (size > n - *at)
		return false;
	*piece = s + *at;
	*len = size;
	*at += size;
	return true;
}

bool submission_read(struct submission *r, char const *s, size_t n)
{
	memset(r, 0, sizeof *r);
	size_t at = read_block(r, s, n);
	if (!at)
		return false;
	for (size_t i = 0; i < SUBMISSION_NAMES; i++)
		if (r->value[i] && !r->value[i][0])
			r->value[i] = NULL;
	if (at == n)
		return true;
	r->is_inside = true;
	return n - at <= SUBMISSION_BODY && read_piece(&r->envelope, &r->envelope_n, s, n, &at)
		&& read_piece(&r->message, &r->message_n, s, n, &at) && at == n;
}
