/* Migrations of the SQLite store. */
#include "store/migrate.h"
#include "store/sqlite_db.h"

#include <stdlib.h>
#include <string.h>

/* A table that is made again: SQLite cannot add a constraint to an existing one. */
struct rebuilt {
	char const *name, *new_name;
	char const *copy;
	unsigned int columns; /* of the old table, as saca made it */
};

/* Collects the SQL of triggers and indexes, which go with the old table. */
static bool collect_sql(void *arg, size_t n, char const *const *column, size_t const *length)
{
	(void)n;
	return buf_put(arg, column[0], length[0]) && buf_puts(arg, ";\n");
}

static enum store_result check_columns(struct store *s, struct rebuilt const *t)
{
	uint64_t n = 0;
	enum store_result r = store_read_number(s, "SELECT count(*) FROM pragma_table_xinfo($1)",
		STORE_VALUES(store_string(t->name)), &n);
	if (r == STORE_OK && n != t->columns)
		return store_fail(s, STORE_FAILED, "its table ", t->name, " has columns that are not saca's, which a"
			" migration would lose: move them to a table of their own", (char *)NULL);
	return r;
}

static enum store_result rebuild_with(struct store *s, struct rebuilt const *t, struct buf *sql,
	struct buf *others)
{
	struct sqlite *q = (struct sqlite *)s;
	enum store_result r = check_columns(s, t);
	if (r == STORE_OK)
		r = s->run(s, "SELECT sql FROM sqlite_master WHERE tbl_name = $1 AND type IN ('trigger', 'index')"
			" AND sql IS NOT NULL AND name <> 'send_new'", STORE_VALUES(store_string(t->name)), collect_sql, others);
	if (r == STORE_OK && !(buf_putc(others, 0)
		&& store_table_sql(sql, store_table_find(t->name), t->new_name, STORE_SQLITE)))
		r = store_fail(s, STORE_FAILED, "out of memory", (char *)NULL);
	if (r == STORE_OK)
		r = sqlite_run(q, sql->s);
	if (r == STORE_OK)
		r = sqlite_run(q, t->copy);
	return r == STORE_OK ? sqlite_run(q, others->s) : r;
}

static enum store_result rebuild_table(struct store *s, struct rebuilt const *t)
{
	struct buf sql = BUF_ZERO, others = BUF_ZERO;
	enum store_result r = rebuild_with(s, t, &sql, &others);
	buf_free(&sql);
	buf_free(&others);
	return r;
}

#define REPLACE(t) "DROP TABLE " t "; ALTER TABLE new_" t " RENAME TO " t ";"

#define SEND "id, plan_id, username, sender_id, piece_id, group_id, name, source, state, subject, smtp_id," \
	" message_id, show_header, social_links, language, track_opens, track_clicks, remote_ip, contacts_total," \
	" spooled_at, imported_at"

enum store_result sqlite_step_1(struct store *s)
{
	static struct rebuilt const tables[] = {
		{"group_member", "new_group_member", "INSERT INTO new_group_member (group_id, contact_id, plan_id)"
			" SELECT m.group_id, m.contact_id, g.plan_id FROM group_member m JOIN contact_group g ON g.id = m.group_id;"
			REPLACE("group_member"), 2},
		{"piece_image", "new_piece_image", "INSERT INTO new_piece_image (plan_id, piece_id, content_id, sha256) SELECT p.plan_id, m.piece_id,"
			" m.content_id, m.sha256 FROM piece_image m JOIN piece p ON p.id = m.piece_id;"
			REPLACE("piece_image"), 3},
		{"send", "new_send", "INSERT INTO new_send (" SEND ") SELECT " SEND " FROM send;" REPLACE("send"), 21},
	};
	static char const *const added[] = {"delivery", "link", "click", "figures", "unsubscription", "login",
		"hit_log", NULL};
	struct sqlite *q = (struct sqlite *)s;
	/* Views and triggers that name a table are not checked while it is renamed. */
	enum store_result r = sqlite_run(q, "PRAGMA legacy_alter_table = ON;"
		" ALTER TABLE sender ADD COLUMN name TEXT NOT NULL DEFAULT ''");
	for (size_t i = 0; r == STORE_OK && i < sizeof tables / sizeof *tables; i++)
		r = rebuild_table(s, &tables[i]);
	if (r == STORE_OK)
		r = migrate_create_tables(s, STORE_SQLITE, added);
	if (r == STORE_OK)
		r = sqlite_run(q, "DELETE FROM sqlite_sequence WHERE name = 'send'; INSERT INTO sqlite_sequence"
			" (name, seq) SELECT 'send', max(" STORE_FOREIGN_SENDS " - 1, coalesce(max(id), 0)) FROM send");
	enum store_result back = sqlite_run(q, "PRAGMA legacy_alter_table = OFF");
	return r == STORE_OK ? back : r;
}

