/* CSV for spreadsheets (RFC 4180), as a download. A cell that a spreadsheet would run as a formula, which
   begins with = + - @ TAB or CR, gets an apostrophe before it. */
#ifndef WEB_CSV_H
#define WEB_CSV_H

#include "web/page.h"

/* Begins a response that a browser saves as NAME-ID.csv. */
void csv_start(struct page *p, char const *name, uint64_t id);

/* Appends a row of n cells; NULL is an empty one. Writes the rows to standard output when they
   have become many. If that fails, exits with EXIT_TEMPORARY. */
void csv_row(struct page *p, char const *const *cell, size_t n);

/* For page_run: appends each row to arg, a struct page. */
bool csv_store_row(void *arg, size_t n, char const *const *column, size_t const *length);

#endif
