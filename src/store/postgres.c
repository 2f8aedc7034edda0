/* The PostgreSQL store's connection: opening, migrating, transactions, questions. */
#include "store/postgres.h"

#include "base/num.h"
#include "store/postgres_db.h"
#include "store/postgres_schema.h"

#include <stdlib.h>
#include <string.h>

#define TIMESTAMPTZ 1184 /* its type's number in pg_type */

/* How often a migration is begun that another importer may be doing too. */
#define TRIES 5

/* SQLSTATEs by their class (appendix A of the manual): what the row at hand is to
   blame for, and what a repetition of the transaction cures. P0 is what a trigger of the
   platform's own raises. Not 42501, which a missing GRANT gives as well, nor 57014, which
   a server gives that is slow, or an operator who cancels. */
static enum store_result judge(char const *state)
{
	if (!strcmp(state, "40001") || !strcmp(state, "40P01"))
		return STORE_AGAIN;
	if (!strncmp(state, "22", 2) || !strncmp(state, "23", 2) || !strncmp(state, "54", 2)
		|| !strncmp(state, "P0", 2))
		return STORE_REFUSED;
	return STORE_FAILED;
}

enum store_result postgres_verdict(struct postgres *q, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	enum store_result r = STORE_OK;
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN) {
		char const *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
		char const *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
		r = store_fail(&q->store, state ? judge(state) : STORE_FAILED,
			words ? words : PQerrorMessage(q->db), (char *)NULL);
	}
	PQclear(result);
	return r;
}

enum store_result postgres_run(struct postgres *q, char const *sql)
{
	return postgres_verdict(q, PQexec(q->db, sql));
}

static struct postgres *ours(struct store *s)
{
	return (struct postgres *)s;
}

static enum store_result never_refused(enum store_result r)
{
	return r == STORE_REFUSED ? STORE_FAILED : r;
}

static enum store_result begin(struct store *s)
{
	ours(s)->has_temporary = false;
	ours(s)->saved = false;
	return never_refused(postgres_run(ours(s), "BEGIN"));
}

static void rollback(struct store *s)
{
	/* Should it fail, the connection is gone, and the server does the same. */
	if (PQtransactionStatus(ours(s)->db) != PQTRANS_IDLE)
		PQclear(PQexec(ours(s)->db, "ROLLBACK"));
}

/* COMMIT of a transaction that had failed is a ROLLBACK which succeeds. */
static enum store_result commit(struct store *s)
{
	PGresult *result = PQexec(ours(s)->db, "COMMIT");
	bool kept = !strcmp(PQcmdStatus(result), "COMMIT");
	enum store_result r = never_refused(postgres_verdict(ours(s), result));
	if (r == STORE_OK && !kept)
		r = store_fail(s, STORE_FAILED, "the server rolled back what it should commit",
			(char *)NULL);
	if (r != STORE_OK)
		rollback(s);
	return r;
}

static enum store_result read_number(struct postgres *q, char const *sql, uint64_t *out)
{
	PGresult *result = PQexec(q->db, sql);
	*out = 0;
	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
		(void)num_scan(PQgetvalue(result, 0, 0), (size_t)PQgetlength(result, 0, 0),
			INT64_MAX, out);
	return never_refused(postgres_verdict(q, result));
}

static enum store_result highest(struct store *s, uint64_t *out)
{
	return read_number(ours(s), "SELECT coalesce(max(id), 0) FROM send", out);
}

/* `2013-09-12 11:59:19+00` (DateStyle ISO, zone UTC) to `2013-09-12T11:59:19Z`. */
static char const *iso(char const *s, size_t *n, char out[24])
{
	if (*n < 19 || *n >= 40 || s[10] != ' ')
		return s;
	memcpy(out, s, 19);
	out[10] = 'T';
	strcpy(out + 19, "Z");
	*n = 20;
	return out;
}

