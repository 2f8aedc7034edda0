/* The SQLite store's connection: opening, transactions, statements. */
#include "store/sqlite.h"

#include "base/num.h"
#include "base/date.h"
#include "store/migrate.h"
#include "store/sqlite_db.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The longest wait for another writer, in milliseconds. The transactions of saca are short. */
#define BUSY_MS 10000

/* Foreign keys are declared for other writers, and not enforced on this connection. saca refers
   only to numbers that it has read or made in the same transaction. To check them again per
   member costs a quarter of the importer's speed. The cache holds the upper levels of the
   contacts' index, so that a store of 10^7 contacts costs what a small one does. A longer WAL
   writes a page that many groups change less often. */
static char const settings[] =
	"PRAGMA synchronous = FULL;"
	"PRAGMA foreign_keys = OFF;"
	"PRAGMA temp_store = MEMORY;"
	"PRAGMA cache_size = -65536;"
	"PRAGMA wal_autocheckpoint = 8192;";

/* Of a worker that commits often and may stay for days: less memory for the cache, from then on. */
static char const unsynced_settings[] = "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8192";

static enum store_result fail_engine(struct sqlite *q)
{
	char const *path = sqlite3_db_filename(q->db, "main");
	bool known = path && *path;
	q->failure = sqlite3_errcode(q->db);
	return store_fail(&q->store, STORE_FAILED, known ? path : "", known ? ": " : "",
		sqlite3_errmsg(q->db), (char *)NULL);
}

enum store_result sqlite_verdict(struct sqlite *q, int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return STORE_OK;
	case SQLITE_CONSTRAINT:
	case SQLITE_TOOBIG:
	case SQLITE_MISMATCH:
		return store_fail(&q->store, STORE_REFUSED, sqlite3_errmsg(q->db), (char *)NULL);
	default:
		return fail_engine(q);
	}
}

enum store_result sqlite_run(struct sqlite *q, char const *sql)
{
	enum store_result r = sqlite_verdict(q, sqlite3_exec(q->db, sql, NULL, NULL, NULL));
	return r == STORE_REFUSED ? STORE_FAILED : r;
}

static struct sqlite *ours(struct store *s)
{
	return (struct sqlite *)s;
}

/* --- Transactions ----------------------------------------------------------------------- */

/* Rows written to a file that was moved or replaced would be lost. In WAL mode a commit syncs nothing
   with NORMAL, and all earlier commits too with FULL. */
static enum store_result begin_transaction(struct store *s, enum store_mode mode)
{
	struct sqlite *q = ours(s);
	int moved = 0;
	if (sqlite3_file_control(q->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved)
		return store_fail(s, STORE_FAILED, "its file was moved or removed", (char *)NULL);
	if (mode == STORE_READ)
		return sqlite_run(q, "BEGIN");
	bool unsynced = mode == STORE_UNSYNCED;
	if (unsynced != q->unsynced) {
		enum store_result r = sqlite_run(q, unsynced ? unsynced_settings : "PRAGMA synchronous = FULL");
		if (r != STORE_OK)
			return r;
		q->unsynced = unsynced;
	}
	return sqlite_run(q, "BEGIN IMMEDIATE");
}

static void roll_back(struct store *s)
{
	/* SQLite ends a transaction by itself upon some failures. Should the rollback
	   fail, closing does the same. */
	if (!sqlite3_get_autocommit(ours(s)->db))
		(void)sqlite3_exec(ours(s)->db, "ROLLBACK", NULL, NULL, NULL);
}

static enum store_result commit_transaction(struct store *s)
{
	enum store_result r = sqlite_run(ours(s), "COMMIT");
	if (r != STORE_OK)
		roll_back(s);
	return r;
}

/* --- Statements ------------------------------------------------------------------------- */

static void find_parameters(struct sqlite_statement *p)
{
	char name[NUM_FMT + 1] = "$";
	for (size_t i = 0; i < STORE_COLUMNS; i++) { /* SQLite numbers them by their first appearance */
		num_fmt(name + 1, i + 1);
		p->parameter[i] = sqlite3_bind_parameter_index(p->st, name);
	}
}

static void free_statement(struct sqlite_statement *p)
{
	sqlite3_finalize(p->st);
	free(p->sql);
	*p = (struct sqlite_statement){.sql = NULL};
}

static struct sqlite_statement *prepare_statement(struct sqlite *q, char const *sql, size_t n)
{
	struct sqlite_statement *p = &q->statements[q->statement_count % SQLITE_STATEMENTS];
	free_statement(p);
	int code = sqlite3_prepare_v3(q->db, sql, (int)n + 1, SQLITE_PREPARE_PERSISTENT, &p->st, NULL);
	if (code != SQLITE_OK) {
		fail_engine(q);
		return NULL;
	}
	p->sql = malloc(n + 1);
	if (!p->sql) {
		free_statement(p);
		store_fail(&q->store, STORE_FAILED, "out of memory", (char *)NULL);
		return NULL;
	}
	memcpy(p->sql, sql, n + 1);
	p->length = n;
	find_parameters(p);
	q->statement_count++;
	return p;
}

struct sqlite_statement *sqlite_find(struct sqlite *q, char const *sql)
{
	size_t n = strlen(sql);
	size_t kept = q->statement_count < SQLITE_STATEMENTS ? q->statement_count : SQLITE_STATEMENTS;
	for (size_t i = 0; i < kept; i++) {
		struct sqlite_statement *p = &q->statements[i];
		if (p->length == n && p->sql && !memcmp(p->sql, sql, n))
			return p;
	}
	return prepare_statement(q, sql, n);
}

static int bind_value(struct sqlite_statement *p, size_t i, struct store_value const *v)
{
	int at = p->parameter[i];
	if (!at)
		return SQLITE_OK;
	switch (v->kind) {
	case STORE_NULL:
		return sqlite3_bind_null(p->st, at);
	case STORE_NUMBER:
		return sqlite3_bind_int64(p->st, at, v->number);
	default:
		return sqlite3_bind_text64(p->st, at, v->text.n ? v->text.s : "", v->text.n, SQLITE_STATIC,
			SQLITE_UTF8);
	}
}

static int step_rows(sqlite3_stmt *st, store_row *row, void *arg)
{
	char const *column[STORE_COLUMNS];
	size_t length[STORE_COLUMNS];
	int n = sqlite3_column_count(st), code;
	if (n > STORE_COLUMNS)
		return SQLITE_TOOBIG;
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		for (int i = 0; row && i < n; i++) {
			column[i] = (char const *)sqlite3_column_text(st, i);
			length[i] = (size_t)sqlite3_column_bytes(st, i);
		}
		if (row && !row(arg, (size_t)n, column, length))
			return SQLITE_OK;
	}
	return code;
}

