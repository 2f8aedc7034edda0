/* One spool file's rows in PostgreSQL. A savepoint around them, so that a file which
   can not be stored leaves the others of its transaction alone. */
#include "store/postgres_db.h"

#include "core/num.h"

#include <string.h>

/* From how many recipients on COPY to a temporary table is worth its round trips. */
#define COPY_FROM 500

static char const *const text[PG_STATEMENTS] = {
	[PG_PLAN_FIND] = "SELECT id FROM plan WHERE name = $1",
	[PG_PLAN_ADD] = "INSERT INTO plan (name) VALUES ($1)"
		" ON CONFLICT (name) DO NOTHING RETURNING id",
	[PG_SENDER_FIND] = "SELECT id FROM sender WHERE plan_id = $1 AND address = $2",
	[PG_SENDER_ADD] = "INSERT INTO sender (plan_id, address) VALUES ($1, $2)"
		" ON CONFLICT (plan_id, address) DO NOTHING RETURNING id",
	[PG_SEND_FIND] = "SELECT smtp_id FROM send WHERE id = $1",
	[PG_SEND_ADD] = "INSERT INTO send (id, plan_id, username, sender_id, piece_id, group_id,"
		" name, source, state, subject, smtp_id, message_id, show_header, social_links,"
		" language, track_opens, track_clicks, remote_ip, contacts_total, spooled_at,"
		" imported_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'smtp', 'new', $8, $9, $10,"
		" $11, $12, $13, $14, $15, $16, $17, $18, $19)",
	[PG_GROUP_ADD] = "INSERT INTO contact_group (plan_id, name, source, smtp_id, created_at)"
		" VALUES ($1, $2, 'smtp', $3, $4) ON CONFLICT (plan_id, smtp_id) DO NOTHING"
		" RETURNING id",
	[PG_CONTACTS_LIST] = "INSERT INTO contact (plan_id, email, created_at)"
		" SELECT $1::bigint, a.email, $2::timestamptz FROM unnest($3::text[]) AS a (email)"
		" ON CONFLICT (plan_id, email) DO NOTHING",
	[PG_MEMBERS_LIST] = "INSERT INTO group_member (group_id, contact_id)"
		" SELECT $1::bigint, c.id FROM unnest($3::text[]) AS a (email)"
		" JOIN contact c ON c.plan_id = $2::bigint AND c.email = a.email",
	[PG_CONTACTS_COPY] = "INSERT INTO contact (plan_id, email, created_at)"
		" SELECT $1::bigint, a.email, $2::timestamptz FROM saca_recipient a"
		" ON CONFLICT (plan_id, email) DO NOTHING",
	[PG_MEMBERS_COPY] = "INSERT INTO group_member (group_id, contact_id)"
		" SELECT $1::bigint, c.id FROM saca_recipient a"
		" JOIN contact c ON c.plan_id = $2::bigint AND c.email = a.email",
	[PG_PIECE_ADD] = "INSERT INTO piece (plan_id, name, source, html, text, created_at)"
		" VALUES ($1, $2, 'smtp', $3, $4, $5) RETURNING id",
	[PG_IMAGE_ADD] = "INSERT INTO image (sha256, type, bytes, path) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT (sha256) DO NOTHING",
	[PG_PIECE_IMAGE_ADD] = "INSERT INTO piece_image (piece_id, content_id, sha256)"
		" VALUES ($1, $2, $3)",
};

static enum store_result no_memory(struct postgres *q)
{
	return store_fail(&q->store, STORE_FAILED, "out of memory", (char *)NULL);
}

/* --- Parameters: octets as they are where the column is text, else as digits --------- */

#define PARAMS 19

struct params {
	int n;
	char const *value[PARAMS];
	int length[PARAMS], format[PARAMS];
	char word[PARAMS][32];
};

static void put_octets(struct params *p, char const *s, size_t n)
{
	p->value[p->n] = n ? s : "";
	p->length[p->n] = (int)n; /* a file of the spool is smaller than INT_MAX */
	p->format[p->n++] = 1;
}

static void put_slice(struct params *p, struct slice s)
{
	put_octets(p, s.s, s.n);
}

static void put_buf(struct params *p, struct buf const *b)
{
	put_octets(p, b->s, b->len);
}

static void put_string(struct params *p, char const *s)
{
	p->value[p->n] = s;
	p->length[p->n] = 0;
	p->format[p->n++] = 0;
}

