/* Prepared statements: see postgres_db.h. Where a statement finds a few rows by their key, the server
   needs most of its time to parse and to plan it. */
#include "base/num.h"
#include "store/postgres_db.h"

#include <stdlib.h>
#include <string.h>

/* A plan is kept for so many statements and changed rows. A plan made for small tables may read them as
   a whole, and they grow. */
#define MOST_WORK 1000

/* Is the server itself at the other end? A pooler gives its clients process numbers of its own. */
static bool is_direct(struct postgres *q)
{
	PGresult *result = pq.exec(q->db, "SELECT pg_backend_pid()");
	uint64_t pid = 0;
	bool known = pq.resultStatus(result) == PGRES_TUPLES_OK
		&& num_scan(pq.getvalue(result, 0, 0), (size_t)pq.getlength(result, 0, 0), INT32_MAX, &pid);
	pq.clear(result);
	return known && pid == (uint64_t)pq.backendPID(q->db);
}

void postgres_connected(struct postgres *q)
{
	q->keeps_statements = is_direct(q);
	q->work = 0;
	for (size_t i = 0; i < q->statement_count; i++)
		q->statements[i].is_prepared = false;
}

void postgres_renew_statements(struct postgres *q)
{
	q->work = MOST_WORK;
}

void postgres_free_statements(struct postgres *q)
{
	for (size_t i = 0; i < q->statement_count; i++)
		free(q->statements[i].sql);
}

static enum store_result deallocate_statements(struct postgres *q)
{
	bool any = false;
	for (size_t i = 0; i < q->statement_count; i++) {
		any = any || q->statements[i].is_prepared;
		q->statements[i].is_prepared = false;
	}
	q->work = 0;
	return any ? postgres_run(q, "DEALLOCATE ALL") : STORE_OK;
}

static struct postgres_statement *find_statement(struct postgres *q, char const *sql, size_t n)
{
	for (size_t i = 0; i < q->statement_count; i++)
		if (q->statements[i].length == n && !memcmp(q->statements[i].sql, sql, n))
			return &q->statements[i];
	return NULL;
}

/* Notes a statement that has run for the first time, if there is room. */
static enum store_result note_statement(struct postgres *q, char const *sql, size_t n)
{
	if (q->statement_count == POSTGRES_STATEMENTS)
		return STORE_OK;
	char *copy = malloc(n + 1);
	if (!copy)
		return store_fail(&q->store, STORE_FAILED, "out of memory", (char *)NULL);
	memcpy(copy, sql, n + 1);
	struct postgres_statement *p = &q->statements[q->statement_count++];
	*p = (struct postgres_statement){.sql = copy, .length = n, .name = "s"};
	num_fmt(p->name + 1, q->statement_count);
	return STORE_OK;
}

enum store_result postgres_prepare(struct postgres *q, char const *sql, char const **name)
{
	size_t n = strlen(sql);
	*name = NULL;
	if (!q->keeps_statements)
		return STORE_OK;
	enum store_result r = q->work >= MOST_WORK ? deallocate_statements(q) : STORE_OK;
	struct postgres_statement *p = find_statement(q, sql, n);
	if (r != STORE_OK || !p)
		return r == STORE_OK ? note_statement(q, sql, n) : r;
	if (!p->is_prepared)
		r = postgres_verdict(q, pq.prepare(q->db, p->name, sql, 0, NULL));
	p->is_prepared = r == STORE_OK;
	*name = p->name;
	q->work++;
	return r;
}
