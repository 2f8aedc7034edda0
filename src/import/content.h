/* Converts a message for the store: subject, text and HTML in UTF-8; the images that the HTML points
   at, hosted in the web folder. */
#ifndef IMPORT_CONTENT_H
#define IMPORT_CONTENT_H

#include "base/buf.h"
#include "mail/message.h"
#include "import/webfolder.h"
#include "store/put.h"

#include <stdbool.h>
#include <stddef.h>

/* A Content-ID is cut at so many octets: a line (RFC 5322 2.1.1). With MIME_PARTS marks, it fits
   into a key of PostgreSQL, which has about 2700 octets. */
#define CONTENT_ID 998

struct content_cids {
	struct buf *ids;
	size_t count;
};

/* Every string is valid UTF-8 without NULs. All zero is empty. */
struct content {
	struct buf subject;
	struct buf name;       /* of the campaign: content_read_name */
	struct buf message_id; /* with its brackets, not decoded */
	struct buf text;
	struct buf html;       /* <meta> charset corrected, cids replaced by URLs */
	/* The hosted images, one for each Content-ID that the HTML uses. content_id: in UTF-8, cut at
	   CONTENT_ID octets. If an earlier image has the same, `~` is added until they differ. */
	struct store_image *images;
	size_t image_count;
	/* The cids of the HTML that have no image: sorted, each once. */
	struct content_cids unresolved; /* ids that no part has */
	struct content_cids unhosted;   /* a part has it, and is not an image that can be hosted */
};

enum content_status {
	CONTENT_OK,
	CONTENT_NO_MEMORY,
	CONTENT_WEB /* an image could not be written; errno says why */
};

/* Can url be put before `/i/...`? It must be "", an http(s) URL or an absolute path. It must have
   no octet that is special in HTML, CSS or a srcset. */
bool content_url_ok(char const *url);

/* Fills c, whose old content is not freed, from a message that message_read accepted. Images are
   written to w and synced, but not their names: call webfolder_sync before COMMIT. On failure c is
   empty. */
enum content_status content_read(struct content *c, struct message const *msg, char const *url,
	struct webfolder *w);

/* Reads the campaign's name, which saca-api puts into the field PREFIX + Name. The name is empty without
   the field. False: out of memory. */
bool content_read_name(struct content *c, struct message const *msg, char const *prefix);

/* Frees the memory and empties c. */
void content_free(struct content *c);

#endif
