/* The statements of an import in PostgreSQL: their SQL, their parameters, their answers. */
#include "store/postgres_exec.h"

#include "base/num.h"

#include <string.h>

static char const *const text[PG_STATEMENTS] = {
	[PG_LOOK] = "SELECT (SELECT id FROM plan WHERE name = $1),"
		" (SELECT s.id FROM sender s JOIN plan p ON p.id = s.plan_id"
		" WHERE p.name = $1 AND s.address = $2),"
		" (SELECT coalesce(smtp_id, 'none') FROM send WHERE id = $3)",
	[PG_PLAN_ADD] = "INSERT INTO plan (name) VALUES ($1)"
		" ON CONFLICT (name) DO NOTHING RETURNING id",
	[PG_SENDER_ADD] = "INSERT INTO sender (plan_id, address) VALUES ($1, $2)"
		" ON CONFLICT (plan_id, address) DO NOTHING RETURNING id",
	[PG_SEND_ADD] = "INSERT INTO send (id, plan_id, username, sender_id, piece_id, group_id,"
		" name, source, state, subject, smtp_id, message_id, show_header, social_links,"
		" language, track_opens, track_clicks, remote_ip, contacts_total, spooled_at,"
		" imported_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'smtp', 'new', $8, $9, $10,"
		" $11, $12, $13, $14, $15, $16, $17, $18, $19)",
	[PG_GROUP_ADD] = "INSERT INTO contact_group (plan_id, name, source, smtp_id, created_at)"
		" VALUES ($1, $2, 'smtp', $3, $4) ON CONFLICT (plan_id, smtp_id) DO NOTHING"
		" RETURNING id",
	[PG_GROUP_FIND] = "SELECT id FROM contact_group WHERE plan_id = $1 AND smtp_id = $2",
	[PG_CONTACTS_LIST] = "INSERT INTO contact (plan_id, email, created_at)"
		" SELECT $1::bigint, a.email, $2::timestamptz FROM unnest($3::text[]) AS a (email)"
		" ON CONFLICT (plan_id, email) DO NOTHING",
	[PG_MEMBERS_LIST] = "INSERT INTO group_member (group_id, contact_id)"
		" SELECT $1::bigint, c.id FROM unnest($3::text[]) AS a (email)"
		" JOIN contact c ON c.plan_id = $2::bigint AND c.email = a.email",
	[PG_CONTACTS_COPY] = "INSERT INTO contact (plan_id, email, created_at)"
		" SELECT $1::bigint, a.email, $2::timestamptz FROM saca_recipient a"
		" ON CONFLICT (plan_id, email) DO NOTHING RETURNING id",
	[PG_MEMBERS_COPY] = "INSERT INTO group_member (group_id, contact_id)"
		" SELECT $1::bigint, c.id FROM saca_recipient a"
		" JOIN contact c ON c.plan_id = $2::bigint AND c.email = a.email",
	[PG_MEMBERS_MORE] = "INSERT INTO group_member (group_id, contact_id)"
		" SELECT $1::bigint, c.id FROM unnest($3::text[]) AS a (email)"
		" JOIN contact c ON c.plan_id = $2::bigint AND c.email = a.email"
		" ON CONFLICT (group_id, contact_id) DO NOTHING",
	[PG_PIECE_ADD] = "INSERT INTO piece (plan_id, name, source, html, text, created_at)"
		" VALUES ($1, $2, 'smtp', $3, $4, $5) RETURNING id",
	[PG_IMAGE_ADD] = "INSERT INTO image (sha256, type, bytes, path) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT (sha256) DO NOTHING",
	[PG_PIECE_IMAGE_ADD] = "INSERT INTO piece_image (piece_id, content_id, sha256)"
		" VALUES ($1, $2, $3) ON CONFLICT (piece_id, content_id) DO NOTHING",
};

static void params_octets(struct params *p, char const *s, size_t n)
{
	p->value[p->n] = n ? s : "";
	p->length[p->n] = (int)n; /* a file of the spool is smaller than INT_MAX */
	p->format[p->n++] = 1;
}

void params_slice(struct params *p, struct slice s)
{
	params_octets(p, s.s, s.n);
}

void params_buf(struct params *p, struct buf const *b)
{
	params_octets(p, b->s, b->len);
}

void params_string(struct params *p, char const *s)
{
	p->value[p->n] = s;
	p->length[p->n] = 0;
	p->format[p->n++] = 0;
}

void params_number(struct params *p, uint64_t v)
{
	num_fmt(p->word[p->n], v);
	params_string(p, p->word[p->n]);
}

void params_date(struct params *p, struct slice s)
{
	memcpy(p->word[p->n], s.s, s.n);
	p->word[p->n][s.n] = 0;
	params_string(p, p->word[p->n]);
}

PGresult *postgres_ask(struct postgres *q, enum postgres_statement i, struct params const *p,
	enum store_result *r)
{
	char name[8 + NUM_FMT] = "saca_";
	num_fmt(name + 5, i);
	*r = STORE_OK;
	if (!q->prepared[i])
		*r = postgres_verdict(q, PQprepare(q->db, name, text[i], 0, NULL));
	q->prepared[i] = *r == STORE_OK;
	return *r == STORE_OK
		? PQexecPrepared(q->db, name, p->n, p->value, p->length, p->format, 0) : NULL;
}

uint64_t postgres_number(PGresult const *result, int column)
{
	uint64_t v = 0;
	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
		(void)num_scan(PQgetvalue(result, 0, column),
			(size_t)PQgetlength(result, 0, column), INT64_MAX, &v);
	return v;
}

enum store_result postgres_exec(struct postgres *q, enum postgres_statement i,
	struct params const *p, uint64_t *id, uint64_t *n)
{
	enum store_result r;
	PGresult *result = postgres_ask(q, i, p, &r);
	if (r != STORE_OK)
		return r;
	if (id)
		*id = postgres_number(result, 0);
	if (n)
		(void)num_scan(PQcmdTuples(result), strlen(PQcmdTuples(result)), UINT64_MAX, n);
	return postgres_verdict(q, result);
}
