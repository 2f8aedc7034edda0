/* One file of the spool on its way to the store: read, checked, its message taken
   apart. The memory is used again for the next one. */
#ifndef IMPORT_ENTRY_H
#define IMPORT_ENTRY_H

#include "base/buf.h"
#include "mail/mime.h"
#include "service/reply.h"
#include "import/content.h"
#include "store/put.h"

#include <stdbool.h>

/* How messages are read; the importer's options. */
struct entry_options {
	char const *prefix; /* of the option headers: "X-Teenvio-" */
	char const *url;    /* in front of /i/..., content_url_ok */
	struct webfolder *web;
};

enum entry_result {
	ENTRY_OK,
	ENTRY_REFUSED, /* never to be imported; reason says why */
	ENTRY_FAILED,  /* memory: another time; reason says why */
	ENTRY_WEB      /* the web folder: likewise */
};

/* All zero is the start. */
struct entry {
	struct buf octets; /* the file, to be filled by the caller */
	struct spoolfile file;
	struct content content;
	struct store_piece piece;
	struct store_entry row;
	struct buf unknown_options; /* message_unknown_options */
	char const *reason;
	char refusal[REFUSAL_TEXT]; /* room for a reason that is the message's */
	char id[33]; /* the file's, "" where it cannot be read */
};

/* Reads e->octets. On ENTRY_OK e->row is complete but for imported_at. */
enum entry_result entry_read(struct entry *e, struct entry_options const *o);

/* Frees what the last entry_read made, but for the file's octets. */
void entry_clear(struct entry *e);

void entry_free(struct entry *e);

#endif
