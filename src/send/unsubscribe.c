/* Unsubscriptions: see unsubscribe.h. */
#include "send/unsubscribe.h"

static char const add_row[] =
	"INSERT INTO unsubscription (plan_id, id, contact_id, sender_id, type, send_id, at)"
	" SELECT CAST($1 AS bigint), coalesce((SELECT max(id) FROM unsubscription WHERE plan_id = $1), 0) + 1,"
	" CAST($2 AS bigint), CAST($3 AS bigint), CAST($4 AS smallint), CAST($5 AS bigint), $6"
	" WHERE NOT EXISTS (SELECT 1 FROM unsubscription WHERE plan_id = $1 AND contact_id = $2 AND sender_id = $3"
	" AND ended_at IS NULL)";

enum store_result unsubscribe_contact(struct store *s, uint64_t plan, uint64_t contact, uint64_t sender,
	enum unsubscribe_type type, uint64_t send, char const *at, bool *is_new)
{
	enum store_result r = s->run(s, add_row, STORE_VALUES(store_number(plan), store_number(contact), store_number(sender),
		store_number(type), send ? store_number(send) : store_null(), store_time((struct slice){at, strlen(at)})), NULL, NULL);
	*is_new = r == STORE_OK && s->changed == 1;
	return r;
}
