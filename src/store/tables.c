/* The list of tables and columns, and CREATE TABLE made from it. */
#include "store/tables.h"

#include <string.h>

#define COLUMNS(...) (struct store_column const[]){__VA_ARGS__, {.name = NULL}}

/* Columns that several tables have. */
#define ID {.name = "id", .type = STORE_ID, .label = "id", .in_table = true}
#define PLAN {.name = "plan_id", .type = STORE_INTEGER, .of = "plan", .label = "plan", .shown = "p.name", \
	.shown_as = STORE_STRING, .in_table = true}
#define NAME {.name = "name", .type = STORE_STRING, .label = "name", .in_table = true, .most = 50}
#define SOURCE {.name = "source", .type = STORE_STRING, .label = "source", .in_table = true}
#define CREATED {.name = "created_at", .type = STORE_DATE, .label = "created_at", .in_table = true}
#define COUNT(n) {.name = n, .type = STORE_INTEGER, .rule = "DEFAULT 0"}

struct store_table const store_tables[] = {
	{.name = "plan", .key = "id", .unique = "name", .columns = COLUMNS(
		ID,
		{.name = "name", .type = STORE_STRING},
		{.name = "has_forgotten", .type = STORE_BOOLEAN, .rule = "DEFAULT 0"})},
	{.name = "sender", .unique = "plan_id, address", .columns = COLUMNS(
		ID,
		PLAN,
		{.name = "address", .type = STORE_STRING, .label = "address", .in_table = true},
		{.name = "name", .type = STORE_STRING, .rule = "DEFAULT ''", .label = "name", .in_table = true, .most = 50})},
	{.name = "contact", .unique = "plan_id, email", .is_large = true, .columns = COLUMNS(
		ID,
		PLAN,
		{.name = "email", .type = STORE_STRING, .label = "email", .in_table = true},
		CREATED)},
	{.name = "contact_group", .never_reused = true, .unique = "plan_id, smtp_id", .columns = COLUMNS(
		ID,
		PLAN,
		NAME,
		SOURCE,
		{.name = "contacts", .type = STORE_COMPUTED, .shown_as = STORE_INTEGER, .label = "contacts", .in_table = true, .shown =
			"(SELECT count(*) FROM group_member m WHERE m.plan_id = t.plan_id AND m.group_id = t.id)"},
		{.name = "smtp_id", .type = STORE_STRING, .null = true, .label = "smtp_id", .in_table = true},
		CREATED)},
	/* SQLite: a group's rows go to the end of the table. Columns of the key come first: its
	   PRAGMA integrity_check (3.40) reports nulls that are not there otherwise. */
	{.name = "group_member", .key = "plan_id, group_id, contact_id", .sqlite_key = "group_id, contact_id",
		.is_large = true, .columns = COLUMNS(
		{.name = "group_id", .type = STORE_INTEGER, .of = "contact_group"},
		{.name = "contact_id", .type = STORE_INTEGER, .of = "contact"},
		{.name = "plan_id", .type = STORE_INTEGER, .of = "plan"})},
	{.name = "piece", .never_reused = true, .columns = COLUMNS(
		ID,
		PLAN,
		NAME,
		SOURCE,
		{.name = "html", .type = STORE_STRING, .label = "html", .shown = "length(t.html)",
			.shown_as = STORE_INTEGER, .in_table = true},
		{.name = "text", .type = STORE_STRING, .label = "text", .shown = "length(t.text)",
			.shown_as = STORE_INTEGER, .in_table = true},
		{.name = "images", .type = STORE_COMPUTED, .shown_as = STORE_INTEGER, .label = "images", .in_table = true, .shown =
			"(SELECT count(*) FROM piece_image m WHERE m.plan_id = t.plan_id AND m.piece_id = t.id)"},
		CREATED)},
	{.name = "image", .key = "sha256", .columns = COLUMNS(
		{.name = "sha256", .type = STORE_STRING},
		{.name = "type", .type = STORE_STRING},
		{.name = "bytes", .type = STORE_INTEGER},
		{.name = "path", .type = STORE_STRING})},
	{.name = "piece_image", .key = "plan_id, piece_id, content_id", .columns = COLUMNS(
		{.name = "plan_id", .type = STORE_INTEGER, .of = "plan"},
		{.name = "piece_id", .type = STORE_INTEGER, .of = "piece"},
		{.name = "content_id", .type = STORE_STRING},
		{.name = "sha256", .type = STORE_STRING, .rule = "REFERENCES image (sha256)"})},
	{.name = "send", .never_reused = true, .first = STORE_FOREIGN_SENDS,
		.check = "source = 'smtp' OR id >= " STORE_FOREIGN_SENDS, .columns = COLUMNS(
		ID,
		PLAN,
		{.name = "username", .type = STORE_STRING, .label = "user", .in_table = true},
		{.name = "sender_id", .type = STORE_INTEGER, .of = "sender", .label = "sender", .shown = "a.address",
			.shown_as = STORE_STRING, .in_table = true},
		{.name = "piece_id", .type = STORE_INTEGER, .of = "piece", .label = "piece"},
		{.name = "group_id", .type = STORE_INTEGER, .of = "contact_group", .label = "group"},
		{.name = "name", .type = STORE_STRING},
		{.name = "source", .type = STORE_STRING, .label = "source"},
		{.name = "state", .type = STORE_STRING, .label = "state", .in_table = true},
		{.name = "subject", .type = STORE_STRING, .label = "subject", .in_table = true, .most = 40},
		{.name = "smtp_id", .type = STORE_STRING, .null = true, .label = "smtp_id", .in_table = true},
		{.name = "message_id", .type = STORE_STRING, .label = "message_id", .most = 50},
		{.name = "show_header", .type = STORE_BOOLEAN, .label = "show_header"},
		{.name = "social_links", .type = STORE_BOOLEAN, .label = "social_links"},
		{.name = "language", .type = STORE_SMALL, .label = "language"},
		{.name = "track_opens", .type = STORE_BOOLEAN, .label = "track_opens"},
		{.name = "track_clicks", .type = STORE_BOOLEAN, .label = "track_clicks"},
		{.name = "remote_ip", .type = STORE_STRING, .label = "ip"},
		{.name = "contacts_total", .type = STORE_INTEGER, .label = "contacts", .in_table = true},
		{.name = "spooled_at", .type = STORE_DATE, .label = "spooled_at", .in_table = true},
		{.name = "imported_at", .type = STORE_DATE, .label = "imported_at"},
		{.name = "started_at", .type = STORE_DATE, .null = true, .label = "started_at"},
		{.name = "finished_at", .type = STORE_DATE, .null = true, .label = "finished_at"},
		{.name = "next_at", .type = STORE_DATE, .null = true, .label = "next_at"},
		{.name = "claimed_by", .type = STORE_STRING, .null = true, .label = "claimed_by"},
		{.name = "claimed_until", .type = STORE_DATE, .null = true, .label = "claimed_until"},
		{.name = "reason", .type = STORE_STRING, .null = true, .label = "reason", .most = 50})},
	{.name = "delivery", .key = "plan_id, send_id, contact_id", .is_large = true, .columns = COLUMNS(
		{.name = "plan_id", .type = STORE_INTEGER, .of = "plan"},
		{.name = "send_id", .type = STORE_INTEGER, .of = "send"},
		{.name = "contact_id", .type = STORE_INTEGER, .of = "contact"},
		{.name = "state", .type = STORE_STRING},
		{.name = "code", .type = STORE_STRING, .null = true},
		{.name = "reason", .type = STORE_STRING, .null = true},
		{.name = "tries", .type = STORE_INTEGER, .rule = "DEFAULT 0"},
		{.name = "first_at", .type = STORE_DATE},
		{.name = "next_at", .type = STORE_DATE, .null = true},
		{.name = "at", .type = STORE_DATE},
		COUNT("opens"),
		COUNT("machine_opens"),
		{.name = "opened_at", .type = STORE_DATE, .null = true},
		COUNT("clicks"),
		{.name = "clicked_at", .type = STORE_DATE, .null = true})},
	{.name = "link", .key = "plan_id, send_id, number", .columns = COLUMNS(
		{.name = "plan_id", .type = STORE_INTEGER, .of = "plan"},
		{.name = "send_id", .type = STORE_INTEGER, .of = "send"},
		{.name = "number", .type = STORE_INTEGER},
		{.name = "url", .type = STORE_STRING},
		COUNT("people"),
		COUNT("clicks"))},
	{.name = "click", .key = "plan_id, send_id, contact_id, number", .is_large = true, .columns = COLUMNS(
		{.name = "plan_id", .type = STORE_INTEGER, .of = "plan"},
		{.name = "send_id", .type = STORE_INTEGER, .of = "send"},
		{.name = "contact_id", .type = STORE_INTEGER, .of = "contact"},
		{.name = "number", .type = STORE_INTEGER},
		COUNT("count"),
		{.name = "first_at", .type = STORE_DATE})},
	{.name = "figures", .key = "plan_id, send_id, source", .columns = COLUMNS(
		{.name = "plan_id", .type = STORE_INTEGER, .of = "plan"},
		{.name = "send_id", .type = STORE_INTEGER, .of = "send"},
		{.name = "source", .type = STORE_STRING},
		COUNT("handed"),
		COUNT("bounced"),
		COUNT("refused"),
		COUNT("malformed"),
		COUNT("unsubscribed"),
		COUNT("suppressed"),
		COUNT("opened"),
		COUNT("opened_bounced"),
		COUNT("opened_unsubscribed"),
		COUNT("opens"),
		COUNT("machine_opens"),
		COUNT("clicked"),
		COUNT("clicks"),
		COUNT("unsubscriptions"))},
	{.name = "send_hour", .key = "plan_id, send_id, hour", .columns = COLUMNS(
		{.name = "plan_id", .type = STORE_INTEGER, .of = "plan"},
		{.name = "send_id", .type = STORE_INTEGER, .of = "send"},
		{.name = "hour", .type = STORE_DATE},
		COUNT("opened"),
		COUNT("clicked"))},
	{.name = "unsubscription", .key = "plan_id, id", .is_large = true, .columns = COLUMNS(
		{.name = "plan_id", .type = STORE_INTEGER, .of = "plan"},
		{.name = "id", .type = STORE_INTEGER},
		{.name = "contact_id", .type = STORE_INTEGER, .of = "contact"},
		{.name = "sender_id", .type = STORE_INTEGER, .of = "sender"},
		{.name = "type", .type = STORE_SMALL},
		{.name = "send_id", .type = STORE_INTEGER, .of = "send", .null = true},
		{.name = "at", .type = STORE_DATE},
		{.name = "ended_at", .type = STORE_DATE, .null = true})},
	{.name = "login", .key = "plan_id, username", .columns = COLUMNS(
		{.name = "plan_id", .type = STORE_INTEGER, .of = "plan"},
		{.name = "username", .type = STORE_STRING},
		{.name = "valid_from", .type = STORE_DATE})},
	{.name = "hit_log", .key = "name", .columns = COLUMNS(
		{.name = "name", .type = STORE_STRING},
		{.name = "inode", .type = STORE_INTEGER},
		{.name = "octets", .type = STORE_INTEGER})},
};

