/* The store: contacts, groups, pieces, sends and their results (saca-store(5)), in SQLite or in
   PostgreSQL. The tables are listed in store/tables.h.

   A caller opens the store, and works in transactions:

	struct store *s;
	if (store_open(&s, address, true) != STORE_OK) ...
	r = s->begin(s, STORE_WRITE);
	if (r == STORE_OK)
		r = s->run(s, pause_send, STORE_VALUES(store_number(plan), store_number(send)), NULL, NULL);
	if (r == STORE_OK)
		r = s->commit(s);
	if (r != STORE_OK)
		s->rollback(s);

   A new statement is one string for both engines, beside the code that runs it:

	static char const pause_send[] =
		"UPDATE send SET state = 'paused' WHERE plan_id = $1 AND id = $2";

   - Parameters are $1, $2...: numbers, text and times (struct store_value).
   - Use what both engines have: ON CONFLICT, RETURNING, coalesce, CASE; no functions of time. Get the
     time from store_now, and give it as a parameter.
   - Where PostgreSQL cannot infer a parameter's type, as in SELECT $1, cast it: CAST($1 AS bigint).
   - Name the plan: WHERE plan_id = $1, in every joined table as well (saca-store(5), Keys).
   - Depend on no statistics: find rows by the beginning of a key. To find many rows, use a
     LATERAL or correlated subquery with LIMIT 1, not a join whose order the planner may change.
   - To lock what several writers change, use lock_plan.
   Statements stay prepared; in PostgreSQL only those that run a second time, and not through a
   pooler such as pgbouncer. There nothing outlives a transaction on the connection, so that the
   pooler may be in transaction mode.

   A date is text such as 2013-09-12T11:59:19Z, in parameters and in results. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/buf.h"
#include "base/date.h"
#include "spool/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define STORE_REASON 400 /* octets of a reason, with its NUL */
#define STORE_COLUMNS 40 /* columns of a result, and parameters of a statement, at most */

enum store_result {
	STORE_OK,
	STORE_ALREADY, /* store_put: the store holds this transaction already; nothing was written */
	STORE_REFUSED, /* the rows can never be stored: a constraint, a trigger */
	STORE_AGAIN,   /* repeat the whole transaction from begin: a conflict with another one */
	STORE_FAILED,  /* the store itself failed: everything since begin is lost */
	STORE_NEWER    /* store_open: the schema is one of a later saca */
};

enum store_mode {
	STORE_READ,
	STORE_WRITE,
	STORE_UNSYNCED /* its commit may be lost in a power cut, until a STORE_WRITE one is committed */
};

/* --- Parameters and rows ---------------------------------------------------------------- */

struct store_value {
	enum { STORE_NULL, STORE_NUMBER, STORE_TEXT, STORE_TIME } kind;
	int64_t number;
	struct slice text; /* must last until the call has returned */
};

static inline struct store_value store_null(void)
{
	return (struct store_value){.kind = STORE_NULL};
}

static inline struct store_value store_number(uint64_t v)
{
	return (struct store_value){.kind = STORE_NUMBER, .number = (int64_t)v};
}

static inline struct store_value store_integer(int64_t v)
{
	return (struct store_value){.kind = STORE_NUMBER, .number = v};
}

/* Valid UTF-8 without NUL. */
static inline struct store_value store_text(struct slice s)
{
	return (struct store_value){.kind = STORE_TEXT, .text = s};
}

static inline struct store_value store_string(char const *s)
{
	return store_text((struct slice){s, strlen(s)});
}

/* A date, shorter than DATE_ISO. */
static inline struct store_value store_time(struct slice s)
{
	return (struct store_value){.kind = STORE_TIME, .text = s};
}

/* The two arguments n and values of run. */
#define STORE_VALUES(...) \
	sizeof(struct store_value[]){__VA_ARGS__} / sizeof(struct store_value), (struct store_value[]){__VA_ARGS__}
#define STORE_NO_VALUES 0, NULL

/* One row of a result: n columns as text, NULL where the value is null. Valid during the call.
   False: no more rows are wanted, which is no error. */
typedef bool store_row(void *arg, size_t n, char const *const *column, size_t const *length);

/* --- The engine's functions ------------------------------------------------------------- */

struct store_count;

/* Each sets reason unless it returns STORE_OK. After STORE_AGAIN and STORE_FAILED, and in PostgreSQL
   after STORE_REFUSED as well, only rollback or undo may follow. */
struct store {
	enum store_result (*begin)(struct store *, enum store_mode);
	enum store_result (*commit)(struct store *); /* after a failure the transaction is over */
	void (*rollback)(struct store *);            /* does nothing outside a transaction */
	/* A savepoint; one at a time. save sets it, undo returns to it, keep ends it. */
	enum store_result (*save)(struct store *);
	enum store_result (*undo)(struct store *);
	enum store_result (*keep)(struct store *);
	/* Runs one statement in the transaction, and sets changed. row may be NULL. */
	enum store_result (*run)(struct store *, char const *sql, size_t n,
		struct store_value const *values, store_row *row, void *arg);
	/* Locks the plan's row until the transaction ends. */
	enum store_result (*lock_plan)(struct store *, uint64_t plan);
	/* Adds the contacts of a file that the plan does not have, and makes all of them members of
	   the group. Use store_put. */
	enum store_result (*group_contacts)(struct store *, uint64_t plan, uint64_t group,
		struct spoolfile const *, struct store_count *);
	enum store_result (*now)(struct store *, char out[DATE_ISO]); /* use store_now */
	void (*close)(struct store *);
	uint64_t changed;          /* rows that the last run inserted, updated or deleted */
	char reason[STORE_REASON]; /* the reason of the last failure, one line */
};

/* Opens `address`: a postgresql:// or postgres:// URL, else the path of a SQLite file. To write, the
   file and the tables are made where they are missing, and migrated. To read only, they must
   exist and be up to date. STORE_REFUSED: the address has another scheme. Close *out after any
   result, unless it is NULL (out of memory). */
enum store_result store_open(struct store **out, char const *address, bool write);

/* Is the address a URL of PostgreSQL? */
bool store_is_postgres(char const *address);

/* The store's clock, which is the server's in PostgreSQL. Call it in a transaction; there it does not
   advance. */
enum store_result store_now(struct store *s, char out[DATE_ISO]);

/* Runs a statement whose result is one number, in the first column of its first row. *out is 0
   without a row. */
enum store_result store_read_number(struct store *s, char const *sql, size_t n,
	struct store_value const *values, uint64_t *out);

/* The number in column i of a row; 0 if it is null or not a number. */
uint64_t store_number_in(char const *const *column, size_t const *length, size_t i);

/* The highest send number that a spool has given; 0: none. */
enum store_result store_highest(struct store *s, uint64_t *out);

/* Sets reason to the strings up to a NULL, control characters as spaces, and returns r. */
enum store_result store_fail(struct store *s, enum store_result r, ...);

#endif