enum store_result sqlite_step_2(struct store *s)
{
	return s->run(s, "ALTER TABLE plan ADD COLUMN has_forgotten INTEGER NOT NULL DEFAULT 0 CHECK (has_forgotten IN (0, 1))",
		STORE_NO_VALUES, NULL, NULL);
}

enum store_result sqlite_step_3(struct store *s)
{
	static char const *const added[] = {"send_hour", NULL};
	static char const *const alter[] = {"ALTER TABLE link ADD COLUMN people INTEGER NOT NULL DEFAULT 0",
		"ALTER TABLE link ADD COLUMN clicks INTEGER NOT NULL DEFAULT 0", NULL};
	uint64_t has_columns = 0; /* step 1 makes the table link from the list of today */
	enum store_result r = store_read_number(s, "SELECT count(*) FROM pragma_table_info('link') WHERE name = 'people'",
		STORE_NO_VALUES, &has_columns);
	if (r == STORE_OK && !has_columns)
		r = migrate_run(s, alter);
	if (r == STORE_OK)
		r = migrate_create_tables(s, STORE_SQLITE, added);
	return r == STORE_OK ? migrate_count_hours(s, "substr(at, 1, 14) || '00:00Z'") : r;
}

/* Without statistics SQLite takes plan_id for as selective as a contact or a send, and reads all rows of a
   plan to find one of them. So the table gets the numbers of a large store: the rows of a table,
   then how many of them agree in the first column of the index, in the first two, and so on. */
static char const statistics[] =
	"ANALYZE plan;" /* makes the table, whose name is reserved */
	"DELETE FROM sqlite_stat1;"
	"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES"
	" ('plan', 'sqlite_autoindex_plan_1', '100 1'),"
	" ('sender', 'sqlite_autoindex_sender_1', '1000 10 1'),"
	" ('contact', 'sqlite_autoindex_contact_1', '10000000 100000 1'),"
	" ('contact_group', 'sqlite_autoindex_contact_group_1', '1000000 10000 1'),"
	" ('contact_group', 'contact_group_plan', '1000000 10000'),"
	" ('group_member', 'group_member', '100000000 1000 1'),"
	" ('group_member', 'group_member_contact', '100000000 1000000 10'),"
	" ('piece', 'piece_plan', '1000000 10000'),"
	" ('image', 'image', '1000000 1'),"
	" ('piece_image', 'piece_image', '1000000 10000 2 1'),"
	" ('send', 'send_waiting', '1000000 1000 10'),"
	" ('send', 'send_plan', '1000000 10000'),"
	" ('send', 'send_piece', '1000000 10000 3 1'),"
	" ('send', 'send_test', '10000 100 1'),"
	" ('delivery', 'delivery', '100000000 1000000 1000 1'),"
	" ('delivery', 'delivery_contact', '100000000 1000000 10 1'),"
	" ('delivery', 'delivery_deferred', '1000000 10000 100 10'),"
	" ('link', 'link', '1000000 10000 10 1'),"
	" ('click', 'click', '10000000 100000 100 2 1'),"
	" ('send_hour', 'send_hour', '1000000 10000 20 1'),"
	" ('figures', 'figures', '1000000 10000 3 1'),"
	" ('unsubscription', 'unsubscription', '1000000 10000 1'),"
	" ('unsubscription', 'unsubscription_contact', '1000000 10000 2 1'),"
	" ('unsubscription', 'unsubscription_send', '1000000 10000 100'),"
	" ('unsubscription', 'unsubscription_open', '1000000 10000 2 1'),"
	" ('login', 'login', '1000 10 1'),"
	" ('hit_log', 'hit_log', '1000 1');"
	"ANALYZE sqlite_schema"; /* SQLite reads the rows above */

enum store_result sqlite_set_statistics(struct store *s)
{
	return sqlite_run((struct sqlite *)s, statistics);
}