static enum store_result run_statement(struct store *s, char const *sql, size_t n, struct store_value const *values,
	store_row *row, void *arg)
{
	struct sqlite *q = ours(s);
	struct sqlite_statement *p = sqlite_find(q, sql);
	int code = SQLITE_OK;
	s->changed = 0;
	if (!p)
		return STORE_FAILED;
	for (size_t i = 0; code == SQLITE_OK && i < n; i++)
		code = bind_value(p, i, &values[i]);
	if (code == SQLITE_OK)
		code = step_rows(p->st, row, arg);
	enum store_result r = sqlite_verdict(q, code);
	if (r == STORE_OK && !sqlite3_stmt_readonly(p->st))
		s->changed = (uint64_t)sqlite3_changes(q->db);
	sqlite3_reset(p->st);
	sqlite3_clear_bindings(p->st);
	return r;
}

static enum store_result set_savepoint(struct store *s)
{
	return run_statement(s, "SAVEPOINT entry", STORE_NO_VALUES, NULL, NULL);
}

static enum store_result return_to_savepoint(struct store *s)
{
	char reason[STORE_REASON];
	memcpy(reason, s->reason, sizeof reason);
	enum store_result r = run_statement(s, "ROLLBACK TO entry", STORE_NO_VALUES, NULL, NULL);
	if (r == STORE_OK)
		r = run_statement(s, "RELEASE entry", STORE_NO_VALUES, NULL, NULL);
	if (r == STORE_OK)
		memcpy(s->reason, reason, sizeof reason);
	return r;
}

static enum store_result release_savepoint(struct store *s)
{
	return run_statement(s, "RELEASE entry", STORE_NO_VALUES, NULL, NULL);
}

/* BEGIN IMMEDIATE is the lock of all plans. */
static enum store_result lock_plan(struct store *s, uint64_t plan)
{
	(void)s;
	(void)plan;
	return STORE_OK;
}

static enum store_result read_clock(struct store *s, char out[DATE_ISO])
{
	struct tm tm;
	if (!date_utc(&tm, time(NULL)) || !date_iso(out, &tm))
		return store_fail(s, STORE_FAILED, "the clock is not between the years 1 and 9999", (char *)NULL);
	return STORE_OK;
}

static void close_store(struct store *s)
{
	struct sqlite *q = ours(s);
	for (size_t i = 0; i < SQLITE_STATEMENTS; i++)
		free_statement(&q->statements[i]);
	sqlite3_close(q->db);
	free(q->ids);
	free(q);
}

/* --- Opening ---------------------------------------------------------------------------- */

static enum store_result (*const steps[])(struct store *) = {sqlite_step_1, sqlite_step_2, sqlite_step_3};

