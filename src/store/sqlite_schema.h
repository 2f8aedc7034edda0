/* The tables in SQLite, as the steps that lead from an empty file to them. */
#ifndef STORE_SQLITE_SCHEMA_H
#define STORE_SQLITE_SCHEMA_H

#define SQLITE_SCHEMA_VERSION 1

/* Step i leads from version i to i + 1. */
extern char const *const sqlite_schema[SQLITE_SCHEMA_VERSION];

#endif
