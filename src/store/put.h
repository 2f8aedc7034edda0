/* The rows of one spool file, as saca-import writes them. */
#ifndef STORE_PUT_H
#define STORE_PUT_H

#include "base/buf.h"
#include "base/hash.h"
#include "mail/message.h"
#include "spool/file.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

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
	struct slice subject;    /* empty: none */
	struct slice name;       /* of the campaign; empty: none */
	struct slice message_id; /* with its brackets; empty: none */
	struct slice text, html;
	struct store_image const *images;
	size_t image_count;
};

/* One spool file, read. Strings are valid UTF-8 without control characters (text and html: without
   NULs). */
struct store_entry {
	struct spoolfile const *file;
	struct store_piece const *piece; /* NULL: contacts only; options and state are then unused */
	struct message_options options;
	char const *state;       /* of the send: "new", "test" or "paused" */
	char const *imported_at; /* a date */
};

struct store_count {
	uint64_t contacts; /* members of the new group */
	uint64_t fresh;    /* of those, contacts that the plan did not have */
};

/* Writes the rows of one file inside a transaction. STORE_ALREADY and STORE_REFUSED leave nothing of
   it, and the rows of other files in the transaction untouched. After STORE_AGAIN and
   STORE_FAILED the transaction is over. */
enum store_result store_put(struct store *s, struct store_entry const *e, struct store_count *count);

/* Writes the name of a group and its piece: `[SMTP] ` and the campaign's name, else the subject,
   else `(sin asunto)`; for contacts alone, the date. Replaces out. False: out of memory. */
bool store_name(struct store_entry const *e, struct buf *out);

/* Sets the reason for a missing row of `table`: the INSERT reported no error, but a trigger or a
   rule kept the row out. Returns STORE_REFUSED: nothing may refer to that row. */
enum store_result store_left_out(struct store *s, char const *table);

#endif
