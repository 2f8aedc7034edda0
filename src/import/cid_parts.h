/* Finds the parts that cid: URLs name by their Content-ID.

   A part is found by its raw Content-ID and by its decoded one. Programs write it with encoded
   words, against RFC 2047 5, or in the charset of the HTML, which is UTF-8 by now. */
#ifndef IMPORT_CID_PARTS_H
#define IMPORT_CID_PARTS_H

#include "base/buf.h"
#include "mail/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The parts of one Content-ID, in the order of the message. */
struct cid_parts_group {
	char const *id; /* of the MIME parser, or of `decoded` */
	size_t length;
	size_t first, count;
	bool seen;      /* the caller's: image is set */
	size_t image;
	bool any_seen;  /* the same for all groups that differ in case alone, in the first of them */
	size_t any_image;
};

struct cid_parts {
	struct cid_parts_group *groups; /* sorted; those that differ in case alone are together */
	size_t group_count;
	uint32_t *parts;               /* the parts of a group: parts[first..first + count) */
	struct buf *decoded;           /* the decoded ids, where they differ */
	size_t decoded_count;
};

/* Collects the parts used as BODY_INLINE. False: out of memory, and *c is empty. msg must
   outlive c. */
bool cid_parts_start(struct cid_parts *c, struct message const *msg);
void cid_parts_free(struct cid_parts *c);

/* Finds the groups for id[0..n). *exact: the group of exactly that Content-ID, or group_count.
   [*from, *to): the groups that differ in case at most. (By RFC 5322 3.6.4 case counts, but some
   programs lower ids.) */
void cid_parts_find(struct cid_parts const *c, char const *id, size_t n,
	size_t *exact, size_t *from, size_t *to);

#endif
