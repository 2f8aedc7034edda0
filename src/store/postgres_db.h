/* The connection of the PostgreSQL store, shared by its files. */
#ifndef STORE_POSTGRES_DB_H
#define STORE_POSTGRES_DB_H

#include "base/num.h"
#include "store/postgres_libpq.h"
#include "store/store.h"

#define POSTGRES_STATEMENTS 64 /* kept prepared; further ones are planned for each run */

struct postgres_statement {
	char *sql;
	size_t length;
	char name[NUM_FMT + 1];
	bool is_prepared;
};

struct postgres {
	struct store store; /* first: a struct store * is one of these */
	PGconn *db;
	bool has_lock_timeout, has_synchronous_commit; /* settings that this engine knows */
	bool saved;         /* the savepoint of the last entry exists */
	struct buf list;    /* the addresses of an entry, as an array */
	char now[DATE_ISO]; /* the time of the transaction */
	bool keeps_statements; /* they may stay prepared: there is no pooler */
	struct postgres_statement statements[POSTGRES_STATEMENTS];
	size_t statement_count;
	uint64_t work;      /* statements, and rows that they changed, since the first was prepared */
};

/* Turns a result into one of ours by its SQLSTATE, with the server's words as the reason, and frees
   it. NULL is a lost connection. */
enum store_result postgres_verdict(struct postgres *q, PGresult *result);

/* Runs SQL without parameters and rows, in one round trip; statements may follow one another. */
enum store_result postgres_run(struct postgres *q, char const *sql);

/* Call it when a connection was made: finds out whether statements may stay prepared on it. */
void postgres_connected(struct postgres *q);

/* Prepares a statement that runs for the second time. *name: its name on the connection; NULL: run it
   unprepared. */
enum store_result postgres_prepare(struct postgres *q, char const *sql, char const **name);

/* From now on each statement is prepared anew before it runs. */
void postgres_renew_statements(struct postgres *q);

/* Frees what q remembers of statements. */
void postgres_free_statements(struct postgres *q);

/* struct store's group_contacts. */
enum store_result postgres_group_contacts(struct store *s, uint64_t plan, uint64_t group,
	struct spoolfile const *f, struct store_count *count);

/* The steps of a migration (store/migrate.h). */
enum store_result postgres_step_1(struct store *s);
enum store_result postgres_step_2(struct store *s);
enum store_result postgres_step_3(struct store *s);

#endif
