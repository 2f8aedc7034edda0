/* The SQLite store's connection: opening, migrating, transactions, questions. */
#include "store/sqlite.h"

#include "base/num.h"
#include "store/sqlite_db.h"
#include "store/sqlite_schema.h"

#include <stdlib.h>
#include <string.h>

/* How long another writer is waited for; the sending side's transactions are short. */
#define BUSY_MS 10000

/* Foreign keys are declared for whoever writes here, and left unenforced on this
   connection: every number the importer refers to it has read or made in the same
   transaction, and asking twice per member costs a quarter of its speed.
   The cache holds the upper levels of the contacts' index, so that a store of 10^7
   costs what a small one does; a longer WAL writes a page that many groups touch
   less often. */
static char const settings[] =
	"PRAGMA synchronous = FULL;"
	"PRAGMA foreign_keys = OFF;"
	"PRAGMA temp_store = MEMORY;"
	"PRAGMA cache_size = -65536;"
	"PRAGMA wal_autocheckpoint = 8192;";

enum store_result sqlite_failed(struct sqlite *q)
{
	char const *path = sqlite3_db_filename(q->db, "main");
	bool known = path && *path;
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
		return sqlite_failed(q);
	}
}

/* Statements that stand alone have no row to blame. */
static enum store_result run(struct sqlite *q, char const *sql)
{
	enum store_result r = sqlite_verdict(q, sqlite3_exec(q->db, sql, NULL, NULL, NULL));
	return r == STORE_REFUSED ? STORE_FAILED : r;
}

static struct sqlite *ours(struct store *s)
{
	return (struct sqlite *)s;
}

/* A file that was moved or replaced would take rows to where nobody looks for them. */
static enum store_result begin(struct store *s)
{
	int moved = 0;
	if (sqlite3_file_control(ours(s)->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK
		&& moved)
		return store_fail(s, STORE_FAILED, "its file was moved or removed", (char *)NULL);
	return run(ours(s), "BEGIN IMMEDIATE");
}

static void rollback(struct store *s)
{
	/* SQLite ends a transaction by itself upon some failures. Should the rollback
	   fail, closing does the same. */
	if (!sqlite3_get_autocommit(ours(s)->db))
		(void)sqlite3_exec(ours(s)->db, "ROLLBACK", NULL, NULL, NULL);
}

static enum store_result commit(struct store *s)
{
	enum store_result r = run(ours(s), "COMMIT");
	if (r != STORE_OK)
		rollback(s);
	return r;
}

static enum store_result read_number(struct sqlite *q, char const *sql, sqlite3_int64 *out)
{
	sqlite3_stmt *st;
	int code = sqlite3_prepare_v2(q->db, sql, -1, &st, NULL);
	if (code == SQLITE_OK) {
		code = sqlite3_step(st);
		*out = code == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
		sqlite3_finalize(st);
	}
	return sqlite_verdict(q, code);
}

static enum store_result highest(struct store *s, uint64_t *out)
{
	sqlite3_int64 n = 0;
	enum store_result r = read_number(ours(s), "SELECT coalesce(max(id), 0) FROM send", &n);
	*out = n > 0 ? (uint64_t)n : 0;
	return r;
}

static enum store_result rows(struct sqlite *q, sqlite3_stmt *st, store_row *row, void *arg)
{
	enum { COLUMNS = 32 };
	char const *column[COLUMNS];
	size_t length[COLUMNS];
	int n = sqlite3_column_count(st), code;
	if (n > COLUMNS)
		return store_fail(&q->store, STORE_FAILED, "too many columns", (char *)NULL);
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		for (int i = 0; i < n; i++) {
			column[i] = (char const *)sqlite3_column_text(st, i);
			length[i] = (size_t)sqlite3_column_bytes(st, i);
		}
		if (!row(arg, (size_t)n, column, length))
			return STORE_OK;
	}
	return sqlite_verdict(q, code);
}

static enum store_result query(struct store *s, char const *sql, size_t n,
	char const *const *params, store_row *row, void *arg)
{
	struct sqlite *q = ours(s);
	sqlite3_stmt *st;
	enum store_result r = sqlite_verdict(q, sqlite3_prepare_v2(q->db, sql, -1, &st, NULL));
	for (size_t i = 0; r == STORE_OK && i < n; i++) {
		/* By name: SQLite numbers $1, $2... by their first appearance. */
		char name[NUM_FMT + 1] = "$";
		num_fmt(name + 1, i + 1);
		r = sqlite_verdict(q, sqlite3_bind_text(st,
			sqlite3_bind_parameter_index(st, name), params[i], -1, SQLITE_STATIC));
	}
	if (r == STORE_OK)
		r = rows(q, st, row, arg);
	sqlite3_finalize(st);
	return r;
}

