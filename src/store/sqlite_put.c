/* One spool file's rows in SQLite. A savepoint around them, so that a file which can
   not be stored leaves the others of its transaction alone. */
#include "store/sqlite_db.h"

#include "base/num.h"

#include <stdlib.h>
#include <string.h>

static char const *const text[SQL_STATEMENTS] = {
	[SQL_SAVE] = "SAVEPOINT entry",
	[SQL_RELEASE] = "RELEASE entry",
	[SQL_UNDO] = "ROLLBACK TO entry",
	[SQL_PLAN_FIND] = "SELECT id FROM plan WHERE name = ?1",
	[SQL_PLAN_ADD] = "INSERT INTO plan (name) VALUES (?1)",
	[SQL_SENDER_FIND] = "SELECT id FROM sender WHERE plan_id = ?1 AND address = ?2",
	[SQL_SENDER_ADD] = "INSERT INTO sender (plan_id, address) VALUES (?1, ?2)",
	[SQL_SEND_FIND] = "SELECT smtp_id FROM send WHERE id = ?1",
	[SQL_SEND_ADD] = "INSERT INTO send (id, plan_id, username, sender_id, piece_id, group_id,"
		" name, source, state, subject, smtp_id, message_id, show_header, social_links,"
		" language, track_opens, track_clicks, remote_ip, contacts_total, spooled_at,"
		" imported_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'smtp', 'new', ?8, ?9, ?10,"
		" ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
	[SQL_GROUP_ADD] = "INSERT INTO contact_group (plan_id, name, source, smtp_id, created_at)"
		" VALUES (?1, ?2, 'smtp', ?3, ?4) ON CONFLICT (plan_id, smtp_id) DO NOTHING",
	[SQL_GROUP_FIND] = "SELECT id FROM contact_group WHERE plan_id = ?1 AND smtp_id = ?2",
	[SQL_CONTACT_FIND] = "SELECT id FROM contact WHERE plan_id = ?1 AND email = ?2",
	[SQL_CONTACT_ADD] = "INSERT INTO contact (plan_id, email, created_at) VALUES (?1, ?2, ?3)"
		" ON CONFLICT (plan_id, email) DO NOTHING",
	[SQL_MEMBER_ADD] = "INSERT INTO group_member (group_id, contact_id) VALUES (?1, ?2)",
	[SQL_MEMBER_RUN] = "INSERT INTO group_member (group_id, contact_id)"
		" SELECT ?1, id FROM contact WHERE id BETWEEN ?2 AND ?3",
	[SQL_PIECE_ADD] = "INSERT INTO piece (plan_id, name, source, html, text, created_at)"
		" VALUES (?1, ?2, 'smtp', ?3, ?4, ?5)",
	[SQL_IMAGE_ADD] = "INSERT INTO image (sha256, type, bytes, path) VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT (sha256) DO NOTHING",
	[SQL_PIECE_IMAGE_ADD] = "INSERT INTO piece_image (piece_id, content_id, sha256)"
		" VALUES (?1, ?2, ?3) ON CONFLICT (piece_id, content_id) DO NOTHING",
};

enum store_result sqlite_prepare_all(struct sqlite *q)
{
	int code = SQLITE_OK;
	for (size_t i = 0; code == SQLITE_OK && i < SQL_STATEMENTS; i++)
		code = sqlite3_prepare_v3(q->db, text[i], -1, SQLITE_PREPARE_PERSISTENT,
			&q->statement[i], NULL);
	return code == SQLITE_OK ? STORE_OK : sqlite_failed(q);
}

/* Binding fails only without memory or out of range; the step behind it would then
   store a null, which every column refuses. */
static void bind_text(struct sqlite *q, enum sqlite_statement i, int at, char const *s, size_t n)
{
	sqlite3_bind_text64(q->statement[i], at, n ? s : "", n, SQLITE_STATIC, SQLITE_UTF8);
}

static void bind_slice(struct sqlite *q, enum sqlite_statement i, int at, struct slice s)
{
	bind_text(q, i, at, s.s, s.n);
}

static void bind_buf(struct sqlite *q, enum sqlite_statement i, int at, struct buf const *b)
{
	bind_text(q, i, at, b->s, b->len);
}

static void bind_number(struct sqlite *q, enum sqlite_statement i, int at, sqlite3_int64 v)
{
	sqlite3_bind_int64(q->statement[i], at, v);
}

