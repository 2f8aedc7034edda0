/* A list in pages of PAGE_ROWS rows, in both directions. The links name the key of a row: the
   page after or before it costs as much as the first page, and rows that are added meanwhile do
   not move it.

   In the query `before` is a key above the wanted rows, `after` one below them, in a list of
   either order. */
#ifndef WEB_PAGED_H
#define WEB_PAGED_H

#include "web/page.h"

#include <stdbool.h>
#include <stddef.h>

struct paged {
	char const *path;         /* of the page, below the base */
	char const *name, *value; /* another field that the links keep; value NULL or "": no such field */
	char const *select, *more; /* SELECT ... WHERE ..., and AND ... or NULL: without order */
	char const *key;          /* the column of the key; it is the result's first one, or for text its second */
	bool is_text;             /* the key is text, not a number */
	bool newest_first;        /* by decreasing key */
	struct store_value const *values; /* $1 to $n of the statement */
	size_t n;                 /* at most PAGED_VALUES */
	void (*print_head)(struct page *p); /* up to <tbody> */
	void (*print_row)(struct page *p, char const *const *column, size_t const *length);
};

#define PAGED_VALUES 4

/* Prints the table of a page of the list. False: the list is empty, and nothing was printed. If the rows asked for
   have gone, it shows the first page. */
bool paged_print(struct page *p, struct paged const *l);

/* Prints the links to the other pages, after paged_print. Nothing if all rows are on one page. */
void paged_links(struct page *p, struct paged const *l);

#endif