static void close_store(struct store *s)
{
	struct sqlite *q = ours(s);
	for (size_t i = 0; i < SQL_STATEMENTS; i++)
		sqlite3_finalize(q->statement[i]);
	sqlite3_close(q->db);
	free(q->ids);
	buf_free(&q->name);
	free(q);
}

/* 0: no table at all yet. */
static enum store_result version(struct sqlite *q, sqlite3_int64 *out)
{
	sqlite3_int64 tables = 0;
	enum store_result r = read_number(q,
		"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema'", &tables);
	*out = 0;
	if (r == STORE_OK && tables)
		r = read_number(q, "SELECT version FROM schema", out);
	if (r == STORE_OK && *out > SQLITE_SCHEMA_VERSION)
		return store_fail(&q->store, STORE_NEWER,
			"its schema is a later saca's: this one is too old for it", (char *)NULL);
	return r;
}

static enum store_result steps(struct sqlite *q, sqlite3_int64 from)
{
	char v[NUM_FMT], sql[64 + NUM_FMT] = "INSERT INTO schema (version) VALUES (";
	enum store_result r = run(q, "CREATE TABLE IF NOT EXISTS schema (version INTEGER NOT NULL);"
		"DELETE FROM schema;");
	for (sqlite3_int64 i = from; r == STORE_OK && i < SQLITE_SCHEMA_VERSION; i++)
		r = run(q, sqlite_schema[i]);
	num_fmt(v, SQLITE_SCHEMA_VERSION);
	strcat(strcat(sql, v), ")");
	return r == STORE_OK ? run(q, sql) : r;
}

/* Looks first without a lock: at nearly every start there is nothing to do. */
static enum store_result migrate(struct sqlite *q)
{
	sqlite3_int64 now = 0;
	enum store_result r = version(q, &now);
	if (r != STORE_OK || now == SQLITE_SCHEMA_VERSION)
		return r;
	r = begin(&q->store);
	if (r == STORE_OK)
		r = version(q, &now);
	if (r == STORE_OK && now < SQLITE_SCHEMA_VERSION)
		r = steps(q, now);
	if (r == STORE_OK)
		return commit(&q->store);
	rollback(&q->store);
	return r;
}

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
	sqlite3_int64 now = 0;
	enum store_result r = version(q, &now);
	if ((sqlite3_errcode(q->db) & 0xff) == SQLITE_READONLY)
		return store_fail(&q->store, STORE_FAILED, "with its write-ahead log it can be read "
			"only by who may write in its folder", (char *)NULL);
	if (r == STORE_OK && now != SQLITE_SCHEMA_VERSION)
		return store_fail(&q->store, STORE_FAILED, now ? "its schema is an older saca's: "
			"saca-import brings it up to date" : "it is no store of saca's", (char *)NULL);
	return r;
}

static enum store_result open_to_write(struct sqlite *q)
{
	enum store_result r = use_wal(q);
	if (r == STORE_OK)
		r = run(q, settings);
	if (r == STORE_OK)
		r = migrate(q);
	return r == STORE_OK ? sqlite_prepare_all(q) : r;
}

/* `:memory:` and `file:...?mode=memory` are names of files here: what is imported into
   memory is lost, and the spool's file with it. */
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

enum store_result sqlite_open(struct store **out, char const *path, bool write)
{
	static struct store const functions = {.begin = begin, .put = sqlite_put,
		.commit = commit, .rollback = rollback, .highest = highest, .query = query,
		.close = close_store};
	struct sqlite *q = calloc(1, sizeof *q);
	*out = q ? &q->store : NULL;
	if (!q)
		return STORE_FAILED;
	q->store = functions;
	int code = open_file(q, path, write);
	if (!q->db)
		return store_fail(&q->store, STORE_FAILED, "out of memory", (char *)NULL);
	sqlite3_extended_result_codes(q->db, 1);
	if (code == SQLITE_OK)
		code = sqlite3_busy_timeout(q->db, BUSY_MS);
	if (code != SQLITE_OK)
		return sqlite_verdict(q, code);
	return write ? open_to_write(q) : open_to_read(q);
}
