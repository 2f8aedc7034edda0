/* Making and migrating the tables. */
#include "store/migrate.h"

#include "base/buf.h"
#include "base/num.h"

#include <string.h>

/* How often a migration is tried, since another program may migrate at the same time. */
#define TRIES 5

static char const insert_version[] = "INSERT INTO schema (version) VALUES ($1)";

/* Reads the version of the tables; 0: no tables. STORE_NEWER: one that this program does not know. */
static enum store_result find_version(struct store *s, struct migrate_engine const *e, uint64_t *out)
{
	uint64_t tables = 0;
	*out = 0;
	enum store_result r = store_read_number(s, e->find_schema, STORE_NO_VALUES, &tables);
	if (r == STORE_OK && tables)
		r = store_read_number(s, "SELECT version FROM schema", STORE_NO_VALUES, out);
	if (r == STORE_OK && *out > STORE_SCHEMA) {
		char version[NUM_FMT], known[NUM_FMT];
		num_fmt(version, *out);
		num_fmt(known, STORE_SCHEMA);
		return store_fail(s, STORE_NEWER, "its schema has version ", version,
			", and this saca knows only version ", known, " and older: install a later saca",
			(char *)NULL);
	}
	return r;
}

enum store_result migrate_run(struct store *s, char const *const *statements)
{
	enum store_result r = STORE_OK;
	for (; r == STORE_OK && *statements; statements++)
		r = s->run(s, *statements, STORE_NO_VALUES, NULL, NULL);
	return r;
}

static bool is_named(char const *const *names, char const *name)
{
	for (; names && *names; names++)
		if (!strcmp(*names, name))
			return true;
	return !names;
}

enum store_result migrate_create_tables(struct store *s, enum store_engine engine, char const *const *names)
{
	enum store_result r = STORE_OK;
	struct buf sql = BUF_ZERO;
	for (size_t i = 0; r == STORE_OK && i < store_table_count; i++) {
		struct store_table const *t = &store_tables[i];
		if (!is_named(names, t->name))
			continue;
		sql.len = 0;
		r = store_table_sql(&sql, t, t->name, engine) ? s->run(s, sql.s, STORE_NO_VALUES, NULL, NULL)
			: store_fail(s, STORE_FAILED, "out of memory", (char *)NULL);
	}
	buf_free(&sql);
	return r;
}

static enum store_result create_indexes(struct store *s, enum store_engine engine)
{
	enum store_result r = STORE_OK;
	for (size_t i = 0; r == STORE_OK && i < store_index_count; i++)
		if (store_indexes[i].both || store_indexes[i].engine == engine)
			r = s->run(s, store_indexes[i].sql, STORE_NO_VALUES, NULL, NULL);
	return r;
}

enum store_result migrate_count_hours(struct store *s, char const *hour)
{
	static char const count_links[] =
		"UPDATE link SET people = c.people, clicks = c.clicks FROM (SELECT plan_id, send_id, number, count(*) AS people,"
		" sum(count) AS clicks FROM click GROUP BY plan_id, send_id, number) AS c"
		" WHERE c.plan_id = link.plan_id AND c.send_id = link.send_id AND c.number = link.number";
	struct buf sql = BUF_ZERO;
	enum store_result r = buf_puts(&sql, "INSERT INTO send_hour (plan_id, send_id, hour, opened, clicked) SELECT plan_id, send_id, ")
		&& buf_puts(&sql, hour) && buf_puts(&sql, ", sum(opened), sum(clicked) FROM (SELECT plan_id, send_id, opened_at AS at,"
		" 1 AS opened, 0 AS clicked FROM delivery WHERE opened_at IS NOT NULL UNION ALL SELECT plan_id, send_id, clicked_at, 0, 1"
		" FROM delivery WHERE clicked_at IS NOT NULL) AS d GROUP BY 1, 2, 3") && buf_putc(&sql, 0)
		? s->run(s, sql.s, STORE_NO_VALUES, NULL, NULL) : store_fail(s, STORE_FAILED, "out of memory", (char *)NULL);
	buf_free(&sql);
	return r == STORE_OK ? s->run(s, count_links, STORE_NO_VALUES, NULL, NULL) : r;
}

