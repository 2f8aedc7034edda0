/* One spool file's rows in PostgreSQL. A savepoint around them, so that a file which
   can not be stored leaves the others of its transaction alone. */
#include "store/postgres_exec.h"

#include "base/num.h"

#include <string.h>

/* How often rows are added that then are not there. */
#define TRIES 3

/* From how many recipients on COPY to a temporary table is worth its round trips. */
#define COPY_FROM 500

static enum store_result no_memory(struct postgres *q)
{
	return store_fail(&q->store, STORE_FAILED, "out of memory", (char *)NULL);
}

/* A trigger or a rule of the platform's may leave a row out without a word. What would
   refer to it must not be written, nor the file be taken for imported. */
static enum store_result left_out(struct postgres *q, char const *table)
{
	return store_fail(&q->store, STORE_REFUSED, "the store leaves out a row of ", table,
		" (a trigger?)", (char *)NULL);
}

/* --- Plan, sender, number: one question for what is nearly always there -------------- */

/* 0: not there yet. STORE_ALREADY, REFUSED: the store holds the send's number, for this
   transaction or for another one. */
static enum store_result look(struct postgres *q, struct spoolfile const *f, uint64_t *plan,
	uint64_t *sender)
{
	struct params p = {.n = 0};
	enum store_result r;
	params_slice(&p, f->plan);
	params_slice(&p, f->sender);
	params_number(&p, f->send);
	PGresult *result = postgres_ask(q, PG_LOOK, &p, &r);
	if (r != STORE_OK)
		return r;
	*plan = postgres_number(result, 0);
	*sender = postgres_number(result, 1);
	if (PQresultStatus(result) != PGRES_TUPLES_OK || PQgetisnull(result, 0, 2))
		return postgres_verdict(q, result);
	char const *held = PQgetvalue(result, 0, 2);
	if (strlen(held) == f->id.n && !memcmp(held, f->id.s, f->id.n))
		r = STORE_ALREADY;
	else
		r = store_fail(&q->store, STORE_REFUSED, "send ", p.word[2],
			" is in the store under another id: ", held, (char *)NULL);
	PQclear(result);
	return r;
}

/* Adds what is missing, or finds what another importer has added meanwhile. */
static enum store_result find_or_add_once(struct postgres *q, struct store_entry const *e,
	uint64_t *plan, uint64_t *sender)
{
	struct spoolfile const *f = e->file;
	enum store_result r = look(q, f, plan, sender);
	if (r == STORE_OK && !*plan) {
		struct params p = {.n = 0};
		params_slice(&p, f->plan);
		r = postgres_exec(q, PG_PLAN_ADD, &p, plan, NULL);
		if (r == STORE_OK && !*plan)
			r = look(q, f, plan, sender);
	}
	if (r == STORE_OK && *plan && e->piece && !*sender) {
		struct params p = {.n = 0};
		params_number(&p, *plan);
		params_slice(&p, f->sender);
		r = postgres_exec(q, PG_SENDER_ADD, &p, sender, NULL);
		if (r == STORE_OK && !*sender)
			r = look(q, f, plan, sender);
	}
	return r;
}

/* What was there when it was to be added, and is not when it is looked for, the platform
   has just deleted; or it never comes. */
static enum store_result find_or_add(struct postgres *q, struct store_entry const *e,
	uint64_t *plan, uint64_t *sender)
{
	enum store_result r = STORE_OK;
	for (int i = 0; i < TRIES; i++) {
		r = find_or_add_once(q, e, plan, sender);
		if (r != STORE_OK || (*plan && (!e->piece || *sender)))
			return r;
	}
	return left_out(q, *plan ? "sender" : "plan");
}

