/* The connection of the PostgreSQL store, shared by its files. */
#ifndef STORE_POSTGRES_DB_H
#define STORE_POSTGRES_DB_H

#include "store/postgres_libpq.h"
#include "store/store.h"

struct postgres {
	struct store store; /* first: a struct store * is one of these */
	PGconn *db;
	bool has_lock_timeout, has_synchronous_commit; /* settings that this engine knows */
	bool saved;         /* the savepoint of the last entry exists */
	struct buf list;    /* the addresses of an entry, as an array */
};

/* struct store's group_contacts. */
enum store_result postgres_group_contacts(struct store *s, uint64_t plan, uint64_t group,
	struct spoolfile const *f, struct store_count *count);

/* The steps of a migration (store/migrate.h). */
enum store_result postgres_step_1(struct store *s);
enum store_result postgres_step_2(struct store *s);
enum store_result postgres_step_3(struct store *s);

#endif
