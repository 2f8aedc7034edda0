/* saca-list: what is in the store, for people and for programs. saca-list(8). */
#include "base/setid.h"
#include "base/exitcode.h"
#include "base/buf.h"
#include "base/num.h"
#include "store/listing.h"
#include "store/store.h"

#include <errno.h>
#include <skalibs/strerr.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define USAGE "saca-list [-jc] [-p plan] [-g group] [-s state] [-n rows] store " \
	"contacts|groups|sends|pieces, or saca-list store piece number --html|--text"


/* A kind of rows: its columns with the SQL that gives each, its tables, and the options
   that it understands. */
#define COLUMNS 22

struct kind {
	char const *name;
	struct { struct listing_column column; char const *sql; } columns[COLUMNS];
	char const *from;  /* ... joined with plan p */
	char const *order; /* its number */
	char const *group; /* -g: the number of the group, NULL where it means nothing */
	char const *state; /* -s */
};

static struct kind const kinds[] = {
	{.name = "contacts", .columns = {
		{{"id", true, 0}, "c.id"},
		{{"plan", false, 0}, "p.name"},
		{{"email", false, 0}, "c.email"},
		{{"created_at", false, 0}, "c.created_at"}},
		.from = "contact c JOIN plan p ON p.id = c.plan_id", .order = "c.id",
		.group = "c.id IN (SELECT contact_id FROM group_member WHERE group_id = "},
	{.name = "groups", .columns = {
		{{"id", true, 0}, "g.id"},
		{{"plan", false, 0}, "p.name"},
		{{"name", false, 50}, "g.name"},
		{{"source", false, 0}, "g.source"},
		{{"contacts", true, 0}, "(SELECT count(*) FROM group_member m WHERE m.group_id = g.id)"},
		{{"smtp_id", false, 0}, "g.smtp_id"},
		{{"created_at", false, 0}, "g.created_at"}},
		.from = "contact_group g JOIN plan p ON p.id = g.plan_id", .order = "g.id",
		.group = "(g.id = "},
	{.name = "sends", .columns = {
		{{"id", true, 0}, "s.id"},
		{{"plan", false, 0}, "p.name"},
		{{"user", false, 0}, "s.username"},
		{{"sender", false, 0}, "a.address"},
		{{"state", false, 0}, "s.state"},
		{{"subject", false, 50}, "s.subject"},
		{{"contacts", true, 0}, "s.contacts_total"},
		{{"piece", true, 0}, "s.piece_id"},
		{{"group", true, 0}, "s.group_id"},
		{{"language", true, 0}, "s.language"},
		{{"source", false, 0}, "s.source"},
		{{"ip", false, 0}, "s.remote_ip"},
		{{"smtp_id", false, 0}, "s.smtp_id"},
		{{"spooled_at", false, 0}, "s.spooled_at"},
		{{"imported_at", false, 0}, "s.imported_at"},
		{{"message_id", false, 50}, "s.message_id"},
		{{"show_header", true, 0}, "s.show_header"},
		{{"social_links", true, 0}, "s.social_links"},
		{{"track_opens", true, 0}, "s.track_opens"},
		{{"track_clicks", true, 0}, "s.track_clicks"}},
		.from = "send s JOIN plan p ON p.id = s.plan_id JOIN sender a ON a.id = s.sender_id",
		.order = "s.id", .group = "(s.group_id = ", .state = "s.state"},
	{.name = "pieces", .columns = {
		{{"id", true, 0}, "i.id"},
		{{"plan", false, 0}, "p.name"},
		{{"name", false, 50}, "i.name"},
		{{"source", false, 0}, "i.source"},
		{{"html", true, 0}, "length(i.html)"},
		{{"text", true, 0}, "length(i.text)"},
		{{"images", true, 0}, "(SELECT count(*) FROM piece_image m WHERE m.piece_id = i.id)"},
		{{"created_at", false, 0}, "i.created_at"}},
		.from = "piece i JOIN plan p ON p.id = i.plan_id", .order = "i.id"},
};

/* What a table for people leaves out of sends, for its width's sake: from here on. */
#define SENDS_SHOWN 9

struct options {
	enum listing_format format;
	char const *plan, *group, *state, *rows; /* NULL: not given */
	char const *column;                      /* of a piece: "html" or "text" */
	char const *word[3];
	size_t words;
};

static _Noreturn void usage(void)
{
	strerr_dieusage(EXIT_MISUSE, USAGE);
}

static void check_number(char const *s, char const *what)
{
	uint64_t v;
	if (!num_scan(s, strlen(s), INT64_MAX, &v) || v == 0)
		strerr_dief(EXIT_MISUSE, what, " takes a number above 0, not: ", s);
}

static void set_format(struct options *o, enum listing_format format)
{
	if (o->format != LISTING_TABLE && o->format != format)
		usage();
	o->format = format;
}

static void set_column(struct options *o, char const *column)
{
	if (o->column && strcmp(o->column, column))
		usage();
	o->column = column;
}

/* One argument's option letters; the value of one is the argument's rest or the next.
   Returns how many arguments were read. */
static int read_letters(struct options *o, char const *const *arg)
{
	for (char const *c = arg[0] + 1; *c; c++) {
		char const **value = *c == 'p' ? &o->plan : *c == 'g' ? &o->group
			: *c == 's' ? &o->state : *c == 'n' ? &o->rows : NULL;
		if (value) {
			*value = c[1] ? c + 1 : arg[1];
			if (!*value)
				usage();
			return c[1] ? 1 : 2;
		}
		if (*c == 'j')
			set_format(o, LISTING_JSON);
		else if (*c == 'c')
			set_format(o, LISTING_CSV);
		else
			usage();
	}
	return 1;
}