static enum store_result add_group(struct postgres *q, struct store_entry const *e,
	uint64_t plan, uint64_t *id)
{
	struct params p = {.n = 0}, held = {.n = 0};
	params_number(&p, plan);
	params_buf(&p, &q->name);
	params_slice(&p, e->file->id);
	params_date(&p, e->file->date);
	enum store_result r = postgres_exec(q, PG_GROUP_ADD, &p, id, NULL);
	if (r != STORE_OK || *id)
		return r;
	params_number(&held, plan);
	params_slice(&held, e->file->id);
	r = postgres_exec(q, PG_GROUP_FIND, &held, id, NULL);
	if (r != STORE_OK)
		return r;
	return *id ? STORE_ALREADY : left_out(q, "contact_group");
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

/* Sends q->list to a COPY; *n: the rows it wrote. */
static enum store_result copy(struct postgres *q, char const *sql, uint64_t *n)
{
	enum store_result r = postgres_run(q, sql), last;
	PGresult *result;
	if (r != STORE_OK)
		return r;
	if (PQputCopyData(q->db, q->list.s, (int)q->list.len) != 1 || PQputCopyEnd(q->db, NULL) != 1)
		r = store_fail(&q->store, STORE_FAILED, PQerrorMessage(q->db), (char *)NULL);
	while ((result = PQgetResult(q->db))) {
		(void)num_scan(PQcmdTuples(result), strlen(PQcmdTuples(result)), UINT64_MAX, n);
		if ((last = postgres_verdict(q, result)) != STORE_OK)
			r = last;
	}
	return r;
}

/* `group TAB contact` lines for the ids in a result. */
static bool list_members(struct buf *out, PGresult const *ids, char const *group)
{
	out->len = 0;
	for (int i = 0; i < PQntuples(ids); i++)
		if (!buf_puts(out, group) || !buf_putc(out, '\t')
			|| !buf_put(out, PQgetvalue(ids, i, 0), (size_t)PQgetlength(ids, i, 0))
			|| !buf_putc(out, '\n'))
			return false;
	return true;
}

/* Where all contacts are new, as in a first campaign, their numbers are at hand, and
   members go in by COPY too; else each is looked up. */
static enum store_result copy_contacts(struct postgres *q, struct spoolfile const *f,
	struct params const *contacts, struct params const *members, struct store_count *count)
{
	uint64_t copied = 0;
	if (!list_lines(&q->list, f))
		return no_memory(q);
	enum store_result r = copy(q, "COPY saca_recipient (email) FROM STDIN", &copied);
	PGresult *ids = r == STORE_OK ? postgres_ask(q, PG_CONTACTS_COPY, contacts, &r) : NULL;
	if (r != STORE_OK)
		return r;
	count->fresh = (uint64_t)PQntuples(ids);
	bool all = PQresultStatus(ids) == PGRES_TUPLES_OK && count->fresh == f->recipients;
	bool listed = !all || list_members(&q->list, ids, members->value[0]);
	r = postgres_verdict(q, ids);
	if (r != STORE_OK)
		return r;
	if (!listed)
		return no_memory(q);
	return all ? copy(q, "COPY group_member (group_id, contact_id) FROM STDIN", &count->contacts)
		: postgres_exec(q, PG_MEMBERS_COPY, members, NULL, &count->contacts);
}

static enum store_result list_contacts(struct postgres *q, struct spoolfile const *f,
	struct params *contacts, struct params *members, bool again, struct store_count *count)
{
	if (!list_array(&q->list, f))
		return no_memory(q);
	params_string(contacts, q->list.s);
	params_string(members, q->list.s);
	enum store_result r = postgres_exec(q, PG_CONTACTS_LIST, contacts, NULL, &count->fresh);
	return r == STORE_OK
		? postgres_exec(q, again ? PG_MEMBERS_MORE : PG_MEMBERS_LIST, members, NULL,
			&count->contacts) : r;
}

static enum store_result group_contacts(struct postgres *q, struct spoolfile const *f,
	uint64_t plan, uint64_t group, bool again, struct store_count *count)
{
	struct params contacts = {.n = 0}, members = {.n = 0};
	params_number(&contacts, plan);
	params_date(&contacts, f->date);
	params_number(&members, group);
	params_number(&members, plan);
	return !again && q->has_temporary && f->recipients >= COPY_FROM
		? copy_contacts(q, f, &contacts, &members, count)
		: list_contacts(q, f, &contacts, &members, again, count);
}

/* A contact which the platform deletes while it is being grouped is missing from the
   group: then what is missing is added once more. What never comes in is left out by a
   rule of the platform's. */
static enum store_result add_contacts(struct postgres *q, struct spoolfile const *f,
	uint64_t plan, uint64_t group, struct store_count *count)
{
	*count = (struct store_count){0, 0};
	for (int i = 0; i < TRIES; i++) {
		struct store_count more = {0, 0};
		enum store_result r = group_contacts(q, f, plan, group, i > 0, &more);
		count->contacts += more.contacts;
		count->fresh += more.fresh;
		if (r != STORE_OK || count->contacts == f->recipients)
			return r;
	}
	return left_out(q, "contact or group_member");
}

/* --- Piece and send ------------------------------------------------------------------ */

static enum store_result add_piece(struct postgres *q, struct store_entry const *e,
	uint64_t plan, uint64_t *id)
{
	struct params p = {.n = 0};
	params_number(&p, plan);
	params_buf(&p, &q->name);
	params_slice(&p, e->piece->html);
	params_slice(&p, e->piece->text);
	params_date(&p, e->file->date);
	enum store_result r = postgres_exec(q, PG_PIECE_ADD, &p, id, NULL);
	return r == STORE_OK && !*id ? left_out(q, "piece") : r;
}

static enum store_result add_images(struct postgres *q, struct store_piece const *c, uint64_t piece)
{
	enum store_result r = STORE_OK;
	for (size_t i = 0; r == STORE_OK && i < c->image_count; i++) {
		struct store_image const *m = &c->images[i];
		struct params image = {.n = 0}, use = {.n = 0};
		params_string(&image, m->sha256);
		params_string(&image, m->type);
		params_number(&image, m->bytes);
		params_string(&image, m->path);
		params_number(&use, piece);
		params_buf(&use, &m->content_id);
		params_string(&use, m->sha256);
		r = postgres_exec(q, PG_IMAGE_ADD, &image, NULL, NULL);
		if (r == STORE_OK)
			r = postgres_exec(q, PG_PIECE_IMAGE_ADD, &use, NULL, NULL);
	}
	return r;
}

/* A trigger that writes it to a table of its own choice, below this one, leaves none out. */
static enum store_result look_for_send(struct postgres *q, struct spoolfile const *f)
{
	uint64_t plan, sender;
	enum store_result r = look(q, f, &plan, &sender);
	if (r == STORE_ALREADY)
		return STORE_OK;
	return r == STORE_OK ? left_out(q, "send") : r;
}

static enum store_result add_send(struct postgres *q, struct store_entry const *e,
	uint64_t plan, uint64_t sender, uint64_t group, uint64_t members)
{
	struct spoolfile const *f = e->file;
	struct message_options const *o = &e->options;
	struct params p = {.n = 0};
	uint64_t piece = 0, written = 0;
	enum store_result r = add_piece(q, e, plan, &piece);
	if (r == STORE_OK)
		r = add_images(q, e->piece, piece);
	if (r != STORE_OK)
		return r;
	params_number(&p, f->send);
	params_number(&p, plan);
	params_slice(&p, f->user);
	params_number(&p, sender);
	params_number(&p, piece);
	params_number(&p, group);
	params_buf(&p, &q->name);
	params_slice(&p, e->piece->subject);
	params_slice(&p, f->id);
	params_slice(&p, e->piece->message_id);
	params_number(&p, o->show_header);
	params_number(&p, o->social_links);
	params_number(&p, o->language);
	params_number(&p, o->track_opens);
	params_number(&p, o->track_clicks);
	params_slice(&p, f->ip);
	params_number(&p, members);
	params_date(&p, f->date);
	params_string(&p, e->imported_at);
	r = postgres_exec(q, PG_SEND_ADD, &p, NULL, &written);
	return r == STORE_OK && !written ? look_for_send(q, f) : r;
}

static enum store_result put(struct postgres *q, struct store_entry const *e,
	struct store_count *count)
{
	uint64_t plan = 0, sender = 0, group = 0;
	enum store_result r = find_or_add(q, e, &plan, &sender);
	if (r == STORE_OK)
		r = add_group(q, e, plan, &group);
	if (r == STORE_OK)
		r = add_contacts(q, e->file, plan, group, count);
	if (r == STORE_OK && e->piece)
		r = add_send(q, e, plan, sender, group, count->contacts);
	return r;
}

/* The savepoint of an entry that went well is released with the next one's, or with
   COMMIT: each round trip saved is a tenth of a small message's time. */
static enum store_result save(struct postgres *q)
{
	enum store_result r = postgres_run(q, q->saved
		? "RELEASE SAVEPOINT entry; SAVEPOINT entry" : "SAVEPOINT entry");
	q->saved = r == STORE_OK;
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
		r = save(q);
	if (r != STORE_OK) {
		s->rollback(s);
		return r == STORE_AGAIN ? r : STORE_FAILED;
	}
	r = put(q, e, count);
	if ((r == STORE_ALREADY || r == STORE_REFUSED)
		&& postgres_run(q, "ROLLBACK TO SAVEPOINT entry") != STORE_OK)
		r = STORE_FAILED;
	if (r == STORE_FAILED || r == STORE_AGAIN)
		s->rollback(s);
	return r;
}
