/* The store: what the importer writes and the sending side reads (saca-store(5)).
   A struct of functions per engine; nothing above knows which one it talks to. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/buf.h"
#include "base/hash.h"
#include "mail/message.h"
#include "spool/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_REASON 400

enum store_result {
	STORE_OK,
	STORE_ALREADY, /* the store holds this transaction: nothing was written */
	STORE_REFUSED, /* this entry can never be stored; the others are untouched */
	STORE_AGAIN,   /* the engine wants the whole transaction repeated from begin */
	STORE_FAILED,  /* the store itself: nothing since begin is kept */
	STORE_NEWER    /* the schema is one of a later saca */
};

#define STORE_IMAGE_PATH 76 /* "i/<64 hexadecimal digits>.<type>", with its NUL */

/* An image of a piece: one row of piece_image, which is unique by content_id. Several may
   share a hash, and then share one row of image. */
struct store_image {
	char sha256[HASH_HEX];
	char path[STORE_IMAGE_PATH]; /* below the web folder */
	char const *type;            /* "png", "jpg", "gif", "webp" or "bmp"; static */
	size_t bytes;
	struct buf content_id;       /* without brackets */
};

/* The message of a send: its piece, and two fields of the send's row. Nothing is copied. */
struct store_piece {
	struct slice subject;    /* empty: there is none */
	struct slice message_id; /* with its brackets; empty: there is none */
	struct slice text, html;
	struct store_image const *images;
	size_t image_count;
};

/* One file of the spool, read. Strings that go into rows are valid UTF-8 without
   control characters (but those of text and html, which have no NULs). */
struct store_entry {
	struct spoolfile const *file;
	struct store_piece const *piece; /* NULL: contacts only; options is then unused */
	struct message_options options;
	char const *imported_at;       /* UTC, as date_iso writes it */
};

struct store_count {
	uint64_t contacts; /* members of the new group */
	uint64_t fresh;    /* of those, the ones the plan did not have */
};

/* One row of a query: n columns as text, NULL where the value is null. Valid during
   the call. False ends the query early, which is no error. */
typedef bool store_row(void *arg, size_t n, char const *const *column, size_t const *length);

struct store {
	/* A transaction. After anything but STORE_OK, ALREADY and REFUSED it is over. */
	enum store_result (*begin)(struct store *);
	enum store_result (*put)(struct store *, struct store_entry const *, struct store_count *);
	enum store_result (*commit)(struct store *);
	/* Ends a transaction, or does nothing when there is none. */
	void (*rollback)(struct store *);
	/* The highest send number, 0 when there are none. */
	enum store_result (*highest)(struct store *, uint64_t *);
	/* Reads, in SQL that all engines share; $1, $2... are params, text all of them. */
	enum store_result (*query)(struct store *, char const *sql, size_t n,
		char const *const *params, store_row *row, void *arg);
	void (*close)(struct store *);
	char reason[STORE_REASON]; /* why the last call did not return STORE_OK; one line */
};

/* Opens `address`: a postgresql:// (or postgres://) URL, else the path of a SQLite
   file. To write it is made where it is missing, and its tables are brought up to
   date; to read only it must be there, and up to date. *out is to be closed whatever
   the result is, unless it is NULL (out of memory). */
enum store_result store_open(struct store **out, char const *address, bool write);

/* Is the address one of PostgreSQL's? */
bool store_is_postgres(char const *address);

/* Sets reason, from strings up to a NULL, and returns r. Control characters become
   spaces: it ends up in logs. */
enum store_result store_fail(struct store *s, enum store_result r, ...);

/* `[SMTP] ` and the subject, or SPEC 5's word where there is none, or the date of
   contacts alone. Replaces out. False: out of memory. */
bool store_name(struct store_entry const *e, struct buf *out);

#endif