static struct migrate_engine const engine = {STORE_SQLITE,
	"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema'", steps, sqlite_set_statistics};

static enum store_result use_wal(struct sqlite *q)
{
	sqlite3_stmt *st;
	int code = sqlite3_prepare_v2(q->db, "PRAGMA journal_mode = WAL", -1, &st, NULL);
	if (code != SQLITE_OK)
		return sqlite_verdict(q, code);
	code = sqlite3_step(st);
	char const *mode = code == SQLITE_ROW ? (char const *)sqlite3_column_text(st, 0) : "";
	bool wal = mode && !strcmp(mode, "wal");
	sqlite3_finalize(st);
	if (code == SQLITE_ROW && !wal)
		return store_fail(&q->store, STORE_FAILED,
			"no write-ahead log can be kept there (a network file system?)", (char *)NULL);
	return sqlite_verdict(q, code);
}

static enum store_result open_to_read(struct sqlite *q)
{
	enum store_result r = migrate_check(&q->store, &engine);
	if (r != STORE_OK && (q->failure & 0xff) == SQLITE_READONLY)
		return store_fail(&q->store, STORE_FAILED, "readers of its write-ahead log need write permission"
			" on its directory", (char *)NULL);
	return r;
}

static enum store_result open_to_write(struct sqlite *q)
{
	/* SQLite opens a file that it may not write to read it. */
	if (sqlite3_db_readonly(q->db, "main") == 1)
		return store_fail(&q->store, STORE_FAILED, sqlite3_db_filename(q->db, "main"), ": it can be read, but not written",
			(char *)NULL);
	enum store_result r = use_wal(q);
	if (r == STORE_OK)
		r = sqlite_run(q, settings);
	return r == STORE_OK ? migrate(&q->store, &engine) : r;
}

/* `:memory:` and `file:...?mode=memory` are names of files here: rows in memory would be lost, and
   the spool's file with them. */
static int open_file(struct sqlite *q, char const *path, bool write)
{
	struct buf name = BUF_ZERO;
	int code = SQLITE_NOMEM;
	if ((*path == '/' || buf_puts(&name, "./")) && buf_put(&name, path, strlen(path) + 1))
		code = sqlite3_open_v2(name.s, &q->db, write ? SQLITE_OPEN_READWRITE
			| SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY, NULL);
	buf_free(&name);
	return code;
}

/* SQLite says only that it is "unable to open database file". */
static enum store_result fail_open(struct sqlite *q, char const *path, bool write)
{
	char const *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;
	char folder[256] = ".";
	struct stat st;
	if (slash == path)
		strcpy(folder, "/");
	else if (n && n < sizeof folder)
		snprintf(folder, sizeof folder, "%.*s", (int)n, path);
	if (!write || stat(path, &st) == 0)
		return store_fail(&q->store, STORE_FAILED, path, ": ", access(path, write ? R_OK | W_OK : R_OK) == 0
			? sqlite3_errmsg(q->db) : strerror(errno), (char *)NULL);
	return store_fail(&q->store, STORE_FAILED, path, ": unable to make a file in ", folder, ": ",
		access(folder, W_OK | X_OK) == 0 ? sqlite3_errmsg(q->db) : strerror(errno), (char *)NULL);
}

/* Is it a mistyped URL: a word, then `://`? */
static bool is_mistyped(char const *path)
{
	char const *colon = strstr(path, "://");
	return colon && !memchr(path, '/', (size_t)(colon - path));
}

enum store_result sqlite_open(struct store **out, char const *path, bool write)
{
	static struct store const functions = {.begin = begin_transaction, .commit = commit_transaction, .rollback = roll_back,
		.save = set_savepoint, .undo = return_to_savepoint, .keep = release_savepoint, .run = run_statement, .lock_plan = lock_plan,
		.group_contacts = sqlite_group_contacts, .now = read_clock, .close = close_store};
	struct sqlite *q = calloc(1, sizeof *q);
	*out = q ? &q->store : NULL;
	if (!q)
		return STORE_FAILED;
	q->store = functions;
	if (is_mistyped(path))
		return store_fail(&q->store, STORE_REFUSED, path, " begins like a URL, but not with postgresql://: for a file of"
			" that name write ./", path, (char *)NULL);
	int code = open_file(q, path, write);
	if (!q->db)
		return store_fail(&q->store, STORE_FAILED, "out of memory", (char *)NULL);
	sqlite3_extended_result_codes(q->db, 1);
	if (code == SQLITE_OK)
		code = sqlite3_busy_timeout(q->db, BUSY_MS);
	if (code != SQLITE_OK)
		return fail_open(q, path, write);
	return write ? open_to_write(q) : open_to_read(q);
}
