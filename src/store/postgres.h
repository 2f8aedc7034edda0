/* The store in PostgreSQL, or an engine that speaks its protocol and its SQL: for
   several importers on several hosts at once. */
#ifndef STORE_POSTGRES_H
#define STORE_POSTGRES_H

#include "store/store.h"

/* As store_open; address: a postgresql:// URL, as libpq takes it. */
enum store_result postgres_open(struct store **out, char const *address, bool write);

#endif