/* Runs a statement that gives no row. */
static enum store_result step(struct sqlite *q, enum sqlite_statement i)
{
	int code = sqlite3_step(q->statement[i]);
	enum store_result r = sqlite_verdict(q, code);
	sqlite3_reset(q->statement[i]);
	return r;
}

/* Runs one that gives a number in one row, or none: *id is then 0. */
static enum store_result find(struct sqlite *q, enum sqlite_statement i, sqlite3_int64 *id)
{
	int code = sqlite3_step(q->statement[i]);
	enum store_result r = sqlite_verdict(q, code);
	*id = code == SQLITE_ROW ? sqlite3_column_int64(q->statement[i], 0) : 0;
	sqlite3_reset(q->statement[i]);
	return r;
}

/* *id: 0 when no row was written. */
static enum store_result add(struct sqlite *q, enum sqlite_statement i, sqlite3_int64 *id)
{
	enum store_result r = step(q, i);
	*id = r == STORE_OK && sqlite3_changes(q->db) ? sqlite3_last_insert_rowid(q->db) : 0;
	return r;
}

/* A trigger of the platform's may leave a row out without a word (RAISE(IGNORE)). What
   would refer to it must not be written, nor the file be taken for imported. */
static enum store_result left_out(struct sqlite *q, char const *table)
{
	return store_fail(&q->store, STORE_REFUSED, "the store leaves out a row of ", table,
		" (a trigger?)", (char *)NULL);
}

/* The same for a row that must be written. */
static enum store_result add_surely(struct sqlite *q, enum sqlite_statement i, sqlite3_int64 *id,
	char const *table)
{
	enum store_result r = add(q, i, id);
	return r == STORE_OK && !*id ? left_out(q, table) : r;
}

static enum store_result plan_id(struct sqlite *q, struct slice name, sqlite3_int64 *id)
{
	bind_slice(q, SQL_PLAN_FIND, 1, name);
	enum store_result r = find(q, SQL_PLAN_FIND, id);
	if (r != STORE_OK || *id)
		return r;
	bind_slice(q, SQL_PLAN_ADD, 1, name);
	return add_surely(q, SQL_PLAN_ADD, id, "plan");
}

static enum store_result sender_id(struct sqlite *q, sqlite3_int64 plan, struct slice address,
	sqlite3_int64 *id)
{
	bind_number(q, SQL_SENDER_FIND, 1, plan);
	bind_slice(q, SQL_SENDER_FIND, 2, address);
	enum store_result r = find(q, SQL_SENDER_FIND, id);
	if (r != STORE_OK || *id)
		return r;
	bind_number(q, SQL_SENDER_ADD, 1, plan);
	bind_slice(q, SQL_SENDER_ADD, 2, address);
	return add_surely(q, SQL_SENDER_ADD, id, "sender");
}

/* Does the store hold that send number: not at all (STORE_OK), for this transaction
   (ALREADY), or for another one (REFUSED)? */
static enum store_result check_number(struct sqlite *q, struct spoolfile const *f)
{
	sqlite3_stmt *st = q->statement[SQL_SEND_FIND];
	bind_number(q, SQL_SEND_FIND, 1, (sqlite3_int64)f->send);
	int code = sqlite3_step(st);
	enum store_result r = sqlite_verdict(q, code);
	if (code == SQLITE_ROW) {
		char number[NUM_FMT];
		char const *held = (char const *)sqlite3_column_text(st, 0);
		num_fmt(number, f->send);
		r = held && strlen(held) == f->id.n && !memcmp(held, f->id.s, f->id.n)
			? STORE_ALREADY : store_fail(&q->store, STORE_REFUSED, "send ", number,
				" is in the store under another id: ", held ? held : "none", (char *)NULL);
	}
	sqlite3_reset(st);
	return r;
}

static enum store_result add_group(struct sqlite *q, struct store_entry const *e,
	sqlite3_int64 plan, sqlite3_int64 *id)
{
	bind_number(q, SQL_GROUP_ADD, 1, plan);
	bind_buf(q, SQL_GROUP_ADD, 2, &q->name);
	bind_slice(q, SQL_GROUP_ADD, 3, e->file->id);
	bind_slice(q, SQL_GROUP_ADD, 4, e->file->date);
	enum store_result r = add(q, SQL_GROUP_ADD, id);
	if (r != STORE_OK || *id)
		return r;
	bind_number(q, SQL_GROUP_FIND, 1, plan);
	bind_slice(q, SQL_GROUP_FIND, 2, e->file->id);
	r = find(q, SQL_GROUP_FIND, id);
	if (r != STORE_OK)
		return r;
	return *id ? STORE_ALREADY : left_out(q, "contact_group");
}

