/* The parts that cid: URLs may name, found by their Content-ID, each looked at once.

   An id counts as it stands, octet for octet, and as it reads: programs write it as RFC 2047
   words, though it is no place for them (RFC 2047 5), or in the charset of the HTML, which is
   UTF-8 when it is looked into. So a part whose id reads otherwise than it stands is found by
   both. */
#ifndef IMPORT_CID_PARTS_H
#define IMPORT_CID_PARTS_H

#include "base/buf.h"
#include "mail/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The parts of one Content-ID, in the order of the message. */
struct cid_parts_group {
	char const *id; /* the parser's, or one of decoded */
	size_t length;
	size_t first, count;
	bool seen;      /* the holder's: whether, and as what, it has been hosted */
	size_t image;
	bool any_seen;  /* the same of all that differ from it in case alone, in the first of them */
	size_t any_image;
};

struct cid_parts {
	struct cid_parts_group *groups; /* sorted, those that differ in case alone together */
	size_t group_count;
	uint32_t *parts;               /* groups' members: parts[first..first + count) */
	struct buf *decoded;           /* ids as they read, where that is another thing */
	size_t decoded_count;
};

/* Collects the parts used as BODY_INLINE. False: out of memory, and *c is empty. msg must
   outlive c. */
bool cid_parts_start(struct cid_parts *c, struct message const *msg);
void cid_parts_free(struct cid_parts *c);

/* The groups that id[0..n) may mean: the one of exactly this Content-ID, if there is
   one, is *exact (else group_count); [*from, *to) are all that differ in case at most.
   (RFC 5322 3.6.4 takes ids as they are, but programs in the wild lower them.) */
void cid_parts_find(struct cid_parts const *c, char const *id, size_t n,
	size_t *exact, size_t *from, size_t *to);

#endif