static void put_number(struct params *p, uint64_t v)
{
	num_fmt(p->word[p->n], v);
	put_string(p, p->word[p->n]);
}

static void put_date(struct params *p, struct slice s)
{
	memcpy(p->word[p->n], s.s, s.n);
	p->word[p->n][s.n] = 0;
	put_string(p, p->word[p->n]);
}

/* --- Statements ---------------------------------------------------------------------- */

static enum store_result prepare(struct postgres *q, enum postgres_statement i, char const *name)
{
	if (q->prepared[i])
		return STORE_OK;
	enum store_result r = postgres_verdict(q, PQprepare(q->db, name, text[i], 0, NULL));
	q->prepared[i] = r == STORE_OK;
	return r;
}

/* Runs one. *id, unless it is NULL: the number in its only row, 0 without a row; *n,
   unless it is NULL: the rows it wrote. */
static enum store_result exec(struct postgres *q, enum postgres_statement i,
	struct params const *p, uint64_t *id, uint64_t *n)
{
	char name[8 + NUM_FMT] = "saca_";
	num_fmt(name + 5, i);
	enum store_result r = prepare(q, i, name);
	if (r != STORE_OK)
		return r;
	PGresult *result = PQexecPrepared(q->db, name, p->n, p->value, p->length, p->format, 0);
	if (id)
		*id = 0;
	if (id && PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
		(void)num_scan(PQgetvalue(result, 0, 0), (size_t)PQgetlength(result, 0, 0),
			INT64_MAX, id);
	if (n)
		(void)num_scan(PQcmdTuples(result), strlen(PQcmdTuples(result)), UINT64_MAX, n);
	return postgres_verdict(q, result);
}

/* Finds a row, or adds it, or finds what another importer added meanwhile. */
static enum store_result find_or_add(struct postgres *q, enum postgres_statement to_find,
	enum postgres_statement to_add, struct params const *p, uint64_t *id)
{
	enum store_result r = exec(q, to_find, p, id, NULL);
	if (r == STORE_OK && !*id)
		r = exec(q, to_add, p, id, NULL);
	if (r == STORE_OK && !*id)
		r = exec(q, to_find, p, id, NULL);
	if (r == STORE_OK && !*id)
		r = store_fail(&q->store, STORE_AGAIN, "a row comes and goes", (char *)NULL);
	return r;
}

static enum store_result plan_id(struct postgres *q, struct slice name, uint64_t *id)
{
	struct params p = {.n = 0};
	put_slice(&p, name);
	return find_or_add(q, PG_PLAN_FIND, PG_PLAN_ADD, &p, id);
}

static enum store_result sender_id(struct postgres *q, uint64_t plan, struct slice address,
	uint64_t *id)
{
	struct params p = {.n = 0};
	put_number(&p, plan);
	put_slice(&p, address);
	return find_or_add(q, PG_SENDER_FIND, PG_SENDER_ADD, &p, id);
}

/* Does the store hold that send number: not at all (STORE_OK), for this transaction
   (ALREADY), or for another one (REFUSED)? */
static enum store_result check_number(struct postgres *q, struct spoolfile const *f)
{
	struct params p = {.n = 0};
	char name[8 + NUM_FMT] = "saca_", number[NUM_FMT];
	num_fmt(name + 5, PG_SEND_FIND);
	num_fmt(number, f->send);
	enum store_result r = prepare(q, PG_SEND_FIND, name);
	if (r != STORE_OK)
		return r;
	put_number(&p, f->send);
	PGresult *result = PQexecPrepared(q->db, name, p.n, p.value, p.length, p.format, 0);
	if (PQresultStatus(result) != PGRES_TUPLES_OK || !PQntuples(result))
		return postgres_verdict(q, result);
	char const *held = PQgetvalue(result, 0, 0);
	if (strlen(held) == f->id.n && !memcmp(held, f->id.s, f->id.n))
		r = STORE_ALREADY;
	else
		r = store_fail(&q->store, STORE_REFUSED, "send ", number,
			" is in the store under another id: ", *held ? held : "none", (char *)NULL);
	PQclear(result);
	return r;
}

static enum store_result add_group(struct postgres *q, struct store_entry const *e,
	uint64_t plan, uint64_t *id)
{
	struct params p = {.n = 0};
	put_number(&p, plan);
	put_buf(&p, &q->name);
	put_slice(&p, e->file->id);
	put_date(&p, e->file->date);
	enum store_result r = exec(q, PG_GROUP_ADD, &p, id, NULL);
	return r == STORE_OK && !*id ? STORE_ALREADY : r;
}

/* --- Contacts ------------------------------------------------------------------------ */

/* A backslash before what means something to an array or a COPY line. */
static bool put_escaped(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((s.s[i] == '"' || s.s[i] == '\\') && !buf_putc(out, '\\'))
			|| !buf_putc(out, s.s[i]))
			return false;
	return true;
}