/* Each address costs one statement as long as it is new when the one before it was,
   or known when that was known; else two. */
static enum store_result add_contacts(struct sqlite *q, struct spoolfile const *f,
	sqlite3_int64 plan, size_t *n, uint64_t *fresh)
{
	enum store_result r = STORE_OK;
	struct slice address;
	bool known = false;
	*n = 0;
	*fresh = 0;
	bind_number(q, SQL_CONTACT_FIND, 1, plan);
	bind_number(q, SQL_CONTACT_ADD, 1, plan);
	bind_slice(q, SQL_CONTACT_ADD, 3, f->date);
	for (size_t at = 0; *n < f->recipients && spoolfile_recipient(f, &at, &address);) {
		sqlite3_int64 id = 0;
		bind_slice(q, SQL_CONTACT_FIND, 2, address);
		bind_slice(q, SQL_CONTACT_ADD, 2, address);
		if (known)
			r = find(q, SQL_CONTACT_FIND, &id);
		if (r == STORE_OK && !id) {
			r = add(q, SQL_CONTACT_ADD, &id);
			known = !id;
			if (r == STORE_OK && known)
				r = find(q, SQL_CONTACT_FIND, &id);
			else if (r == STORE_OK)
				++*fresh;
		}
		if (r != STORE_OK)
			return r;
		if (!id)
			return left_out(q, "contact");
		q->ids[(*n)++] = id;
	}
	return STORE_OK;
}

static int by_id(void const *a, void const *b)
{
	sqlite3_int64 x = *(sqlite3_int64 const *)a, y = *(sqlite3_int64 const *)b;
	return x < y ? -1 : x > y;
}

/* Contacts that came together have numbers that follow each other: such a run is one
   statement, which costs a third of one per member. */
static enum store_result add_members(struct sqlite *q, sqlite3_int64 group, size_t n,
	uint64_t *members)
{
	enum store_result r = STORE_OK;
	if (n)
		qsort(q->ids, n, sizeof *q->ids, by_id);
	bind_number(q, SQL_MEMBER_ADD, 1, group);
	bind_number(q, SQL_MEMBER_RUN, 1, group);
	*members = 0;
	for (size_t i = 0, end; r == STORE_OK && i < n; i = end) {
		sqlite3_int64 first = q->ids[i], last = first;
		for (end = i + 1; end < n && q->ids[end] <= last + 1; end++)
			last = q->ids[end];
		enum sqlite_statement which = first == last ? SQL_MEMBER_ADD : SQL_MEMBER_RUN;
		bind_number(q, which, 2, first);
		if (which == SQL_MEMBER_RUN)
			bind_number(q, which, 3, last);
		r = step(q, which);
		*members += (uint64_t)sqlite3_changes(q->db);
	}
	return r == STORE_OK && *members != n ? left_out(q, "group_member") : r;
}

static enum store_result add_piece(struct sqlite *q, struct store_entry const *e,
	sqlite3_int64 plan, sqlite3_int64 *id)
{
	bind_number(q, SQL_PIECE_ADD, 1, plan);
	bind_buf(q, SQL_PIECE_ADD, 2, &q->name);
	bind_slice(q, SQL_PIECE_ADD, 3, e->piece->html);
	bind_slice(q, SQL_PIECE_ADD, 4, e->piece->text);
	bind_slice(q, SQL_PIECE_ADD, 5, e->file->date);
	return add_surely(q, SQL_PIECE_ADD, id, "piece");
}

