/* The PostgreSQL store's connection: opening, transactions, statements. No setting and no temporary table
   outlives a transaction on it, and no prepared statement if there is a pooler (postgres_prepare.c). */
#include "store/postgres.h"

#include "base/num.h"
#include "store/migrate.h"
#include "store/postgres_db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMESTAMPTZ 1184 /* its type's number in pg_type */

/* SQLSTATEs by their class (appendix A of the manual). A repetition of the transaction cures the first
   two; the second group is the row's fault. P0 is raised by triggers. Not 42501, which a
   missing GRANT gives as well, nor 57014, which a slow server or an operator causes. */
static enum store_result judge_state(char const *state)
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
	ExecStatusType status = pq.resultStatus(result);
	enum store_result r = STORE_OK;
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		char const *state = pq.resultErrorField(result, PG_DIAG_SQLSTATE);
		char const *words = pq.resultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
		bool forbidden = state && !strcmp(state, "42501");
		r = store_fail(&q->store, state ? judge_state(state) : STORE_FAILED,
			words ? words : pq.errorMessage(q->db),
			forbidden ? ": the role lacks a privilege (saca-store(5), PostgreSQL)" : "", (char *)NULL);
	}
	pq.clear(result);
	return r;
}

enum store_result postgres_run(struct postgres *q, char const *sql)
{
	return postgres_verdict(q, pq.exec(q->db, sql));
}

static struct postgres *ours(struct store *s)
{
	return (struct postgres *)s;
}

static enum store_result never_refused(enum store_result r)
{
	return r == STORE_REFUSED ? STORE_FAILED : r;
}

/* --- Transactions ----------------------------------------------------------------------- */

static void roll_back(struct store *s)
{
	/* A kept statement may be at fault: another program may have changed the type of a column. */
	postgres_renew_statements(ours(s));
	/* If this fails, the connection is gone, and the server rolls back by itself. */
	if (pq.transactionStatus(ours(s)->db) != PQTRANS_IDLE)
		pq.clear(pq.exec(ours(s)->db, "ROLLBACK"));
}

/* `2013-09-12 11:59:19.123+00` (DateStyle ISO, zone UTC) to `2013-09-12T11:59:19Z`. */
static char const *rewrite_date(char const *s, size_t *n, char out[DATE_ISO])
{
	if (*n < 19 || *n >= 40 || s[10] != ' ')
		return s;
	memcpy(out, s, 19);
	out[10] = 'T';
	strcpy(out + 19, "Z");
	*n = 20;
	return out;
}

/* Notes the time that the transaction has for all of its statements. */
static void note_time(struct postgres *q, PGresult *result)
{
	char out[DATE_ISO];
	size_t n = 0;
	char const *s = "";
	if (pq.resultStatus(result) == PGRES_TUPLES_OK) {
		n = (size_t)pq.getlength(result, 0, 0);
		s = rewrite_date(pq.getvalue(result, 0, 0), &n, out);
	}
	snprintf(q->now, sizeof q->now, "%s", s);
}

/* Settings are local to the transaction: with a pooler the connection serves other programs afterwards. A role may
   be set not to wait for its commits: here that is only done on request. A lost connection is
   opened again. */
static enum store_result begin_transaction(struct store *s, enum store_mode mode)
{
	struct postgres *q = ours(s);
	char sql[320];
	if (pq.status(q->db) != CONNECTION_OK) {
		pq.reset(q->db); /* the server was restarted; if it is not back yet, BEGIN fails */
		postgres_connected(q);
	}
	strcpy(sql, mode == STORE_READ ? "BEGIN READ ONLY" : "BEGIN");
	strcat(sql, "; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'");
	if (q->has_lock_timeout)
		strcat(sql, "; SET LOCAL lock_timeout = '60s'");
	if (q->has_synchronous_commit && mode == STORE_UNSYNCED)
		strcat(sql, "; SET LOCAL synchronous_commit = off");
	else if (q->has_synchronous_commit && mode == STORE_WRITE)
		strcat(sql, "; SELECT set_config('synchronous_commit', 'on', true)"
			" WHERE current_setting('synchronous_commit') = 'off'");
	strcat(sql, "; SELECT now()");
	q->saved = false;
	PGresult *result = pq.exec(q->db, sql);
	note_time(q, result);
	enum store_result r = never_refused(postgres_verdict(q, result));
	if (r != STORE_OK)
		roll_back(s);
	return r;
}

