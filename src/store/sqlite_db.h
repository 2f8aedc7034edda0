/* What the files of the SQLite store share: the connection and its statements. */
#ifndef STORE_SQLITE_DB_H
#define STORE_SQLITE_DB_H

#include "store/store.h"

#include <sqlite3.h>

/* The statements of an import, prepared once; their SQL stands in sqlite_put.c. */
enum sqlite_statement {
	SQL_SAVE, SQL_RELEASE, SQL_UNDO,
	SQL_PLAN_FIND, SQL_PLAN_ADD,
	SQL_SENDER_FIND, SQL_SENDER_ADD,
	SQL_SEND_FIND, SQL_SEND_ADD,
	SQL_GROUP_ADD, SQL_GROUP_FIND,
	SQL_CONTACT_FIND, SQL_CONTACT_ADD,
	SQL_MEMBER_ADD, SQL_MEMBER_RUN,
	SQL_PIECE_ADD, SQL_IMAGE_ADD, SQL_PIECE_IMAGE_ADD,
	SQL_STATEMENTS
};

struct sqlite {
	struct store store; /* first: a struct store * is one of these */
	sqlite3 *db;
	sqlite3_stmt *statement[SQL_STATEMENTS];
	sqlite3_int64 *ids; /* room for the contacts of one group */
	size_t ids_cap;
	struct buf name;    /* of the group, piece and send at hand */
};

/* Turns what SQLite said into a verdict, with its words as the reason: SQLITE_OK, ROW
   and DONE are STORE_OK; what the row at hand is to blame for is STORE_REFUSED. */
enum store_result sqlite_verdict(struct sqlite *q, int code);

/* STORE_FAILED, with the file's name and SQLite's words as the reason. */
enum store_result sqlite_failed(struct sqlite *q);

/* Prepares statement[] for sqlite_put. */
enum store_result sqlite_prepare_all(struct sqlite *q);

/* struct store's put. */
enum store_result sqlite_put(struct store *s, struct store_entry const *e,
	struct store_count *count);

#endif
