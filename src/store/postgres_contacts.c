/* The contacts of one spool file in PostgreSQL: all of them in two statements. */
#include "store/postgres_db.h"
#include "store/put.h"

/* How often contacts are added that another writer may delete meanwhile. */
#define TRIES 3

/* Appends an address with a backslash before each octet that has a meaning in an array. */
static bool put_escaped(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((s.s[i] == '"' || s.s[i] == '\\') && !buf_putc(out, '\\'))
			|| !buf_putc(out, s.s[i]))
			return false;
	return true;
}

/* Replaces out with the text of an array, `{"a","b"}`. */
static bool list_addresses(struct buf *out, struct spoolfile const *f)
{
	struct slice address;
	out->len = 0;
	if (!buf_putc(out, '{'))
		return false;
	for (size_t at = 0; spoolfile_recipient(f, &at, &address);)
		if (!buf_puts(out, out->len > 1 ? ",\"" : "\"") || !put_escaped(out, address)
			|| !buf_putc(out, '"'))
			return false;
	return buf_putc(out, '}');
}

static char const add_contacts[] =
	"INSERT INTO contact (plan_id, email, created_at)"
	" SELECT $1::bigint, a.email, $3::timestamptz FROM unnest(CAST($2::text AS text[])) AS a (email)"
	" ON CONFLICT (plan_id, email) DO NOTHING";

/* Each contact is found by its key: LATERAL with LIMIT leaves a planner without statistics no other
   way. */
#define ADD_MEMBERS "INSERT INTO group_member (plan_id, group_id, contact_id)" \
	" SELECT $1::bigint, $3::bigint, c.id FROM unnest(CAST($2::text AS text[])) AS a (email)" \
	" CROSS JOIN LATERAL (SELECT id FROM contact WHERE plan_id = $1::bigint AND email = a.email LIMIT 1) AS c"

static char const add_members[] = ADD_MEMBERS;
static char const add_missing_members[] = ADD_MEMBERS " ON CONFLICT (plan_id, group_id, contact_id) DO NOTHING";

/* A contact that another writer deletes between the two statements is added once more. One that never
   appears is left out by a rule or a trigger. */
enum store_result postgres_group_contacts(struct store *s, uint64_t plan, uint64_t group,
	struct spoolfile const *f, struct store_count *count)
{
	struct postgres *q = (struct postgres *)s;
	if (!list_addresses(&q->list, f))
		return store_fail(s, STORE_FAILED, "out of memory", (char *)NULL);
	struct store_value const addresses = store_text((struct slice){q->list.s, q->list.len});
	for (int i = 0; i < TRIES; i++) {
		enum store_result r = s->run(s, add_contacts,
			STORE_VALUES(store_number(plan), addresses, store_time(f->date)), NULL, NULL);
		if (r != STORE_OK)
			return r;
		count->fresh += s->changed;
		r = s->run(s, i ? add_missing_members : add_members,
			STORE_VALUES(store_number(plan), addresses, store_number(group)), NULL, NULL);
		count->contacts += s->changed;
		if (r != STORE_OK || count->contacts == f->recipients)
			return r;
	}
	return store_left_out(s, "contact or group_member");
}
