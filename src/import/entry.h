/* One file of the spool, parsed and checked for the store. Its memory is used again for the next one. */
#ifndef IMPORT_ENTRY_H
#define IMPORT_ENTRY_H

#include "base/buf.h"
#include "service/reply.h"
#include "import/content.h"
#include "store/put.h"

/* The importer's options that concern the reading of messages. */
struct entry_options {
	char const *prefix; /* of the option headers: "X-Teenvio-" */
	char const *url;    /* put before /i/... in the HTML; content_url_ok */
	struct webfolder *web;
};

enum entry_result {
	ENTRY_OK,
	ENTRY_REFUSED, /* it can never be imported: reason */
	ENTRY_FAILED,  /* out of memory: reason; try again later */
	ENTRY_WEB      /* the web folder failed: reason; try again later */
};

/* All zero is an entry before its first entry_read. */
struct entry {
	struct buf octets; /* the file; filled by the caller */
	struct spoolfile file;
	struct content content;
	struct store_piece piece;
	struct store_entry row;
	struct buf unknown_options; /* message_unknown_options */
	char const *reason;
	char refusal[REFUSAL_TEXT]; /* room for reason */
	char id[33]; /* X-Saca-Id; "": the file is malformed */
};

/* Parses e->octets. On ENTRY_OK e->row is complete except for state and imported_at; it points into e. */
enum entry_result entry_read(struct entry *e, struct entry_options const *o);

/* Frees the memory. */
void entry_free(struct entry *e);

#endif
