/* The contacts of one spool file in SQLite. */
#include "store/mark.h"
#include "store/put.h"
#include "store/sqlite_db.h"

#include <stdlib.h>

static void bind_number(struct sqlite_statement *p, int i, sqlite3_int64 v)
{
	sqlite3_bind_int64(p->st, p->parameter[i - 1], v);
}

/* Binding fails only without memory; the column then refuses the null. */
static void bind_slice(struct sqlite_statement *p, int i, struct slice s)
{
	sqlite3_bind_text64(p->st, p->parameter[i - 1], s.n ? s.s : "", s.n, SQLITE_STATIC, SQLITE_UTF8);
}

/* Runs a statement that gives a number or no row: *id is then 0. */
static enum store_result find_row(struct sqlite *q, struct sqlite_statement *p, sqlite3_int64 *id)
{
	int code = sqlite3_step(p->st);
	enum store_result r = sqlite_verdict(q, code);
	*id = code == SQLITE_ROW ? sqlite3_column_int64(p->st, 0) : 0;
	sqlite3_reset(p->st);
	return r;
}

/* Inserts a row. *id: 0 when none was written. */
static enum store_result add_row(struct sqlite *q, struct sqlite_statement *p, sqlite3_int64 *id)
{
	enum store_result r = sqlite_verdict(q, sqlite3_step(p->st));
	*id = r == STORE_OK && sqlite3_changes(q->db) ? sqlite3_last_insert_rowid(q->db) : 0;
	sqlite3_reset(p->st);
	return r;
}

/* Finds the contact that was forgotten and is still unsubscribed, by the mark of its address. */
static enum store_result find_forgotten(struct sqlite *q, uint64_t plan, struct slice address, sqlite3_int64 *id)
{
	struct sqlite_statement *p = sqlite_find(q, "SELECT c.id FROM contact c WHERE c.plan_id = $1 AND c.email = $2"
		" AND EXISTS (SELECT 1 FROM unsubscription u WHERE u.plan_id = $1 AND u.contact_id = c.id AND u.ended_at IS NULL)");
	char mark[MARK];
	if (!p)
		return STORE_FAILED;
	mark_of(mark, address);
	bind_number(p, 1, (sqlite3_int64)plan);
	bind_slice(p, 2, (struct slice){mark, MARK - 1});
	return find_row(q, p, id);
}

static enum store_result has_forgotten(struct sqlite *q, uint64_t plan, bool *has)
{
	struct sqlite_statement *p = sqlite_find(q, "SELECT has_forgotten FROM plan WHERE id = $1");
	sqlite3_int64 flag = 0;
	if (!p)
		return STORE_FAILED;
	bind_number(p, 1, (sqlite3_int64)plan);
	enum store_result r = find_row(q, p, &flag);
	*has = flag != 0;
	return r;
}

/* Fills q->ids. An address costs one statement if the one before it was new as well, or known as
   well; else two. In a plan that has forgotten contacts it costs up to two more. */
static enum store_result add_contacts(struct sqlite *q, struct spoolfile const *f, uint64_t plan,
	size_t *n, uint64_t *fresh)
{
	struct sqlite_statement *finding = sqlite_find(q, "SELECT id FROM contact WHERE plan_id = $1 AND email = $2");
	struct sqlite_statement *adding = sqlite_find(q, "INSERT INTO contact (plan_id, email, created_at)"
		" VALUES ($1, $2, $3) ON CONFLICT (plan_id, email) DO NOTHING");
	struct slice address;
	bool known = false, forgotten = false;
	*n = 0;
	if (!finding || !adding || has_forgotten(q, plan, &forgotten) != STORE_OK)
		return STORE_FAILED;
	bind_number(finding, 1, (sqlite3_int64)plan);
	bind_number(adding, 1, (sqlite3_int64)plan);
	bind_slice(adding, 3, f->date);
	for (size_t at = 0; *n < f->recipients && spoolfile_recipient(f, &at, &address);) {
		enum store_result r = STORE_OK;
		sqlite3_int64 id = 0;
		bind_slice(finding, 2, address);
		bind_slice(adding, 2, address);
		if (known || forgotten)
			r = find_row(q, finding, &id);
		if (r == STORE_OK && !id && forgotten)
			r = find_forgotten(q, plan, address, &id);
		if (r == STORE_OK && !id) {
			r = add_row(q, adding, &id);
			known = !id;
			if (r == STORE_OK && known)
				r = find_row(q, finding, &id);
			else if (r == STORE_OK)
				++*fresh;
		}
		if (r != STORE_OK)
			return r;
		if (!id)
			return store_left_out(&q->store, "contact");
		q->ids[(*n)++] = id;
	}
	return STORE_OK;
}

static int by_id(void const *a, void const *b)
{
	sqlite3_int64 x = *(sqlite3_int64 const *)a, y = *(sqlite3_int64 const *)b;
	return x < y ? -1 : x > y;
}

/* Contacts that were added together have consecutive numbers: one statement adds such a run, at a
   third of the cost of one per member. */
static enum store_result add_members(struct sqlite *q, uint64_t plan, uint64_t group, size_t n,
	uint64_t *members)
{
	struct sqlite_statement *one = sqlite_find(q, "INSERT INTO group_member (plan_id, group_id, contact_id)"
		" VALUES ($1, $2, $3)");
	struct sqlite_statement *run = sqlite_find(q, "INSERT INTO group_member (plan_id, group_id, contact_id)"
		" SELECT $1, $2, id FROM contact WHERE id BETWEEN $3 AND $4");
	enum store_result r = STORE_OK;
	if (!one || !run)
		return STORE_FAILED;
	if (n)
		qsort(q->ids, n, sizeof *q->ids, by_id);
	*members = 0;
	for (size_t i = 0, end; r == STORE_OK && i < n; i = end) {
		sqlite3_int64 first = q->ids[i], last = first;
		for (end = i + 1; end < n && q->ids[end] <= last + 1; end++)
			last = q->ids[end];
		struct sqlite_statement *p = first == last ? one : run;
		bind_number(p, 1, (sqlite3_int64)plan);
		bind_number(p, 2, (sqlite3_int64)group);
		bind_number(p, 3, first);
		if (p == run)
			bind_number(p, 4, last);
		r = sqlite_verdict(q, sqlite3_step(p->st));
		sqlite3_reset(p->st);
		*members += (uint64_t)sqlite3_changes(q->db);
	}
	return r == STORE_OK && *members != n ? store_left_out(&q->store, "group_member") : r;
}

static bool make_room(struct sqlite *q, size_t n)
{
	if (q->ids_cap >= n)
		return true;
	sqlite3_int64 *ids = realloc(q->ids, n * sizeof *ids);
	if (!ids)
		return false;
	q->ids = ids;
	q->ids_cap = n;
	return true;
}

enum store_result sqlite_group_contacts(struct store *s, uint64_t plan, uint64_t group,
	struct spoolfile const *f, struct store_count *count)
{
	struct sqlite *q = (struct sqlite *)s;
	size_t n = 0;
	if (!make_room(q, f->recipients))
		return store_fail(s, STORE_FAILED, "out of memory", (char *)NULL);
	enum store_result r = add_contacts(q, f, plan, &n, &count->fresh);
	return r == STORE_OK ? add_members(q, plan, group, n, &count->contacts) : r;
}