static enum store_result rows(struct postgres *q, PGresult *result, store_row *row, void *arg)
{
	enum { COLUMNS = 32 };
	char const *column[COLUMNS];
	size_t length[COLUMNS];
	char times[COLUMNS][24];
	int n = PQnfields(result);
	if (n > COLUMNS)
		return store_fail(&q->store, STORE_FAILED, "too many columns", (char *)NULL);
	for (int i = 0; i < PQntuples(result); i++) {
		for (int j = 0; j < n; j++) {
			length[j] = (size_t)PQgetlength(result, i, j);
			column[j] = PQgetisnull(result, i, j) ? NULL : PQgetvalue(result, i, j);
			if (column[j] && PQftype(result, j) == TIMESTAMPTZ)
				column[j] = iso(column[j], &length[j], times[j]);
		}
		if (!row(arg, (size_t)n, column, length))
			break;
	}
	return STORE_OK;
}

/* Row by row, so that a long answer is never in memory as a whole. */
static enum store_result query(struct store *s, char const *sql, size_t n,
	char const *const *params, store_row *row, void *arg)
{
	struct postgres *q = ours(s);
	enum store_result r = STORE_OK;
	PGresult *result;
	if (!PQsendQueryParams(q->db, sql, (int)n, NULL, params, NULL, NULL, 0)
		|| !PQsetSingleRowMode(q->db))
		return store_fail(s, STORE_FAILED, PQerrorMessage(q->db), (char *)NULL);
	while ((result = PQgetResult(q->db))) {
		if (PQresultStatus(result) != PGRES_SINGLE_TUPLE) {
			enum store_result last = postgres_verdict(q, result);
			r = r == STORE_OK ? last : r;
			continue;
		}
		if (r == STORE_OK)
			r = rows(q, result, row, arg);
		PQclear(result);
	}
	return r;
}

static void close_store(struct store *s)
{
	struct postgres *q = ours(s);
	PQfinish(q->db);
	buf_free(&q->name);
	buf_free(&q->list);
	free(q);
}

static enum store_result version(struct postgres *q, uint64_t *out)
{
	uint64_t tables = 0;
	enum store_result r = read_number(q, "SELECT count(*) FROM information_schema.tables"
		" WHERE table_name = 'schema' AND table_schema = current_schema()", &tables);
	*out = 0;
	if (r == STORE_OK && tables)
		r = read_number(q, "SELECT version FROM schema", out);
	if (r == STORE_OK && *out > POSTGRES_SCHEMA_VERSION)
		return store_fail(&q->store, STORE_NEWER,
			"its schema is a later saca's: this one is too old for it", (char *)NULL);
	return r;
}

static enum store_result steps(struct postgres *q, uint64_t from)
{
	char v[NUM_FMT], sql[64 + NUM_FMT] = "INSERT INTO schema (version) VALUES (";
	enum store_result r = STORE_OK;
	if (!from)
		r = postgres_run(q, "CREATE TABLE schema (version integer NOT NULL)");
	if (r == STORE_OK)
		r = postgres_run(q, "DELETE FROM schema");
	for (uint64_t i = from; r == STORE_OK && i < POSTGRES_SCHEMA_VERSION; i++)
		r = postgres_run(q, postgres_schema[i]);
	num_fmt(v, POSTGRES_SCHEMA_VERSION);
	strcat(strcat(sql, v), ")");
	return r == STORE_OK ? postgres_run(q, sql) : r;
}

static enum store_result migrate_once(struct postgres *q, uint64_t from)
{
	enum store_result r = begin(&q->store);
	if (r == STORE_OK)
		r = steps(q, from);
	if (r == STORE_OK)
		return commit(&q->store);
	rollback(&q->store);
	return r;
}

/* Another importer may do the same at the same time; then one of the two fails, and
   finds it done. */
