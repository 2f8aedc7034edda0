/* Rows for people (a table), for programs (JSON, RFC 8259) and for spreadsheets (CSV,
   RFC 4180 but for its line ends, which are LF). What is printed is always valid UTF-8
   without control characters: subjects, names of files and reasons come from strangers,
   and may be read on a terminal. */
#ifndef STORE_LISTING_H
#define STORE_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum listing_format { LISTING_TABLE, LISTING_JSON, LISTING_CSV };

struct listing_column {
	char const *name;
	bool number; /* right-aligned; without quotes in JSON */
	size_t most; /* characters shown in a table, 0: all */
};

struct listing;

/* Begins a listing of n columns on out; both must outlive it. NULL: out of memory. */
struct listing *listing_new(FILE *out, enum listing_format format,
	struct listing_column const *columns, size_t n);

/* One row; a value may be NULL, there is none. The first rows of a table are kept, to
   see how wide its columns are. False: out of memory. */
bool listing_row(struct listing *l, char const *const *value, size_t const *length);

/* Ends it and frees it. False: something could not be written; errno says why. */
bool listing_end(struct listing *l);

/* Writes s[0..n) as it may go to a terminal: line ends and tabs stay, other control
   characters (C0, DEL, C1) become `?`, what is no UTF-8 U+FFFD. */
void listing_clean(FILE *out, char const *s, size_t n);

#endif
