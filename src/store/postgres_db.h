/* What the files of the PostgreSQL store share: the connection and its statements. */
#ifndef STORE_POSTGRES_DB_H
#define STORE_POSTGRES_DB_H

#include "store/store.h"

#include <libpq-fe.h>

/* The statements of an import, prepared at their first use; SQL in postgres_exec.c. */
enum postgres_statement {
	PG_LOOK,
	PG_PLAN_ADD, PG_SENDER_ADD, PG_GROUP_ADD, PG_GROUP_FIND,
	PG_CONTACTS_LIST, PG_MEMBERS_LIST, /* the addresses as an array */
	PG_CONTACTS_COPY, PG_MEMBERS_COPY, /* from the temporary table */
	PG_MEMBERS_MORE,                   /* as an array; those that are not there yet */
	PG_PIECE_ADD, PG_IMAGE_ADD, PG_PIECE_IMAGE_ADD, PG_SEND_ADD,
	PG_STATEMENTS
};

struct postgres {
	struct store store; /* first: a struct store * is one of these */
	PGconn *db;
	bool prepared[PG_STATEMENTS];
	bool no_temporary;  /* this engine has no temporary tables */
	bool has_temporary; /* the one of this transaction is there */
	bool saved;         /* the savepoint of the last entry stands */
	struct buf name;    /* of the group, piece and send at hand */
	struct buf list;    /* the addresses at hand, as an array or as COPY lines */
};

/* Turns a result into a verdict, its SQLSTATE deciding, with the server's words as the
   reason, and frees it. NULL is a lost connection. */
enum store_result postgres_verdict(struct postgres *q, PGresult *result);

/* Runs SQL without parameters and rows. */
enum store_result postgres_run(struct postgres *q, char const *sql);

/* struct store's put. */
enum store_result postgres_put(struct store *s, struct store_entry const *e,
	struct store_count *count);

#endif