/* `{"a","b"}`: an array's text, NUL-terminated. */
static bool list_array(struct buf *out, struct spoolfile const *f)
{
	struct slice address;
	out->len = 0;
	if (!buf_putc(out, '{'))
		return false;
	for (size_t at = 0; spoolfile_recipient(f, &at, &address);)
		if (!buf_puts(out, out->len > 1 ? ",\"" : "\"") || !put_escaped(out, address)
			|| !buf_putc(out, '"'))
			return false;
	return buf_put(out, "}", 2);
}

/* One address a line, as COPY's text format has it: there `\"` is `"`. */
static bool list_lines(struct buf *out, struct spoolfile const *f)
{
	struct slice address;
	out->len = 0;
	for (size_t at = 0; spoolfile_recipient(f, &at, &address);)
		if (!put_escaped(out, address) || !buf_putc(out, '\n'))
			return false;
	return true;
}

/* The table of this transaction. An engine without temporary tables says so once; the
   savepoint keeps the transaction from harm. */
static enum store_result make_temporary(struct postgres *q)
{
	if (q->no_temporary)
		return STORE_OK;
	if (q->has_temporary)
		return postgres_run(q, "TRUNCATE saca_recipient");
	enum store_result r = postgres_run(q, "SAVEPOINT temporary");
	if (r != STORE_OK)
		return r;
	PGresult *result = PQexec(q->db, "CREATE TEMPORARY TABLE IF NOT EXISTS saca_recipient"
		" (email text NOT NULL) ON COMMIT DELETE ROWS");
	q->has_temporary = PQresultStatus(result) == PGRES_COMMAND_OK;
	q->no_temporary = !q->has_temporary;
	PQclear(result);
	if (q->no_temporary)
		r = postgres_run(q, "ROLLBACK TO SAVEPOINT temporary");
	return r == STORE_OK ? postgres_run(q, "RELEASE SAVEPOINT temporary") : r;
}

static enum store_result copy(struct postgres *q, struct spoolfile const *f)
{
	enum store_result r, last;
	PGresult *result;
	if (!list_lines(&q->list, f))
		return no_memory(q);
	r = postgres_run(q, "COPY saca_recipient (email) FROM STDIN");
	if (r != STORE_OK)
		return r;
	if (PQputCopyData(q->db, q->list.s, (int)q->list.len) != 1 || PQputCopyEnd(q->db, NULL) != 1)
		r = store_fail(&q->store, STORE_FAILED, PQerrorMessage(q->db), (char *)NULL);
	while ((result = PQgetResult(q->db)))
		if ((last = postgres_verdict(q, result)) != STORE_OK)
			r = last;
	return r;
}

/* A contact which the platform deletes while it is being grouped would be missing from
   the group: then the whole is done again. */
static enum store_result add_contacts(struct postgres *q, struct spoolfile const *f,
	uint64_t plan, uint64_t group, struct store_count *count)
{
	bool copied = q->has_temporary && f->recipients >= COPY_FROM;
	struct params c = {.n = 0}, m = {.n = 0};
	if (copied) {
		enum store_result r = copy(q, f);
		if (r != STORE_OK)
			return r;
	} else if (!list_array(&q->list, f)) {
		return no_memory(q);
	}
	put_number(&c, plan);
	put_date(&c, f->date);
	put_number(&m, group);
	put_number(&m, plan);
	if (!copied) {
		put_string(&c, q->list.s);
		put_string(&m, q->list.s);
	}
	enum store_result r = exec(q, copied ? PG_CONTACTS_COPY : PG_CONTACTS_LIST, &c, NULL,
		&count->fresh);
	if (r == STORE_OK)
		r = exec(q, copied ? PG_MEMBERS_COPY : PG_MEMBERS_LIST, &m, NULL, &count->contacts);
	if (r == STORE_OK && count->contacts != f->recipients)
		r = store_fail(&q->store, STORE_AGAIN, "a contact went while it was grouped",
			(char *)NULL);
	return r;
}

