/* The text of a spool file: our fields, one a line, then the message as it came.
   saca-spool writes it and saca-import reads it; saca-spool(5) shows one. */
#ifndef SPOOL_FILE_H
#define SPOOL_FILE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets inside a larger text, not NUL-terminated. */
struct slice {
	char const *s;
	size_t n;
};

struct spoolfile {
	struct slice sender;    /* Return-Path, without its brackets */
	uint64_t send;          /* X-Saca-Send; 0: no such field, only contacts */
	struct slice id;        /* X-Saca-Id: 32 lowercase hexadecimal digits */
	struct slice user;      /* X-Saca-User: the login */
	struct slice plan;      /* the part of the login after its last dot */
	struct slice ip;        /* X-Saca-Ip */
	struct slice date;      /* X-Saca-Date: 2013-09-12T11:59:19Z */
	bool sandbox;           /* `X-Saca-Sandbox: yes`: the send is never delivered */
	uint32_t recipients;    /* X-Saca-Recipients */
	struct slice delivered; /* the Delivered-To lines, for spoolfile_recipient */
	struct slice message;   /* the octets after our Received field */
};

/* --- Reading --- */

/* Parses a whole file. NULL: it is whole and well-formed; otherwise what is wrong with it,
   one line in English, for a log or a .reason file. *f points into s. */
char const *spoolfile_read(struct spoolfile *f, char const *s, size_t n);

/* Steps through the recipients, which are sorted and distinct. *at starts as 0. False:
   there are no more. */
bool spoolfile_recipient(struct spoolfile const *f, size_t *at, struct slice *address);

#define SPOOLFILE_HEAD 1024 /* the first octets of a file, which hold its number and id */

/* Parses number and id from the first SPOOLFILE_HEAD octets of a file, or all of it. id
   points into s. False: it is not the start of a spool file. */
bool spoolfile_identity(char const *s, size_t n, uint64_t *send, struct slice *id);

/* Parses the plan from the first SPOOLFILE_HEAD octets of a file, or all of it. plan points
   into s. False: it is not the start of a spool file. */
bool spoolfile_owner(char const *s, size_t n, struct slice *plan);

/* --- Writing: the head, a Delivered-To line per recipient, the Received line, the message --- */

#define SPOOLFILE_DELIVERED "Delivered-To: " /* before each recipient */

/* Appends the fields before the recipients: sender, send, id, user, ip, date, sandbox and
   recipients of f. False: out of memory. */
bool spoolfile_head(struct buf *out, struct spoolfile const *f);

/* The content of the Received field (RFC 5321 4.4). Strings; NULL or "": unknown. */
struct trace {
	char const *helo, *ip, *host, *proto; /* proto: SMTP, ESMTP, ESMTPSA... */
	char const *tls, *cipher;             /* TLSv1.2, ECDHE-...; without TLS: NULL */
	char const *id, *date;                /* date as date_rfc5322 writes it */
};

#define TRACE_TOKEN 255 /* octets of each string that are used */

/* Appends `Received: from HELO (IP) by HOST with PROTO (TLS CIPHER) id ID; DATE\n`.
   Octets that could end a token or a comment become `?`. False: out of memory. */
bool trace_received(struct buf *out, struct trace const *t);

#endif
