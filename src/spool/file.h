/* A file of the spool: trace and envelope fields, one a line, then the message as it
   came. saca-spool writes them, saca-import reads them (DESIGN 5, saca-spool(5)). */
#ifndef SPOOL_FILE_H
#define SPOOL_FILE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets inside the file's, not NUL-terminated. */
struct slice {
	char const *s;
	size_t n;
};

struct spoolfile {
	struct slice sender;    /* Return-Path, without its brackets */
	uint64_t send;          /* X-Saca-Send; 0: absent, only contacts */
	struct slice id;        /* X-Saca-Id: 32 lowercase hexadecimal digits */
	struct slice user;      /* X-Saca-User: the login */
	struct slice plan;      /* what stands behind its last dot */
	struct slice ip;        /* X-Saca-Ip */
	struct slice date;      /* X-Saca-Date: 2013-09-12T11:59:19Z */
	uint32_t recipients;    /* X-Saca-Recipients */
	struct slice delivered; /* the Delivered-To lines, for spoolfile_recipient */
	struct slice message;   /* what follows our Received field */
};

/* Reads all of a file. NULL: it is whole and well-formed; else what is wrong with it,
   one line in English, for a log or a .reason file. */
char const *spoolfile_read(struct spoolfile *f, char const *s, size_t n);

/* Steps through the recipients: *at starts as 0. False when there are no more. They
   come sorted and each once, as saca-spool writes them. */
bool spoolfile_recipient(struct spoolfile const *f, size_t *at, struct slice *address);

/* --- The writer's side --- */

#define SPOOLFILE_DELIVERED "Delivered-To: " /* before each recipient */
#define SPOOLFILE_HEAD 1024 /* octets in which a file says its number and its id */

/* Appends the fields before the recipients: sender, send, id, user, ip, date, recipients
   of f. Then come that many Delivered-To lines, sorted, the Received line
   (spool/trace.h) and the message. False: out of memory. */
bool spoolfile_head(struct buf *out, struct spoolfile const *f);

/* Reads send and id alone from the beginning of a file, SPOOLFILE_HEAD octets or all of
   it. id points into s. False: it is not the beginning of a spool file. */
bool spoolfile_identity(char const *s, size_t n, uint64_t *send, struct slice *id);

#endif