/* --- Piece and send ------------------------------------------------------------------ */

static enum store_result add_piece(struct postgres *q, struct store_entry const *e,
	uint64_t plan, uint64_t *id)
{
	struct params p = {.n = 0};
	put_number(&p, plan);
	put_buf(&p, &q->name);
	put_buf(&p, &e->content->html);
	put_buf(&p, &e->content->text);
	put_date(&p, e->file->date);
	return exec(q, PG_PIECE_ADD, &p, id, NULL);
}

static enum store_result add_images(struct postgres *q, struct content const *c, uint64_t piece)
{
	enum store_result r = STORE_OK;
	for (size_t i = 0; r == STORE_OK && i < c->image_count; i++) {
		struct content_image const *m = &c->images[i];
		struct params image = {.n = 0}, use = {.n = 0};
		put_string(&image, m->sha256);
		put_string(&image, m->type);
		put_number(&image, m->bytes);
		put_string(&image, m->path);
		put_number(&use, piece);
		put_buf(&use, &m->content_id);
		put_string(&use, m->sha256);
		r = exec(q, PG_IMAGE_ADD, &image, NULL, NULL);
		if (r == STORE_OK)
			r = exec(q, PG_PIECE_IMAGE_ADD, &use, NULL, NULL);
	}
	return r;
}

static enum store_result add_send(struct postgres *q, struct store_entry const *e,
	uint64_t plan, uint64_t group, uint64_t members)
{
	struct spoolfile const *f = e->file;
	struct message_options const *o = &e->options;
	struct params p = {.n = 0};
	uint64_t sender = 0, piece = 0;
	enum store_result r = sender_id(q, plan, f->sender, &sender);
	if (r == STORE_OK)
		r = add_piece(q, e, plan, &piece);
	if (r == STORE_OK)
		r = add_images(q, e->content, piece);
	if (r != STORE_OK)
		return r;
	put_number(&p, f->send);
	put_number(&p, plan);
	put_slice(&p, f->user);
	put_number(&p, sender);
	put_number(&p, piece);
	put_number(&p, group);
	put_buf(&p, &q->name);
	put_buf(&p, &e->content->subject);
	put_slice(&p, f->id);
	put_buf(&p, &e->content->message_id);
	put_number(&p, o->show_header);
	put_number(&p, o->social_links);
	put_number(&p, o->language);
	put_number(&p, o->track_opens);
	put_number(&p, o->track_clicks);
	put_slice(&p, f->ip);
	put_number(&p, members);
	put_date(&p, f->date);
	put_string(&p, e->imported_at);
	return exec(q, PG_SEND_ADD, &p, NULL, NULL);
}

static enum store_result put(struct postgres *q, struct store_entry const *e,
	struct store_count *count)
{
	uint64_t plan = 0, group = 0;
	enum store_result r = e->file->send ? check_number(q, e->file) : STORE_OK;
	if (r == STORE_OK)
		r = plan_id(q, e->file->plan, &plan);
	if (r == STORE_OK)
		r = add_group(q, e, plan, &group);
	if (r == STORE_OK)
		r = add_contacts(q, e->file, plan, group, count);
	if (r == STORE_OK && e->content)
		r = add_send(q, e, plan, group, count->contacts);
	return r;
}

enum store_result postgres_put(struct store *s, struct store_entry const *e,
	struct store_count *count)
{
	struct postgres *q = (struct postgres *)s;
	enum store_result r = store_name(e, &q->name) ? STORE_OK : no_memory(q);
	if (r == STORE_OK && e->file->recipients >= COPY_FROM)
		r = make_temporary(q);
	if (r == STORE_OK)
		r = postgres_run(q, "SAVEPOINT entry");
	if (r != STORE_OK) {
		s->rollback(s);
		return r == STORE_AGAIN ? r : STORE_FAILED;
	}
	r = put(q, e, count);
	if (r == STORE_FAILED || r == STORE_AGAIN) {
		s->rollback(s);
		return r;
	}
	if ((r != STORE_OK && postgres_run(q, "ROLLBACK TO SAVEPOINT entry") != STORE_OK)
		|| postgres_run(q, "RELEASE SAVEPOINT entry") != STORE_OK) {
		s->rollback(s);
		return STORE_FAILED;
	}
	return r;
}
