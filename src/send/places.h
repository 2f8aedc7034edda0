/* Finds the places in a piece's HTML that a send changes: its tracked links, the place of the
   view sentence, and that of the foot. The HTML is read once, as browsers read it (mail/html.h);
   any input, linear time. */
#ifndef SEND_PLACES_H
#define SEND_PLACES_H

#include "send/links.h"

#include <stdbool.h>
#include <stddef.h>

/* An attribute's value, html[from..to), is the URL of that link. */
struct places_link {
	size_t from, to;
	size_t number;
};

/* All zero is empty. The caller frees it. */
struct places {
	struct places_link *link; /* in the order of html */
	size_t count, cap;

	/* After the first <body> tag; without one where the first content begins. */
	size_t header;
	/* Before the last </body>, or the end. Earlier if a browser would not show the foot there: before
	   an element that is broken off, or a <template>, <select>, <svg> or the like that stays open.
	   Never before `header`. */
	size_t foot;
};

/* Reads html[0..n). Finds the links to track, and adds their URLs to `links`; own: as in
   links_is_tracked. links NULL: finds no links. False: out of memory. */
bool places_find(struct places *p, char const *html, size_t n, struct links *links, char const *own);
void places_free(struct places *p);

#endif