static enum store_result create_all(struct store *s, struct migrate_engine const *e)
{
	enum store_result r = s->run(s, "CREATE TABLE schema (version INTEGER NOT NULL)", STORE_NO_VALUES,
		NULL, NULL);
	if (r == STORE_OK)
		r = s->run(s, insert_version, STORE_VALUES(store_number(STORE_SCHEMA)), NULL, NULL);
	if (r == STORE_OK)
		r = migrate_create_tables(s, e->engine, NULL);
	if (r == STORE_OK && e->engine == STORE_SQLITE) /* AUTOINCREMENT has no other way to begin above 1 */
		r = s->run(s, "INSERT INTO sqlite_sequence (name, seq) VALUES ('send', " STORE_FOREIGN_SENDS " - 1)",
			STORE_NO_VALUES, NULL, NULL);
	return r == STORE_OK ? create_indexes(s, e->engine) : r;
}

/* The UPDATE makes another program that migrates wait; then it finds nothing to do. */
static enum store_result take_steps(struct store *s, struct migrate_engine const *e, uint64_t from)
{
	enum store_result r = s->run(s, "UPDATE schema SET version = $1 WHERE version = $2",
		STORE_VALUES(store_number(STORE_SCHEMA), store_number(from)), NULL, NULL);
	if (r == STORE_OK && !s->changed)
		return STORE_AGAIN;
	for (uint64_t i = from; r == STORE_OK && i < STORE_SCHEMA; i++)
		r = e->steps[i - 1](s);
	return r == STORE_OK ? create_indexes(s, e->engine) : r;
}

static enum store_result migrate_once(struct store *s, struct migrate_engine const *e)
{
	uint64_t version = 0;
	enum store_result r = s->begin(s, STORE_WRITE);
	if (r == STORE_OK)
		r = find_version(s, e, &version);
	if (r == STORE_OK && version < STORE_SCHEMA)
		r = version ? take_steps(s, e, version) : create_all(s, e);
	if (r == STORE_OK && version < STORE_SCHEMA && e->finish)
		r = e->finish(s);
	if (r == STORE_OK)
		return s->commit(s);
	s->rollback(s);
	return r;
}

/* Reads the version first, without a lock: at nearly every start there is nothing to do. */
static enum store_result read_version(struct store *s, struct migrate_engine const *e, uint64_t *version)
{
	enum store_result r = s->begin(s, STORE_READ);
	if (r == STORE_OK)
		r = find_version(s, e, version);
	s->rollback(s);
	return r;
}

/* If two programs make the tables at the same time, one fails, tries again, and finds them. */
enum store_result migrate(struct store *s, struct migrate_engine const *e)
{
	enum store_result r = STORE_OK;
	for (int i = 0; i < TRIES; i++) {
		uint64_t version = 0;
		char reason[STORE_REASON];
		memcpy(reason, s->reason, sizeof reason);
		enum store_result seen = read_version(s, e, &version);
		if (seen != STORE_OK || version == STORE_SCHEMA)
			return seen;
		if (r == STORE_FAILED)
			return store_fail(s, r, reason, (char *)NULL);
		r = migrate_once(s, e);
		if (r == STORE_OK || r == STORE_NEWER)
			return r;
	}
	return STORE_FAILED;
}

enum store_result migrate_check(struct store *s, struct migrate_engine const *e)
{
	uint64_t version = 0;
	enum store_result r = read_version(s, e, &version);
	if (r == STORE_OK && version != STORE_SCHEMA)
		return store_fail(s, STORE_FAILED, version
			? "its schema is older than this program: run saca-import once, which migrates it"
			: "it has no tables of saca: saca-import makes them", (char *)NULL);
	return r;
}
