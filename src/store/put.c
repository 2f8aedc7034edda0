/* The rows of one spool file. A savepoint around them leaves the other files of the transaction
   untouched when this one cannot be stored. */
#include "store/put.h"

#include "base/num.h"

#include <string.h>

/* How often a row is looked up and added: another writer may add or delete it meanwhile. */
#define TRIES 3

#define FIELDS 24 /* columns of an INSERT, at most */

/* A column of a new row, and its value. */
struct field {
	char const *name;
	struct store_value value;
};

static enum store_result no_memory(struct store *s)
{
	return store_fail(s, STORE_FAILED, "out of memory", (char *)NULL);
}

enum store_result store_left_out(struct store *s, char const *table)
{
	return store_fail(s, STORE_REFUSED, "the store leaves out a row of ", table, " (a trigger?)",
		(char *)NULL);
}

bool store_name(struct store_entry const *e, struct buf *out)
{
	out->len = 0;
	if (!buf_puts(out, "[SMTP] "))
		return false;
	if (!e->piece)
		return buf_put(out, e->file->date.s, e->file->date.n);
	if (e->piece->name.n)
		return buf_put(out, e->piece->name.s, e->piece->name.n);
	if (!e->piece->subject.n)
		return buf_puts(out, "(sin asunto)");
	return buf_put(out, e->piece->subject.s, e->piece->subject.n);
}

/* --- One row -------------------------------------------------------------------------- */

static bool put_insert_sql(struct buf *sql, char const *table, struct field const *f, size_t n,
	char const *ending)
{
	char number[NUM_FMT];
	if (!buf_puts(sql, "INSERT INTO ") || !buf_puts(sql, table))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!buf_puts(sql, i ? ", " : " (") || !buf_puts(sql, f[i].name))
			return false;
	for (size_t i = 0; i < n; i++) {
		num_fmt(number, i + 1);
		if (!buf_puts(sql, i ? ", $" : ") VALUES ($") || !buf_puts(sql, number))
			return false;
	}
	return buf_puts(sql, ")") && buf_puts(sql, ending) && buf_putc(sql, 0);
}

/* Inserts a row. ending: more SQL. *id, unless it is NULL: what RETURNING gave; 0: no row. */
static enum store_result insert_row(struct store *s, char const *table, struct field const *f, size_t n,
	char const *ending, uint64_t *id)
{
	struct store_value values[FIELDS];
	struct buf sql = BUF_ZERO;
	enum store_result r;
	for (size_t i = 0; i < n; i++)
		values[i] = f[i].value;
	if (!put_insert_sql(&sql, table, f, n, ending))
		r = no_memory(s);
	else if (id)
		r = store_read_number(s, sql.s, n, values, id);
	else
		r = s->run(s, sql.s, n, values, NULL, NULL);
	buf_free(&sql);
	return r;
}

#define INSERT(s, table, fields, ending, id) insert_row(s, table, fields, sizeof fields / sizeof *fields, ending, id)

/* Finds a row's number, or adds the row. Another writer may add or delete it in between. */
static enum store_result find_or_add(struct store *s, char const *find, char const *table,
	struct field const *f, size_t n, uint64_t *id)
{
	struct store_value values[FIELDS];
	for (size_t i = 0; i < n; i++)
		values[i] = f[i].value;
	for (int i = 0; i < TRIES; i++) {
		enum store_result r = store_read_number(s, find, n, values, id);
		if (r == STORE_OK && !*id)
			r = insert_row(s, table, f, n, " ON CONFLICT DO NOTHING RETURNING id", id);
		if (r != STORE_OK || *id)
			return r;
	}
	return store_left_out(s, table);
}

static enum store_result find_plan(struct store *s, struct slice name, uint64_t *id)
{
	static char const find[] = "SELECT id FROM plan WHERE name = $1";
	struct field const row[] = {{"name", store_text(name)}};
	return find_or_add(s, find, "plan", row, 1, id);
}

