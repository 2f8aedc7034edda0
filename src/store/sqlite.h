/* The store as one SQLite file: nothing to start, read by anything. In WAL mode with
   synchronous=FULL: what was committed outlives a power cut, and readers do not wait
   for the importer. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "store/store.h"

/* As store_open. */
enum store_result sqlite_open(struct store **out, char const *path, bool write);

#endif
