/* Our own fields' small change: the Received field (RFC 5321 4.4), and the cleaning of
   what the environment brings, so that no client can forge a field. */
#ifndef SPOOL_TRACE_H
#define SPOOL_TRACE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define TRACE_TOKEN 255 /* octets of an item that are kept */

/* Appends s, cut at max octets; blanks, control octets and DEL become `?`. UTF-8 stays,
   and is not cut in the middle of a character. False: out of memory. */
bool trace_word(struct buf *out, char const *s, size_t max);

/* Strings; NULL or "" where nothing is known. */
struct trace {
	char const *helo, *ip, *host, *proto; /* proto: SMTP, ESMTP, ESMTPSA... */
	char const *tls, *cipher;             /* TLSv1.2, ECDHE-...; no TLS: NULL */
	char const *id, *date;                /* date as date_rfc5322 writes it */
};

/* Appends `Received: from HELO (IP) by HOST with PROTO (TLS CIPHER) id ID; DATE\n`: one
   line; octets that would end a token or a comment become `?`. False: out of memory. */
bool trace_received(struct buf *out, struct trace const *t);

#endif
