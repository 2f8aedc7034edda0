/* The connection of the SQLite store and its prepared statements, shared by its files. */
#ifndef STORE_SQLITE_DB_H
#define STORE_SQLITE_DB_H

#include "store/store.h"

#include <sqlite3.h>

#define SQLITE_STATEMENTS 64 /* kept prepared; further ones are prepared for each run */

struct sqlite_statement {
	char *sql;
	size_t length;
	sqlite3_stmt *st;
	int parameter[STORE_COLUMNS]; /* SQLite's index of $1, $2...; 0: the statement does not use it */
};

struct sqlite {
	struct store store; /* first: a struct store * is one of these */
	sqlite3 *db;
	int failure;        /* the code of the last failure of the engine */
	bool unsynced;      /* PRAGMA synchronous is NORMAL at present */
	struct sqlite_statement statements[SQLITE_STATEMENTS];
	size_t statement_count;
	sqlite3_int64 *ids; /* room for the contacts of one group */
	size_t ids_cap;
};

/* Turns a result code into a result, with SQLite's words as the reason: SQLITE_OK, ROW and DONE are
   STORE_OK; a fault of the row is STORE_REFUSED. */
enum store_result sqlite_verdict(struct sqlite *q, int code);

/* Runs SQL without parameters and rows; statements may follow one another. A constraint that fails is
   STORE_FAILED: there is no row to blame. */
enum store_result sqlite_run(struct sqlite *q, char const *sql);

/* The prepared statement of that text, ready to be bound. It belongs to q. NULL: reason is set. */
struct sqlite_statement *sqlite_find(struct sqlite *q, char const *sql);

/* struct store's group_contacts. */
enum store_result sqlite_group_contacts(struct store *s, uint64_t plan, uint64_t group,
	struct spoolfile const *f, struct store_count *count);

/* The steps of a migration (store/migrate.h). */
enum store_result sqlite_step_1(struct store *s);
enum store_result sqlite_step_2(struct store *s);
enum store_result sqlite_step_3(struct store *s);

/* Writes the statistics by which SQLite chooses its indexes, always the same (saca-store(5), SQLite). */
enum store_result sqlite_set_statistics(struct store *s);

#endif
