/* The queue program's answer. */
#include "service/answer.h"

#include "base/ascii.h"
#include "service/reply.h"

#include <string.h>

#define SEND "id="
#define CONTACTS "contacts="

static bool is_permanent(int code)
{
	return code >= 11 && code <= 40;
}

/* Appends printable ASCII, with `?` for any other octet, up to `room` octets of out in all. */
static size_t append_ascii(char *out, size_t len, size_t room, char const *s, size_t n)
{
	for (size_t i = 0; i < n && len < room; i++)
		out[len++] = ascii_is_print(s[i]) ? s[i] : '?';
	return len;
}

size_t answer_format(char out[ANSWER_LINE], int code, bool is_repeat, char const *text)
{
	out[0] = is_permanent(code) ? 'D' : code ? 'Z' : is_repeat ? 'R' : 'K';
	return append_ascii(out, 1, ANSWER_LINE, text, strlen(text));
}

static void keep_text(struct answer *a, char const *s, size_t n)
{
	size_t end = 0;
	while (end < n && s[end] && s[end] != '\n')
		end++;
	size_t len = append_ascii(a->text, 0, sizeof a->text - 1, s, end);
	while (len && a->text[len - 1] == ' ')
		len--;
	a->text[len] = 0;
}

void answer_read(struct answer *a, int code, char const *line, size_t n)
{
	char letter = n ? line[0] : 0;
	bool fits;
	if (code == 0) {
		a->verdict = letter == 'R' ? VERDICT_REPEAT : VERDICT_ACCEPTED;
		fits = letter == 'K' || letter == 'R';
	} else if (is_permanent(code) || (code == ANSWER_WRITTEN && letter == 'D')) {
		a->verdict = VERDICT_PERMANENT;
		fits = letter == 'D';
	} else {
		a->verdict = code == ANSWER_FULL ? VERDICT_FULL : VERDICT_TEMPORARY;
		fits = letter == 'Z';
	}
	a->text[0] = 0;
	if (fits)
		keep_text(a, line + 1, n - 1);
	if (a->verdict == VERDICT_PERMANENT && !a->text[0])
		refusal_format(a->text, REFUSAL_UNSTATED, NULL, 0, 0);
}

void answer_format_receipt(char out[ANSWER_RECEIPT], bool is_send, uint64_t number, char const *uuid)
{
	char digits[NUM_FMT];
	num_fmt(digits, number);
	strcpy(out, is_send ? SEND : CONTACTS);
	strcat(strcat(strcat(out, digits), " "), uuid);
}

bool answer_read_receipt(char const *text, char const **id, size_t *id_n, char const **uuid, size_t *uuid_n)
{
	char const *blank = strchr(text, ' ');
	bool is_send = strncmp(text, SEND, sizeof SEND - 1) == 0;
	if (!blank || (!is_send && strncmp(text, CONTACTS, sizeof CONTACTS - 1) != 0))
		return false;
	*id = is_send ? text + sizeof SEND - 1 : NULL;
	*id_n = is_send ? (size_t)(blank - *id) : 0;
	*uuid = blank + 1;
	*uuid_n = strlen(blank + 1);
	return true;
}
