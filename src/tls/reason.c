#include "tls/reason.h"

#include "base/num.h"

#include <bearssl.h>
#include <stddef.h>
#include <string.h>

struct word {
	int number;
	char const *text;
};

static struct word const errors[] = {
	{BR_ERR_OK, "closed"},
	{BR_ERR_BAD_PARAM, "malformed message"},
	{BR_ERR_UNSUPPORTED_VERSION, "not TLS, or an unknown version"},
	{BR_ERR_BAD_VERSION, "version changed between records"},
	{BR_ERR_BAD_LENGTH, "record with an invalid length"},
	{BR_ERR_TOO_LARGE, "record too large"},
	{BR_ERR_BAD_MAC, "record does not authenticate"},
	{BR_ERR_NO_RANDOM, "no randomness"},
	{BR_ERR_UNKNOWN_TYPE, "record of an unknown type"},
	{BR_ERR_UNEXPECTED, "unexpected record or message"},
	{BR_ERR_BAD_CCS, "malformed ChangeCipherSpec"},
	{BR_ERR_BAD_ALERT, "malformed alert"},
	{BR_ERR_BAD_HANDSHAKE, "malformed handshake"},
	{BR_ERR_OVERSIZED_ID, "session ID too long"},
	{BR_ERR_BAD_FRAGLEN, "malformed maximum fragment length"},
	{BR_ERR_BAD_SECRENEG, "wrong renegotiation_info"},
	{BR_ERR_LIMIT_EXCEEDED, "message beyond the limits"},
	{BR_ERR_BAD_FINISHED, "wrong Finished"},
	{BR_ERR_INVALID_ALGORITHM, "no usable algorithm"},
	{BR_ERR_BAD_SIGNATURE, "wrong signature"},
	{BR_ERR_IO, "connection lost"},
};

/* RFC 5246 7.2, RFC 6066 9, RFC 7507. */
static struct word const alerts[] = {
	{10, "unexpected message"},
	{20, "bad record MAC"},
	{22, "record overflow"},
	{40, "handshake failure"},
	{42, "bad certificate"},
	{43, "unsupported certificate"},
	{44, "certificate revoked"},
	{45, "certificate expired"},
	{46, "certificate unknown"},
	{47, "illegal parameter"},
	{48, "unknown CA"},
	{49, "access denied"},
	{50, "decode error"},
	{51, "decrypt error"},
	{70, "protocol version"},
	{71, "insufficient security"},
	{80, "internal error"},
	{86, "inappropriate fallback"},
	{90, "user canceled"},
	{100, "no renegotiation"},
	{112, "unrecognized name"},
};

static char const *find_word(struct word const *table, size_t n, int number)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].number == number)
			return table[i].text;
	return NULL;
}

/* Writes prefix, then the word, or the number if there is no word. REASON_MAX is enough for both. */
static void write_reason(char out[REASON_MAX], char const *prefix, char const *text, int number)
{
	char digits[NUM_FMT];
	num_fmt(digits, (uint64_t)number);
	strcpy(out, prefix);
	strcat(out, text ? text : digits);
}

void reason_text(int e, char out[REASON_MAX])
{
	if (e >= BR_ERR_SEND_FATAL_ALERT)
		e -= BR_ERR_SEND_FATAL_ALERT,
		write_reason(out, "alert sent: ", find_word(alerts, sizeof alerts / sizeof *alerts, e), e);
	else if (e >= BR_ERR_RECV_FATAL_ALERT)
		e -= BR_ERR_RECV_FATAL_ALERT,
		write_reason(out, "alert received: ", find_word(alerts, sizeof alerts / sizeof *alerts, e), e);
	else
		write_reason(out, "", find_word(errors, sizeof errors / sizeof *errors, e), e);
}