/* Options may stand anywhere: `saca-list STORE sends -j` is what fingers write. */
static struct options read_options(char const *const *arg)
{
	struct options o = {.format = LISTING_TABLE};
	for (bool over = false; *arg;) {
		if (over || arg[0][0] != '-' || !arg[0][1]) {
			if (o.words == sizeof o.word / sizeof *o.word)
				usage();
			o.word[o.words++] = *arg++;
		} else if (!strcmp(*arg, "--html") || !strcmp(*arg, "--text")) {
			set_column(&o, *arg++ + 2);
		} else if (!strcmp(*arg, "--")) {
			over = true;
			arg++;
		} else {
			arg += read_letters(&o, arg);
		}
	}
	if (o.words < 2 || !*o.word[0])
		usage();
	if (o.group)
		check_number(o.group, "-g");
	if (o.rows)
		check_number(o.rows, "-n");
	return o;
}

static _Noreturn void store_died(struct store *s)
{
	strerr_dief(EXIT_TEMPORARY, "unable to read the store: ", s->reason);
}

static struct store *open_store(char const *address)
{
	struct store *s;
	enum store_result r = store_open(&s, address, false);
	if (r != STORE_OK)
		strerr_dief(r == STORE_NEWER ? EXIT_MISUSE : EXIT_TEMPORARY, "unable to open the store: ",
			s ? s->reason : "out of memory");
	return s;
}

static void put(struct buf *sql, char const *s)
{
	if (!buf_puts(sql, s))
		strerr_dief(EXIT_TEMPORARY, "out of memory");
}

/* Numbers stand in the SQL, having been checked; words are parameters. */
static size_t make_sql(struct buf *sql, struct kind const *k, size_t columns,
	struct options const *o, char const **params)
{
	size_t n = 0;
	for (size_t i = 0; i < columns; i++) {
		put(sql, i ? ", " : "SELECT ");
		put(sql, k->columns[i].sql);
	}
	put(sql, " FROM ");
	put(sql, k->from);
	put(sql, " WHERE 1 = 1");
	if (o->plan) {
		put(sql, " AND p.name = $1");
		params[n++] = o->plan;
	}
	if (o->state) {
		put(sql, " AND ");
		put(sql, k->state);
		put(sql, n ? " = $2" : " = $1");
		params[n++] = o->state;
	}
	if (o->group) {
		put(sql, " AND ");
		put(sql, k->group);
		put(sql, o->group);
		put(sql, ")");
	}
	put(sql, " ORDER BY ");
	put(sql, k->order);
	if (o->rows) {
		put(sql, " DESC LIMIT ");
		put(sql, o->rows);
	}
	if (!buf_putc(sql, 0))
		strerr_dief(EXIT_TEMPORARY, "out of memory");
	return n;
}

static _Noreturn void write_died(void)
{
	strerr_diefsys(EXIT_TEMPORARY, "unable to write");
}

static bool print_row(void *listing, size_t n, char const *const *value, size_t const *length)
{
	(void)n;
	if (!listing_row(listing, value, length))
		strerr_dief(EXIT_TEMPORARY, "out of memory");
	if (ferror(stdout))
		write_died();
	return true;
}

static int list(struct options const *o, struct kind const *k)
{
	struct listing_column columns[COLUMNS];
	char const *params[2];
	struct buf sql = BUF_ZERO;
	size_t columns_n = 0;
	while (columns_n < COLUMNS && k->columns[columns_n].sql) {
		columns[columns_n] = k->columns[columns_n].column;
		columns_n++;
	}
	if (k->state && o->format == LISTING_TABLE)
		columns_n = SENDS_SHOWN;
	size_t n = make_sql(&sql, k, columns_n, o, params);
	struct store *s = open_store(o->word[0]);
	struct listing *l = listing_new(stdout, o->format, columns, columns_n);
	if (!l)
		strerr_dief(EXIT_TEMPORARY, "out of memory");
	if (s->query(s, sql.s, n, params, print_row, l) != STORE_OK)
		store_died(s);
	if (!listing_end(l))
		write_died();
	s->close(s);
	buf_free(&sql);
	return 0;
}

static bool print_piece(void *found, size_t n, char const *const *value, size_t const *length)
{
	(void)n;
	*(bool *)found = true;
	if (isatty(1))
		listing_clean(stdout, value[0], length[0]);
	else
		fwrite(value[0], 1, length[0], stdout);
	if (fflush(stdout) != 0 || ferror(stdout)) /* what is large goes past the buffer at once */
		write_died();
	return true;
}

static int print(struct options const *o)
{
	bool found = false;
	char const *params[] = {o->word[2]};
	check_number(o->word[2], "a piece");
	struct store *s = open_store(o->word[0]);
	if (s->query(s, o->column[0] == 'h' ? "SELECT html FROM piece WHERE id = $1"
		: "SELECT text FROM piece WHERE id = $1", 1, params, print_piece, &found) != STORE_OK)
		store_died(s);
	s->close(s);
	if (!found)
		strerr_dief(EXIT_NOT_FOUND, "there is no piece ", o->word[2]);
	return 0;
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-list";
	setid_refuse();
	if (argc < 1)
		usage();
	struct options o = read_options(argv + 1);
	if (!strcmp(o.word[1], "piece")) {
		if (o.words != 3 || !o.column || o.format != LISTING_TABLE || o.plan || o.group
			|| o.state || o.rows)
			usage();
		return print(&o);
	}
	if (o.words != 2 || o.column)
		usage();
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct kind const *k = &kinds[i];
		if (strcmp(k->name, o.word[1]))
			continue;
		if ((o.group && !k->group) || (o.state && !k->state))
			usage();
		return list(&o, k);
	}
	usage();
}
