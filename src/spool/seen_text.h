/* The text of seen/KEY: a line `KEY NUMBER UUID TIME` for each file that was retired in
   one go; they share one file under many names. */
#ifndef SPOOL_SEEN_TEXT_H
#define SPOOL_SEEN_TEXT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Appends a line. key, id and date (base/date.h's date_iso) are NUL-terminated. False:
   out of memory. */
bool seen_put(struct buf *out, char const *key, uint64_t send, char const *id, char const *date);

/* The next line of s[0..n) at *at, strictly. key and id are offsets into s; the key has
   key_len octets, the id 32. 1: read, *at moved; 0: no more; -1: not such a line. */
struct seen {
	size_t key, key_len, id;
	uint64_t send;
};
int seen_next(struct seen *line, char const *s, size_t n, size_t *at);

#endif