static enum store_result migrate(struct postgres *q)
{
	enum store_result r = STORE_OK;
	for (int i = 0; i < TRIES; i++) {
		uint64_t now;
		char reason[STORE_REASON];
		memcpy(reason, q->store.reason, sizeof reason);
		enum store_result seen = version(q, &now);
		if (seen != STORE_OK || now == POSTGRES_SCHEMA_VERSION)
			return seen;
		if (r == STORE_FAILED)
			return store_fail(&q->store, r, reason, (char *)NULL);
		r = migrate_once(q, now);
		if (r == STORE_OK)
			return r;
		r = r == STORE_FAILED ? r : STORE_AGAIN;
	}
	return STORE_FAILED;
}

/* What an engine does not know it may ignore or refuse; none of it changes a result
   but the first two, which all have.
   - Nobody's lock on a table is waited for without an end.
   - A role may be set not to wait for its commits: this one's reach the disk.
   - The recipients are few compared with the contacts, which the planner cannot know:
     with an index look-up for each, the cost does not grow with the store. */
static enum store_result set_up(struct postgres *q)
{
	enum store_result r = postgres_run(q, "SET TIME ZONE 'UTC'");
	if (r == STORE_OK)
		r = postgres_run(q, "SET DateStyle = 'ISO'");
	PQclear(PQexec(q->db, "SELECT set_config('synchronous_commit', 'on', false)"
		" WHERE current_setting('synchronous_commit', true) = 'off'"));
	PQclear(PQexec(q->db, "SET lock_timeout = '60s'"));
	PQclear(PQexec(q->db, "SET enable_hashjoin = off"));
	PQclear(PQexec(q->db, "SET enable_mergejoin = off"));
	return never_refused(r);
}

/* A database in another encoding refuses each message that has a character of which it
   knows nothing. SQL_ASCII means that it keeps any octets as they are; what an engine does
   not tell is not asked for. */
static enum store_result check_encoding(struct postgres *q)
{
	char const *s = PQparameterStatus(q->db, "server_encoding");
	if (!s || !strcmp(s, "UTF8") || !strcmp(s, "UTF-8") || !strcmp(s, "SQL_ASCII"))
		return STORE_OK;
	return store_fail(&q->store, STORE_FAILED, "its encoding is ", s,
		", which does not have all characters: it must be UTF8", (char *)NULL);
}

static void no_notice(void *arg, PGresult const *result)
{
	(void)arg;
	(void)result;
}

static enum store_result open_to_read(struct postgres *q)
{
	uint64_t now = 0;
	enum store_result r = version(q, &now);
	if (r == STORE_OK && now != POSTGRES_SCHEMA_VERSION)
		return store_fail(&q->store, STORE_FAILED, now ? "its schema is an older saca's: "
			"saca-import brings it up to date" : "it is no store of saca's", (char *)NULL);
	return r == STORE_OK ? postgres_run(q, "SET default_transaction_read_only = on") : r;
}

enum store_result postgres_open(struct store **out, char const *address, bool write)
{
	static struct store const functions = {.begin = begin, .put = postgres_put,
		.commit = commit, .rollback = rollback, .highest = highest, .query = query,
		.close = close_store};
	/* What stands before the address it may overrule: a server that has gone must not
	   hold the importer, and with it the spool, for the hours that TCP would. */
	static char const *const keys[] = {"connect_timeout", "keepalives_idle",
		"keepalives_interval", "keepalives_count", "tcp_user_timeout",
		"fallback_application_name", "dbname", "client_encoding", NULL};
	char const *const values[] = {"30", "60", "10", "6", "120000", "saca", address, "UTF8", NULL};
	struct postgres *q = calloc(1, sizeof *q);
	*out = q ? &q->store : NULL;
	if (!q)
		return STORE_FAILED;
	q->store = functions;
	q->db = PQconnectdbParams(keys, values, 1);
	if (PQstatus(q->db) != CONNECTION_OK)
		return store_fail(&q->store, STORE_FAILED, PQerrorMessage(q->db), (char *)NULL);
	PQsetNoticeReceiver(q->db, no_notice, NULL);
	enum store_result r = set_up(q);
	if (r != STORE_OK)
		return r;
	if (!write)
		return open_to_read(q);
	r = check_encoding(q);
	return r == STORE_OK ? migrate(q) : r;
}