static enum store_result find_sender(struct store *s, uint64_t plan, struct slice address, uint64_t *id)
{
	static char const find[] = "SELECT id FROM sender WHERE plan_id = $1 AND address = $2";
	struct field const row[] = {{"plan_id", store_number(plan)}, {"address", store_text(address)}};
	return find_or_add(s, find, "sender", row, 2, id);
}

/* --- The send's number ---------------------------------------------------------------- */

struct held {
	struct store *store;
	struct spoolfile const *file;
	enum store_result result;
};

static bool compare_held(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct held *h = arg;
	struct slice const id = h->file->id;
	char number[NUM_FMT];
	(void)n;
	num_fmt(number, h->file->send);
	h->result = column[0] && length[0] == id.n && !memcmp(column[0], id.s, id.n) ? STORE_ALREADY
		: store_fail(h->store, STORE_REFUSED, "send ", number, " is in the store under another id: ",
			column[0] ? column[0] : "none", " (saca-queue renumber gives it another number)", (char *)NULL);
	return false;
}

/* Does the store have a send of that number? STORE_OK: no; STORE_ALREADY: this one;
   STORE_REFUSED: another one. */
static enum store_result check_number(struct store *s, struct spoolfile const *f)
{
	static char const find[] = "SELECT smtp_id FROM send WHERE id = $1";
	struct held h = {s, f, STORE_OK};
	enum store_result r = s->run(s, find, STORE_VALUES(store_number(f->send)), compare_held, &h);
	return r == STORE_OK ? h.result : r;
}

/* --- Group, piece and send ------------------------------------------------------------ */

static enum store_result add_group(struct store *s, struct store_entry const *e, struct slice name,
	uint64_t plan, uint64_t *id)
{
	static char const find[] = "SELECT id FROM contact_group WHERE plan_id = $1 AND smtp_id = $2";
	struct field const row[] = {
		{"plan_id", store_number(plan)},
		{"name", store_text(name)},
		{"source", store_string("smtp")},
		{"smtp_id", store_text(e->file->id)},
		{"created_at", store_time(e->file->date)},
	};
	enum store_result r = INSERT(s, "contact_group", row, " ON CONFLICT DO NOTHING RETURNING id", id);
	if (r != STORE_OK || *id)
		return r;
	r = store_read_number(s, find, STORE_VALUES(store_number(plan), store_text(e->file->id)), id);
	if (r != STORE_OK)
		return r;
	return *id ? STORE_ALREADY : store_left_out(s, "contact_group");
}

static enum store_result add_image(struct store *s, uint64_t plan, uint64_t piece,
	struct store_image const *m)
{
	struct field const image[] = {
		{"sha256", store_string(m->sha256)},
		{"type", store_string(m->type)},
		{"bytes", store_number(m->bytes)},
		{"path", store_string(m->path)},
	};
	struct field const use[] = {
		{"plan_id", store_number(plan)},
		{"piece_id", store_number(piece)},
		{"content_id", store_text((struct slice){m->content_id.s, m->content_id.len})},
		{"sha256", store_string(m->sha256)},
	};
	enum store_result r = INSERT(s, "image", image, " ON CONFLICT DO NOTHING", NULL);
	return r == STORE_OK ? INSERT(s, "piece_image", use, " ON CONFLICT DO NOTHING", NULL) : r;
}

static enum store_result add_piece(struct store *s, struct store_entry const *e, struct slice name,
	uint64_t plan, uint64_t *id)
{
	struct field const row[] = {
		{"plan_id", store_number(plan)},
		{"name", store_text(name)},
		{"source", store_string("smtp")},
		{"html", store_text(e->piece->html)},
		{"text", store_text(e->piece->text)},
		{"created_at", store_time(e->file->date)},
	};
	enum store_result r = INSERT(s, "piece", row, " RETURNING id", id);
	if (r == STORE_OK && !*id)
		r = store_left_out(s, "piece");
	for (size_t i = 0; r == STORE_OK && i < e->piece->image_count; i++)
		r = add_image(s, plan, *id, &e->piece->images[i]);
	return r;
}

