/* What of a message goes into the store: subject, text and HTML in UTF-8, and the
   images its HTML points at, hosted. The one call saca-import makes. */
#ifndef IMPORT_CONTENT_H
#define IMPORT_CONTENT_H

#include "base/buf.h"
#include "mail/message.h"
#include "import/webfolder.h"
#include "store/put.h"

#include <stdbool.h>
#include <stddef.h>

/* Octets of a Content-ID that are kept: a line, RFC 5322 2.1.1. It is part of a key, and
   PostgreSQL's end at some 2700 octets; MIME_PARTS marks are fewer than what is left. */
#define CONTENT_ID 998

struct content_cids {
	struct buf *ids;
	size_t count;
};

/* Every string is valid UTF-8 without NULs; all zero is the empty one. */
struct content {
	struct buf subject;    /* "" where there is none */
	struct buf message_id; /* as it stands, brackets included; "" where there is none */
	struct buf text;
	struct buf html;       /* <meta> charset corrected, cids replaced by URLs */
	/* The hosted images, one per Content-ID that the HTML uses. content_id: its part's, in
	   UTF-8, cut at CONTENT_ID octets, then as many `~` as make it differ from those before. */
	struct store_image *images;
	size_t image_count;
	/* Cids that the HTML uses and no image answers to: sorted, each once. */
	struct content_cids unresolved; /* no part has that Content-ID */
	struct content_cids unhosted;   /* one has it, and is no image of a kind that is hosted */
};

enum content_status {
	CONTENT_OK,
	CONTENT_NO_MEMORY,
	CONTENT_WEB /* an image could not be written; errno says why */
};

/* May url stand in front of `/i/...`? "" (images are then at /i/...), or an http(s)
   URL or an absolute path without any octet that means something in HTML, CSS or a
   srcset. saca-import checks its -u with this: false is exit 100. */
bool content_url_ok(char const *url);

/* Fills c (what it held is lost) from a message for which message_read said MESSAGE_OK. Images are
   written to w and synced, but for their names: call webfolder_sync before COMMIT. On failure c is
   empty. */
enum content_status content_read(struct content *c, struct message const *msg, char const *url,
	struct webfolder *w);

void content_free(struct content *c);

#endif