size_t const store_table_count = sizeof store_tables / sizeof *store_tables;

/* SQLite's keys are (id) alone, PostgreSQL's (plan_id, id): each needs the other as an index. */
struct store_index const store_indexes[] = {
	{"CREATE INDEX IF NOT EXISTS send_waiting ON send (state, next_at) WHERE state IN ('new', 'sending')", .both = true},
	/* No id is null. But NULLS FIRST keeps PostgreSQL from listing a plan's sends by this index: it would read those
	   of other plans too. */
	{"CREATE INDEX IF NOT EXISTS send_id ON send (id NULLS FIRST)", STORE_POSTGRES, false},
	{"CREATE INDEX IF NOT EXISTS send_plan ON send (plan_id)", STORE_SQLITE, false},
	{"CREATE INDEX IF NOT EXISTS piece_plan ON piece (plan_id)", STORE_SQLITE, false},
	{"CREATE INDEX IF NOT EXISTS contact_group_plan ON contact_group (plan_id)", STORE_SQLITE, false},
	{"CREATE INDEX IF NOT EXISTS send_piece ON send (plan_id, piece_id, id)", .both = true},
	{"CREATE INDEX IF NOT EXISTS send_test ON send (plan_id, id) WHERE state = 'test'", .both = true},
	{"CREATE INDEX IF NOT EXISTS group_member_contact ON group_member (plan_id, contact_id)", .both = true},
	{"CREATE INDEX IF NOT EXISTS delivery_contact ON delivery (plan_id, contact_id, send_id)", .both = true},
	{"CREATE INDEX IF NOT EXISTS delivery_deferred ON delivery (plan_id, send_id, next_at) WHERE state = 'deferred'",
		.both = true},
	{"CREATE INDEX IF NOT EXISTS unsubscription_contact ON unsubscription (plan_id, contact_id, id)", .both = true},
	{"CREATE INDEX IF NOT EXISTS unsubscription_send ON unsubscription (plan_id, send_id)", .both = true},
	{"CREATE UNIQUE INDEX IF NOT EXISTS unsubscription_open ON unsubscription (plan_id, contact_id, sender_id)"
		" WHERE ended_at IS NULL", .both = true},
	/* A trigger, since a dump of rows that break a CHECK could not be loaded. new.id is -1 when it is
	   not given. */
	{"CREATE TRIGGER IF NOT EXISTS send_number BEFORE INSERT ON send WHEN new.source <> 'smtp' AND new.id > 0 AND new.id < "
		STORE_FOREIGN_SENDS " BEGIN SELECT raise(ABORT, 'numbers below " STORE_FOREIGN_SENDS
		" are for sends of a spool'); END", STORE_SQLITE, false},
};