/* COMMIT of a transaction that had failed is a ROLLBACK which succeeds. */
static enum store_result commit_transaction(struct store *s)
{
	PGresult *result = pq.exec(ours(s)->db, "COMMIT");
	bool kept = !strcmp(pq.cmdStatus(result), "COMMIT");
	enum store_result r = never_refused(postgres_verdict(ours(s), result));
	if (r == STORE_OK && !kept)
		r = store_fail(s, STORE_FAILED, "the server rolled back instead of committing", (char *)NULL);
	if (r != STORE_OK)
		roll_back(s);
	return r;
}

/* The savepoint of an entry that went well is released with the next one's, or with COMMIT: that saves
   a round trip. */
static enum store_result set_savepoint(struct store *s)
{
	struct postgres *q = ours(s);
	enum store_result r = postgres_run(q, q->saved
		? "RELEASE SAVEPOINT entry; SAVEPOINT entry" : "SAVEPOINT entry");
	q->saved = r == STORE_OK;
	return r;
}

static enum store_result return_to_savepoint(struct store *s)
{
	char reason[STORE_REASON];
	memcpy(reason, s->reason, sizeof reason);
	enum store_result r = postgres_run(ours(s), "ROLLBACK TO SAVEPOINT entry");
	if (r == STORE_OK)
		memcpy(s->reason, reason, sizeof reason);
	return r;
}

static enum store_result release_savepoint(struct store *s)
{
	(void)s;
	return STORE_OK;
}

/* --- Statements ------------------------------------------------------------------------- */

/* The parameters of one statement. Texts go as they are (format 1), all else as words. */
struct parameters {
	char const *value[STORE_COLUMNS];
	int length[STORE_COLUMNS], format[STORE_COLUMNS];
	char word[STORE_COLUMNS][DATE_ISO];
};

_Static_assert(DATE_ISO > NUM_FMT, "a word has room for a number");

static void set_parameter(struct parameters *p, size_t i, struct store_value const *v)
{
	uint64_t const magnitude = v->number < 0 ? -(uint64_t)v->number : (uint64_t)v->number;
	size_t n;
	p->value[i] = p->word[i];
	p->length[i] = p->format[i] = 0;
	switch (v->kind) {
	case STORE_NULL:
		p->value[i] = NULL;
		break;
	case STORE_NUMBER:
		p->word[i][0] = '-';
		num_fmt(p->word[i] + (v->number < 0), magnitude);
		break;
	case STORE_TIME:
		n = v->text.n < DATE_ISO ? v->text.n : DATE_ISO - 1;
		memcpy(p->word[i], v->text.s, n);
		p->word[i][n] = 0;
		break;
	case STORE_TEXT:
		p->value[i] = v->text.n ? v->text.s : "";
		p->length[i] = (int)v->text.n; /* a spool file is smaller than INT_MAX */
		p->format[i] = 1;
		break;
	}
}

/* False: no more rows are wanted. */
static bool give_row(PGresult *result, store_row *row, void *arg)
{
	char const *column[STORE_COLUMNS];
	size_t length[STORE_COLUMNS];
	char times[STORE_COLUMNS][DATE_ISO];
	int n = pq.nfields(result) < STORE_COLUMNS ? pq.nfields(result) : STORE_COLUMNS;
	for (int j = 0; j < n; j++) {
		length[j] = (size_t)pq.getlength(result, 0, j);
		column[j] = pq.getisnull(result, 0, j) ? NULL : pq.getvalue(result, 0, j);
		if (column[j] && pq.ftype(result, j) == TIMESTAMPTZ)
			column[j] = rewrite_date(column[j], &length[j], times[j]);
	}
	return row(arg, (size_t)n, column, length);
}

/* Row by row, so that a long result is never in memory as a whole. */
static enum store_result read_results(struct postgres *q, store_row *row, void *arg)
{
	enum store_result r = STORE_OK;
	bool wanted = row != NULL;
	PGresult *result;
	while ((result = pq.getResult(q->db))) {
		if (pq.resultStatus(result) == PGRES_SINGLE_TUPLE) {
			wanted = wanted && give_row(result, row, arg);
			pq.clear(result);
			continue;
		}
		if (strncmp(pq.cmdStatus(result), "SELECT", 6) != 0)
			(void)num_scan(pq.cmdTuples(result), strlen(pq.cmdTuples(result)), UINT64_MAX, &q->store.changed);
		enum store_result last = postgres_verdict(q, result);
		r = r == STORE_OK ? last : r;
	}
	return r;
}

