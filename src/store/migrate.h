/* Making the tables, and bringing older ones up to date, in one transaction. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/store.h"
#include "store/tables.h"


/* The parts of a migration that differ between the engines. */
struct migrate_engine {
	enum store_engine engine;
	char const *find_schema; /* counts the tables called schema: 0 or 1 */
	/* Step i leads from version i + 1 to i + 2, inside a transaction. Do not change a released
	   step. (It creates tables as the list in store/tables.h has them now.) Missing indexes are
	   created after the last step. */
	enum store_result (*const *steps)(struct store *);
	/* Called when the tables have been made or migrated, in the same transaction; NULL: nothing. */
	enum store_result (*finish)(struct store *);
};

/* Makes missing tables, and migrates older ones. Others may do the same meanwhile. */
enum store_result migrate(struct store *s, struct migrate_engine const *e);

/* STORE_OK if the tables are there and up to date. */
enum store_result migrate_check(struct store *s, struct migrate_engine const *e);

/* For steps: creates those tables of the list that are named in names, up to a NULL, or all of them
   when it is NULL. */
enum store_result migrate_create_tables(struct store *s, enum store_engine engine, char const *const *names);

/* For steps: fills send_hour and the counts of link from delivery and click. hour: an expression of the
   engine, the hour of the column `at`. */
enum store_result migrate_count_hours(struct store *s, char const *hour);

/* Runs statements without parameters, up to a NULL. */
enum store_result migrate_run(struct store *s, char const *const *statements);

#endif