size_t const store_index_count = sizeof store_indexes / sizeof *store_indexes;

struct store_table const *store_table_find(char const *name)
{
	for (size_t i = 0; i < store_table_count; i++)
		if (!strcmp(store_tables[i].name, name))
			return &store_tables[i];
	return NULL;
}

/* --- CREATE TABLE ---------------------------------------------------------------------- */

static char const *type_name(enum store_type type, enum store_engine engine)
{
	static char const *const names[][2] = {
		[STORE_ID] = {"INTEGER", "bigint"},
		[STORE_INTEGER] = {"INTEGER", "bigint"},
		[STORE_SMALL] = {"INTEGER", "smallint"},
		[STORE_BOOLEAN] = {"INTEGER", "smallint"},
		[STORE_STRING] = {"TEXT", "text"},
		[STORE_DATE] = {"TEXT", "timestamptz"},
	};
	return names[type][engine];
}

/* Appends words, up to a NULL. */
static bool put_words(struct buf *out, char const *const *words)
{
	for (; *words; words++)
		if (!buf_puts(out, *words))
			return false;
	return true;
}

#define PUT(out, ...) put_words(out, (char const *const[]){__VA_ARGS__, NULL})

static bool put_id(struct buf *out, struct store_table const *t, enum store_engine engine)
{
	if (engine == STORE_SQLITE)
		return PUT(out, " PRIMARY KEY", t->never_reused ? " AUTOINCREMENT" : "");
	return PUT(out, " GENERATED BY DEFAULT AS IDENTITY", t->first ? " (START WITH " : "",
		t->first ? t->first : "", t->first ? ")" : "");
}