static enum store_result run_statement(struct store *s, char const *sql, size_t n, struct store_value const *values,
	store_row *row, void *arg)
{
	struct postgres *q = ours(s);
	struct parameters p;
	for (size_t i = 0; i < n; i++)
		set_parameter(&p, i, &values[i]);
	s->changed = 0;
	char const *name;
	enum store_result r = postgres_prepare(q, sql, &name);
	if (r != STORE_OK)
		return r;
	int sent = name ? pq.sendQueryPrepared(q->db, name, (int)n, p.value, p.length, p.format, 0)
		: pq.sendQueryParams(q->db, sql, (int)n, NULL, p.value, p.length, p.format, 0);
	if (!sent || (row && !pq.setSingleRowMode(q->db)))
		return store_fail(s, STORE_FAILED, pq.errorMessage(q->db), (char *)NULL);
	r = read_results(q, row, arg);
	q->work += s->changed;
	return r;
}

static enum store_result lock_plan(struct store *s, uint64_t plan)
{
	return run_statement(s, "SELECT id FROM plan WHERE id = $1 FOR UPDATE", STORE_VALUES(store_number(plan)), NULL, NULL);
}

static enum store_result read_clock(struct store *s, char out[DATE_ISO])
{
	struct postgres *q = ours(s);
	memcpy(out, q->now, DATE_ISO);
	return date_is_iso(out, strlen(out)) ? STORE_OK
		: store_fail(s, STORE_FAILED, "the server's clock is not readable: ", out, (char *)NULL);
}

static void close_store(struct store *s)
{
	struct postgres *q = ours(s);
	if (q->db)
		pq.finish(q->db);
	postgres_free_statements(q);
	buf_free(&q->list);
	free(q);
}

/* --- Opening ---------------------------------------------------------------------------- */

static enum store_result (*const steps[])(struct store *) = {postgres_step_1, postgres_step_2, postgres_step_3};

static struct migrate_engine const engine = {STORE_POSTGRES, "SELECT count(*) FROM information_schema.tables"
	" WHERE table_name = 'schema' AND table_schema = current_schema()", steps, NULL};

/* Does this engine know a setting? Others than PostgreSQL may not. */
static bool has_setting(struct postgres *q, char const *try_it)
{
	char sql[128];
	strcpy(sql, "BEGIN; SET LOCAL ");
	PGresult *result = pq.exec(q->db, strcat(sql, try_it));
	bool has = pq.resultStatus(result) == PGRES_COMMAND_OK;
	pq.clear(result);
	roll_back(&q->store);
	return has;
}

/* In another encoding the database would refuse messages with characters that it does not have.
   SQL_ASCII keeps all octets as they are. */
static enum store_result check_encoding(struct postgres *q)
{
	char const *s = pq.parameterStatus(q->db, "server_encoding");
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

enum store_result postgres_open(struct store **out, char const *address, bool write)
{
	static struct store const functions = {.begin = begin_transaction, .commit = commit_transaction, .rollback = roll_back,
		.save = set_savepoint, .undo = return_to_savepoint, .keep = release_savepoint, .run = run_statement, .lock_plan = lock_plan,
		.group_contacts = postgres_group_contacts, .now = read_clock, .close = close_store};
	/* The address may overrule those before dbname: a dead server must not hold the importer, and with
	   it the spool, for the hours that TCP would. */
	static char const *const keys[] = {"connect_timeout", "keepalives_idle",
		"keepalives_interval", "keepalives_count", "tcp_user_timeout",
		"fallback_application_name", "dbname", "client_encoding", NULL};
	char const *const values[] = {"30", "60", "10", "6", "120000", "saca", address, "UTF8", NULL};
	struct postgres *q = calloc(1, sizeof *q);
	*out = q ? &q->store : NULL;
	if (!q)
		return STORE_FAILED;
	q->store = functions;
	char const *failure = libpq_load();
	if (failure)
		return store_fail(&q->store, STORE_FAILED, "unable to load PostgreSQL's client library: ", failure,
			": install libpq5", (char *)NULL);
	q->db = pq.connectdbParams(keys, values, 1);
	if (pq.status(q->db) != CONNECTION_OK)
		return store_fail(&q->store, STORE_FAILED, pq.errorMessage(q->db), (char *)NULL);
	pq.setNoticeReceiver(q->db, no_notice, NULL);
	postgres_connected(q);
	q->has_lock_timeout = has_setting(q, "lock_timeout = '60s'");
	q->has_synchronous_commit = has_setting(q, "synchronous_commit = off");
	enum store_result r = check_encoding(q);
	if (r != STORE_OK)
		return r;
	return write ? migrate(&q->store, &engine) : migrate_check(&q->store, &engine);
}
