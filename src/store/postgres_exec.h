/* The statements of an import in PostgreSQL, with their parameters. */
#ifndef STORE_POSTGRES_EXEC_H
#define STORE_POSTGRES_EXEC_H

#include "store/postgres_db.h"

#define PARAMS 19

/* A statement's parameters, added one after the other: text as its octets, everything
   else as words. What they point at must last. All zero is the start. */
struct params {
	int n;
	char const *value[PARAMS];
	int length[PARAMS], format[PARAMS];
	char word[PARAMS][32];
};

void params_slice(struct params *p, struct slice s);
void params_buf(struct params *p, struct buf const *b);
void params_string(struct params *p, char const *s);
void params_number(struct params *p, uint64_t v);
void params_date(struct params *p, struct slice s); /* shorter than 32 octets */

/* Runs a statement, having prepared it. NULL, with *r set, when it could not be
   prepared; else what the server said, which is the caller's, and *r is STORE_OK. */
PGresult *postgres_ask(struct postgres *q, enum postgres_statement i, struct params const *p,
	enum store_result *r);

/* The number in a column of a result's only row; 0: there is none. */
uint64_t postgres_number(PGresult const *result, int column);

/* Runs a statement. *id, unless it is NULL: the number in its only row, 0 without a row;
   *n, unless it is NULL: the rows it wrote. */
enum store_result postgres_exec(struct postgres *q, enum postgres_statement i,
	struct params const *p, uint64_t *id, uint64_t *n);

#endif
