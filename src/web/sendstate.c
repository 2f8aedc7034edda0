/* Changing the state of a send. */
#include "web/sendstate.h"

/* $3: the reason or the date. */
static char const *const statements[] = {
	[SEND_PAUSE] = "UPDATE send SET state = 'paused', reason = $3, claimed_by = NULL, claimed_until = NULL"
		" WHERE plan_id = $1 AND id = $2 AND state IN ('new', 'sending')",
	[SEND_RESUME] = "UPDATE send SET state = 'new', reason = NULL, next_at = NULL"
		" WHERE plan_id = $1 AND id = $2 AND state = 'paused'",
	[SEND_CANCEL] = "UPDATE send SET state = 'cancelled', finished_at = $3, claimed_by = NULL, claimed_until = NULL"
		" WHERE plan_id = $1 AND id = $2 AND state IN ('new', 'sending', 'paused')",
};

enum store_result send_change_state(struct store *s, uint64_t plan, uint64_t send, enum send_change change,
	char const *reason, char const *now, bool *changed)
{
	struct store_value const values[] = {store_number(plan), store_number(send),
		change == SEND_PAUSE ? store_string(reason) : store_time((struct slice){now, strlen(now)})};
	enum store_result r = s->run(s, statements[change], change == SEND_RESUME ? 2 : 3, values, NULL, NULL);
	*changed = r == STORE_OK && s->changed == 1;
	return r;
}