static enum store_result add_images(struct sqlite *q, struct store_piece const *c, sqlite3_int64 piece)
{
	enum store_result r = STORE_OK;
	for (size_t i = 0; r == STORE_OK && i < c->image_count; i++) {
		struct store_image const *m = &c->images[i];
		bind_text(q, SQL_IMAGE_ADD, 1, m->sha256, strlen(m->sha256));
		bind_text(q, SQL_IMAGE_ADD, 2, m->type, strlen(m->type));
		bind_number(q, SQL_IMAGE_ADD, 3, (sqlite3_int64)m->bytes);
		bind_text(q, SQL_IMAGE_ADD, 4, m->path, strlen(m->path));
		r = step(q, SQL_IMAGE_ADD);
		if (r != STORE_OK)
			break;
		bind_number(q, SQL_PIECE_IMAGE_ADD, 1, piece);
		bind_buf(q, SQL_PIECE_IMAGE_ADD, 2, &m->content_id);
		bind_text(q, SQL_PIECE_IMAGE_ADD, 3, m->sha256, strlen(m->sha256));
		r = step(q, SQL_PIECE_IMAGE_ADD);
	}
	return r;
}

static enum store_result add_send(struct sqlite *q, struct store_entry const *e,
	sqlite3_int64 plan, sqlite3_int64 group, uint64_t members)
{
	struct spoolfile const *f = e->file;
	struct message_options const *o = &e->options;
	enum sqlite_statement const i = SQL_SEND_ADD;
	sqlite3_int64 sender = 0, piece = 0, send = 0;
	enum store_result r = sender_id(q, plan, f->sender, &sender);
	if (r == STORE_OK)
		r = add_piece(q, e, plan, &piece);
	if (r == STORE_OK)
		r = add_images(q, e->piece, piece);
	if (r != STORE_OK)
		return r;
	sqlite3_int64 const numbers[] = {[1] = (sqlite3_int64)f->send, [2] = plan, [4] = sender,
		[5] = piece, [6] = group, [11] = o->show_header, [12] = o->social_links,
		[13] = o->language, [14] = o->track_opens, [15] = o->track_clicks,
		[17] = (sqlite3_int64)members};
	for (int at = 1; at <= 17; at++)
		bind_number(q, i, at, numbers[at]);
	bind_slice(q, i, 3, f->user);
	bind_buf(q, i, 7, &q->name);
	bind_slice(q, i, 8, e->piece->subject);
	bind_slice(q, i, 9, f->id);
	bind_slice(q, i, 10, e->piece->message_id);
	bind_slice(q, i, 16, f->ip);
	bind_slice(q, i, 18, f->date);
	bind_text(q, i, 19, e->imported_at, strlen(e->imported_at));
	return add_surely(q, i, &send, "send");
}

static enum store_result make_room(struct sqlite *q, struct store_entry const *e)
{
	if (q->ids_cap < e->file->recipients) {
		sqlite3_int64 *ids = realloc(q->ids, e->file->recipients * sizeof *ids);
		if (!ids)
			return store_fail(&q->store, STORE_FAILED, "out of memory", (char *)NULL);
		q->ids = ids;
		q->ids_cap = e->file->recipients;
	}
	return store_name(e, &q->name) ? STORE_OK
		: store_fail(&q->store, STORE_FAILED, "out of memory", (char *)NULL);
}

static enum store_result put(struct sqlite *q, struct store_entry const *e,
	struct store_count *count)
{
	sqlite3_int64 plan = 0, group = 0;
	size_t n = 0;
	enum store_result r = e->file->send ? check_number(q, e->file) : STORE_OK;
	if (r == STORE_OK)
		r = plan_id(q, e->file->plan, &plan);
	if (r == STORE_OK)
		r = add_group(q, e, plan, &group);
	if (r == STORE_OK)
		r = add_contacts(q, e->file, plan, &n, &count->fresh);
	if (r == STORE_OK)
		r = add_members(q, group, n, &count->contacts);
	if (r == STORE_OK && e->piece)
		r = add_send(q, e, plan, group, count->contacts);
	return r;
}

enum store_result sqlite_put(struct store *s, struct store_entry const *e,
	struct store_count *count)
{
	struct sqlite *q = (struct sqlite *)s;
	enum store_result r = make_room(q, e);
	if (r == STORE_OK)
		r = step(q, SQL_SAVE);
	if (r != STORE_OK) {
		s->rollback(s);
		return STORE_FAILED;
	}
	r = put(q, e, count);
	if (r == STORE_FAILED) {
		s->rollback(s);
		return r;
	}
	if ((r != STORE_OK && step(q, SQL_UNDO) != STORE_OK) || step(q, SQL_RELEASE) != STORE_OK) {
		s->rollback(s);
		return STORE_FAILED;
	}
	return r;
}
