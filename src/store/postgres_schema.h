/* The tables in PostgreSQL, as the steps that lead from none to them. */
#ifndef STORE_POSTGRES_SCHEMA_H
#define STORE_POSTGRES_SCHEMA_H

#define POSTGRES_SCHEMA_VERSION 1

/* Step i leads from version i to i + 1. */
extern char const *const postgres_schema[POSTGRES_SCHEMA_VERSION];

#endif
