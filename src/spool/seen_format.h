/* The text of seen/KEY: a line `KEY NUMBER UUID TIME` for each file that was retired
   together. All of their keys are hard links to one such file. */
#ifndef SPOOL_SEEN_FORMAT_H
#define SPOOL_SEEN_FORMAT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Appends a line. key, id and date (as date_iso writes it) are NUL-terminated. False: out
   of memory. */
bool seen_put(struct buf *out, char const *key, uint64_t send, char const *id, char const *date);

/* A parsed line. key and id are offsets into the text; the key has key_len octets, the id
   32. */
struct seen {
	size_t key, key_len, id;
	uint64_t send;
};

/* Parses the line of s[0..n) at *at, strictly. 1: *line is set and *at is after it; 0: the
   text has ended; -1: not such a line. */
int seen_next(struct seen *line, char const *s, size_t n, size_t *at);

#endif