static enum store_result add_send(struct store *s, struct store_entry const *e, struct slice name,
	uint64_t plan, uint64_t group, uint64_t members)
{
	struct spoolfile const *f = e->file;
	struct message_options const *o = &e->options;
	uint64_t sender = 0, piece = 0;
	enum store_result r = find_sender(s, plan, f->sender, &sender);
	if (r == STORE_OK)
		r = add_piece(s, e, name, plan, &piece);
	if (r != STORE_OK)
		return r;
	struct field const row[] = {
		{"id", store_number(f->send)},
		{"plan_id", store_number(plan)},
		{"username", store_text(f->user)},
		{"sender_id", store_number(sender)},
		{"piece_id", store_number(piece)},
		{"group_id", store_number(group)},
		{"name", store_text(name)},
		{"source", store_string("smtp")},
		{"state", store_string(e->state)},
		{"subject", store_text(e->piece->subject)},
		{"smtp_id", store_text(f->id)},
		{"message_id", store_text(e->piece->message_id)},
		{"show_header", store_number(o->show_header)},
		{"social_links", store_number(o->social_links)},
		{"language", store_number(o->language)},
		{"track_opens", store_number(o->track_opens)},
		{"track_clicks", store_number(o->track_clicks)},
		{"remote_ip", store_text(f->ip)},
		{"contacts_total", store_number(members)},
		{"spooled_at", store_time(f->date)},
		{"imported_at", store_time((struct slice){e->imported_at, strlen(e->imported_at)})},
		{"reason", strcmp(e->state, "paused") ? store_null() : store_string("imported with saca-import -p")},
	};
	r = INSERT(s, "send", row, "", NULL);
	if (r != STORE_OK || s->changed)
		return r;
	/* A trigger may write the row to another table below this one, which is not counted. */
	r = check_number(s, f);
	return r == STORE_ALREADY ? STORE_OK : r == STORE_OK ? store_left_out(s, "send") : r;
}

static enum store_result put_rows(struct store *s, struct store_entry const *e, struct slice name,
	struct store_count *count)
{
	uint64_t plan = 0, group = 0;
	enum store_result r = e->file->send ? check_number(s, e->file) : STORE_OK;
	if (r == STORE_OK)
		r = find_plan(s, e->file->plan, &plan);
	if (r == STORE_OK)
		r = add_group(s, e, name, plan, &group);
	if (r == STORE_OK)
		r = s->group_contacts(s, plan, group, e->file, count);
	if (r == STORE_OK && e->piece)
		r = add_send(s, e, name, plan, group, count->contacts);
	return r;
}

static enum store_result put_saved(struct store *s, struct store_entry const *e, struct slice name,
	struct store_count *count)
{
	enum store_result r = s->save(s);
	if (r != STORE_OK)
		return r == STORE_AGAIN ? r : STORE_FAILED;
	r = put_rows(s, e, name, count);
	if ((r == STORE_ALREADY || r == STORE_REFUSED) && s->undo(s) != STORE_OK)
		return STORE_FAILED;
	if (r == STORE_OK && s->keep(s) != STORE_OK)
		return STORE_FAILED;
	return r;
}

enum store_result store_put(struct store *s, struct store_entry const *e, struct store_count *count)
{
	struct buf name = BUF_ZERO;
	*count = (struct store_count){0, 0};
	enum store_result r = store_name(e, &name)
		? put_saved(s, e, (struct slice){name.s, name.len}, count) : no_memory(s);
	buf_free(&name);
	if (r == STORE_FAILED || r == STORE_AGAIN)
		s->rollback(s);
	return r;
}
