/* The contacts of one spool file in PostgreSQL: all of them in two statements. */
#include "base/num.h"
#include "store/mark.h"
#include "store/postgres_db.h"
#include "store/put.h"

#include <string.h>

/* How often contacts are added: another writer may delete one meanwhile. */
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

static bool put_item(struct buf *out, char const *s, size_t n)
{
	return buf_puts(out, out->len > 1 ? ",\"" : "\"") && put_escaped(out, (struct slice){s, n}) && buf_putc(out, '"');
}

/* Replaces out with the text of an array, `{"a","b"}`. */
static bool list_addresses(struct buf *out, struct spoolfile const *f)
{
	struct slice address;
	out->len = 0;
	if (!buf_putc(out, '{'))
		return false;
	for (size_t at = 0; spoolfile_recipient(f, &at, &address);)
		if (!put_item(out, address.s, address.n))
			return false;
	return buf_putc(out, '}');
}

#define ADD_CONTACTS "INSERT INTO contact (plan_id, email, created_at)" \
	" SELECT $1::bigint, a.email, $3::timestamptz FROM unnest(CAST($2::text AS text[])) AS a (email)"
#define NOT_TWICE " ON CONFLICT (plan_id, email) DO NOTHING"

/* Adds nothing for a plan that has forgotten contacts. This costs the others nothing: no round trip, and one
   look at the plan. */
static char const add_contacts[] = ADD_CONTACTS
	" WHERE NOT EXISTS (SELECT 1 FROM plan p WHERE p.id = $1::bigint AND p.has_forgotten = 1)" NOT_TWICE;
static char const add_missing_contacts[] = ADD_CONTACTS NOT_TWICE;

/* Finds the marks that belong to contacts which are still unsubscribed; gives their places in the
   list. */
static char const find_forgotten[] =
	"SELECT a.place FROM unnest(CAST($2::text AS text[])) WITH ORDINALITY AS a (mark, place)"
	" CROSS JOIN LATERAL (SELECT c.id FROM contact c WHERE c.plan_id = $1::bigint AND c.email = a.mark LIMIT 1) AS c"
	" WHERE EXISTS (SELECT 1 FROM unsubscription u WHERE u.plan_id = $1::bigint AND u.contact_id = c.id"
	" AND u.ended_at IS NULL) ORDER BY a.place";

/* Each contact is found by its key: LATERAL with LIMIT leaves a planner without statistics no other
   way. */
#define ADD_MEMBERS "INSERT INTO group_member (plan_id, group_id, contact_id)" \
	" SELECT $1::bigint, $3::bigint, c.id FROM unnest(CAST($2::text AS text[])) AS a (email)" \
	" CROSS JOIN LATERAL (SELECT id FROM contact WHERE plan_id = $1::bigint AND email = a.email LIMIT 1) AS c"

static char const add_members[] = ADD_MEMBERS;
static char const add_missing_members[] = ADD_MEMBERS " ON CONFLICT (plan_id, group_id, contact_id) DO NOTHING";

/* The places of find_forgotten, each as a uint64_t. */
struct places {
	struct buf octets;
	bool no_memory;
};

static bool keep_place(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct places *p = arg;
	uint64_t place = 0;
	(void)n;
	(void)num_scan(column[0], length[0], INT64_MAX, &place);
	p->no_memory = p->no_memory || !buf_put(&p->octets, (char const *)&place, sizeof place);
	return true;
}

/* Replaces out with the list of the addresses, those at the places as marks. places: NULL: all of them. */
static bool list_marks(struct buf *out, struct spoolfile const *f, struct places const *places)
{
	struct slice address;
	char mark[MARK];
	size_t next = 0;
	uint64_t place = 0, n = 0;
	out->len = 0;
	if (!buf_putc(out, '{'))
		return false;
	for (size_t at = 0; spoolfile_recipient(f, &at, &address);) {
		n++;
		if (places && place < n && next < places->octets.len) {
			memcpy(&place, places->octets.s + next, sizeof place);
			next += sizeof place;
		}
		if (places && place != n) {
			if (!put_item(out, address.s, address.n))
				return false;
			continue;
		}
		mark_of(mark, address);
		if (!put_item(out, mark, MARK - 1))
			return false;
	}
	return buf_putc(out, '}');
}

/* Replaces the addresses of forgotten contacts in q->list, if the plan has any. */
static enum store_result replace_forgotten(struct postgres *q, uint64_t plan, struct spoolfile const *f)
{
	struct store *s = &q->store;
	struct places places = {.no_memory = false};
	uint64_t has = 0;
	enum store_result r = store_read_number(s, "SELECT has_forgotten FROM plan WHERE id = $1",
		STORE_VALUES(store_number(plan)), &has);
	if (r != STORE_OK || !has)
		return r;
	if (!list_marks(&q->list, f, NULL))
		return store_fail(s, STORE_FAILED, "out of memory", (char *)NULL);
	r = s->run(s, find_forgotten, STORE_VALUES(store_number(plan),
		store_text((struct slice){q->list.s, q->list.len})), keep_place, &places);
	if (r == STORE_OK && (places.no_memory || !list_marks(&q->list, f, &places)))
		r = store_fail(s, STORE_FAILED, "out of memory", (char *)NULL);
	buf_free(&places.octets);
	return r;
}

/* A contact that another writer deletes between the two statements is added once more. If it
   still does not exist, a rule or a trigger keeps it out. */
enum store_result postgres_group_contacts(struct store *s, uint64_t plan, uint64_t group,
	struct spoolfile const *f, struct store_count *count)
{
	struct postgres *q = (struct postgres *)s;
	if (!list_addresses(&q->list, f))
		return store_fail(s, STORE_FAILED, "out of memory", (char *)NULL);
	for (int i = 0; i < TRIES; i++) {
		enum store_result r = i == 1 ? replace_forgotten(q, plan, f) : STORE_OK;
		if (r != STORE_OK)
			return r;
		struct store_value const addresses = store_text((struct slice){q->list.s, q->list.len});
		r = s->run(s, i ? add_missing_contacts : add_contacts,
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