static bool put_column(struct buf *out, struct store_table const *t, struct store_column const *c,
	enum store_engine engine)
{
	if (!PUT(out, c->name, " ", type_name(c->type, engine)))
		return false;
	if (c->type == STORE_ID)
		return put_id(out, t, engine);
	if (!PUT(out, c->null ? "" : " NOT NULL", c->rule ? " " : "", c->rule ? c->rule : ""))
		return false;
	if (c->type == STORE_BOOLEAN && !PUT(out, " CHECK (", c->name, " IN (0, 1))"))
		return false;
	if (!c->of || (engine == STORE_POSTGRES && (t->is_large || strcmp(c->of, "plan"))))
		return true;
	return PUT(out, " REFERENCES ", c->of, " (id)");
}

/* Appends the foreign keys. Those of PostgreSQL begin with plan_id, as its keys do. */
static bool put_foreign_keys(struct buf *out, struct store_table const *t)
{
	for (struct store_column const *c = t->columns; c->name && !t->is_large; c++)
		if (c->of && strcmp(c->of, "plan") && !PUT(out, ", FOREIGN KEY (plan_id, ", c->name,
			") REFERENCES ", c->of, " (plan_id, id)"))
			return false;
	return true;
}

bool store_table_sql(struct buf *out, struct store_table const *t, char const *name,
	enum store_engine engine)
{
	bool sqlite = engine == STORE_SQLITE, has_id = t->columns->type == STORE_ID;
	char const *key = sqlite && t->sqlite_key ? t->sqlite_key : t->key;
	bool first = true;
	if (!PUT(out, "CREATE TABLE ", name, " ("))
		return false;
	for (struct store_column const *c = t->columns; c->name; c++) {
		if (c->type == STORE_COMPUTED)
			continue;
		if (!PUT(out, first ? "" : ", ") || !put_column(out, t, c, engine))
			return false;
		first = false;
	}
	if (!(sqlite && has_id) && !PUT(out, ", PRIMARY KEY (", key ? key : "plan_id, id", ")"))
		return false;
	if ((t->unique && !PUT(out, ", UNIQUE (", t->unique, ")"))
		|| (!sqlite && t->check && !PUT(out, ", CHECK (", t->check, ")"))
		|| (!sqlite && !put_foreign_keys(out, t)))
		return false;
	return PUT(out, sqlite && !has_id ? ") WITHOUT ROWID" : ")") && buf_putc(out, 0);
}
