/* What the queue program said. */
#include "service/verdict.h"

#include "base/ascii.h"

#include <string.h>

static void keep_text(struct verdict *v, char const *s, size_t n)
{
	size_t at = 0;
	for (size_t i = 0; i < n && at < VERDICT_TEXT && s[i] != '\n' && s[i]; i++)
		v->text[at++] = ascii_is_print(s[i]) ? s[i] : '?';
	while (at && v->text[at - 1] == ' ')
		at--;
	v->text[at] = 0;
}

void verdict_read(struct verdict *v, int code, char const *text, size_t n)
{
	char first = n ? text[0] : 0;
	bool permanent = (code >= 11 && code <= 40) || (code == 82 && first == 'D');
	v->text[0] = 0;
	if (code == 0)
		v->kind = VERDICT_ACCEPTED;
	else
		v->kind = permanent ? VERDICT_PERMANENT : code == 53 ? VERDICT_FULL : VERDICT_TEMPORARY;
	if (first == (code == 0 ? 'K' : permanent ? 'D' : 'Z'))
		keep_text(v, text + 1, n - 1);
	/* saca-spool ends the answer to a repeat with a newline, and no other: it is the same
	   line, and tells whoever wants to know */
	if (code == 0 && first == 'K' && text[n - 1] == '\n')
		v->kind = VERDICT_REPEAT;
	if (permanent && !v->text[0])
		keep_text(v, "mensaje rechazado", 17);
}

bool verdict_ids(struct verdict const *v, char const **id, size_t *id_n,
	char const **uuid, size_t *uuid_n)
{
	char const *blank = strchr(v->text, ' ');
	bool send = strncmp(v->text, "id=", 3) == 0;
	if (!blank || (!send && strncmp(v->text, "contacts=", 9) != 0))
		return false;
	*id = send ? v->text + 3 : NULL;
	*id_n = send ? (size_t)(blank - v->text) - 3 : 0;
	*uuid = blank + 1;
	*uuid_n = strlen(blank + 1);
	return true;
}
