/* The tables of the store: one list of columns. CREATE TABLE of both engines and the columns of
   saca-list are made from it. saca-store(5) explains each of them.

   To add a column, add it to the list, raise STORE_SCHEMA, and add a step to the migrations of
   each engine (store/migrate.c). A new index needs no step, but STORE_SCHEMA raised, and statistics for
   SQLite (store/sqlite_step.c). t/store/migrate.t compares a migrated store with a new one. */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define STORE_SCHEMA 4 /* the version of the list */

/* Numbers of sends that do not come from a spool begin here. An INSERT without a number gets the
   next one; a CHECK (in SQLite a trigger) refuses a smaller one. So it never takes a number that
   a spool has promised to a client. */
#define STORE_FOREIGN_SENDS "1099511627776" /* 2^40 */

enum store_type {
	STORE_COMPUTED, /* not in the table: a column of saca-list only */
	STORE_ID,       /* a number that the engine hands out */
	STORE_INTEGER,
	STORE_SMALL,    /* an integer of at most 16 bits */
	STORE_BOOLEAN,  /* 0 or 1 */
	STORE_STRING,
	STORE_DATE
};

struct store_column {
	char const *name;
	enum store_type type;
	char const *rule;  /* DEFAULT, CHECK..., for both engines; NULL: nothing */
	char const *of;    /* the table whose id it is; NULL: not an id of another table */
	bool null;         /* may be null */
	/* saca-list: */
	char const *label; /* NULL: it is not listed */
	char const *shown; /* the SQL that is listed; NULL: the column itself */
	enum store_type shown_as; /* its type, if it is not that of the column */
	bool in_table;     /* is listed in a table for people, too */
	unsigned int most; /* characters of it in such a table; 0: all */
};

struct store_table {
	char const *name;
	struct store_column const *columns; /* ends with a NULL name */
	char const *key;        /* the primary key; NULL: (plan_id, id), in SQLite (id) */
	char const *sqlite_key; /* the one of SQLite; NULL: the same */
	char const *unique;     /* NULL: none */
	char const *check;      /* of PostgreSQL; NULL: none */
	char const *first;      /* STORE_ID: the first number, NULL: 1 */
	bool never_reused;      /* the id of a deleted row is not given again */
	bool is_large;          /* a row per contact: PostgreSQL checks no foreign key */
};

extern struct store_table const store_tables[];
extern size_t const store_table_count;

/* The table of that name; NULL: the list does not have it. */
struct store_table const *store_table_find(char const *name);

enum store_engine { STORE_SQLITE, STORE_POSTGRES };

/* The indexes, and a trigger of SQLite: each a CREATE ... IF NOT EXISTS statement. */
struct store_index {
	char const *sql;
	enum store_engine engine; /* the engine that needs it, unless both do */
	bool both;
};

extern struct store_index const store_indexes[];
extern size_t const store_index_count;

/* Appends CREATE TABLE of table t, under the name given, with a NUL. False: out of memory. */
bool store_table_sql(struct buf *out, struct store_table const *t, char const *name,
	enum store_engine engine);

#endif
