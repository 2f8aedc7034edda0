/* Rows for people (a table), for programs (JSON, RFC 8259) and for spreadsheets (CSV, RFC 4180, but lines
   end in LF). The output is valid UTF-8, and safe on a terminal even if a subject or a name is
   hostile. Characters that are controls, invisible, or change the direction of text appear as
   \u202e. */
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

/* Begins a listing of n columns on out; columns and out must outlive it. NULL: out of memory. */
struct listing *listing_new(FILE *out, enum listing_format format,
	struct listing_column const *columns, size_t n);

/* Adds a row; a NULL value is null. The first rows of a table are printed when its columns'
   widths are known. False: out of memory. */
bool listing_row(struct listing *l, char const *const *value, size_t const *length);

/* Ends the listing and frees it. False: not all could be written; errno says why. */
bool listing_end(struct listing *l);

/* Writes s[0..n) with such characters escaped; line ends and tabs stay. Octets that are not UTF-8
   become U+FFFD. */
void listing_clean(FILE *out, char const *s, size_t n);

/* The same, with line ends and tabs escaped too. */
void listing_line(FILE *out, char const *s, size_t n);

#endif
