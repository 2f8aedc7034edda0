/* The links of a send that are tracked, numbered from 1 in the order of their first
   occurrence; equal URLs share a number. */
#ifndef SEND_LINKS_H
#define SEND_LINKS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct links_url {
	size_t at, n; /* its octets in links.octets */
	uint64_t hash;
};

/* All zero is empty. The caller frees it. */
struct links {
	struct buf octets;
	struct links_url *url; /* url[0] is link 1 */
	size_t count, cap;
};

/* The number of s[0..n), which is added if it is new. 0: out of memory. */
size_t links_number(struct links *l, char const *s, size_t n);

/* Frees the memory and empties the links. */
void links_free(struct links *l);

/* Is the URL s[0..n), as a browser would follow it, one to track? It must be http:// or https://,
   and have a host. It must not begin with `own` (the URL of saca-hit), nor contain [[[...]]], a
   field that another program fills. */
bool links_is_tracked(char const *s, size_t n, char const *own);

#endif
