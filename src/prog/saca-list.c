/* saca-list: the rows of the store, for people and for programs. saca-list(8). */
#include "base/buf.h"
#include "base/date.h"
#include "base/exitcode.h"
#include "base/num.h"
#include "base/setid.h"
#include "base/version.h"
#include "mail/address.h"
#include "store/figures.h"
#include "store/figures_print.h"
#include "store/forget.h"
#include "store/listing.h"
#include "store/metrics.h"
#include "store/store.h"
#include "store/tables.h"

#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define USAGE "saca-list [-jc] [-p plan] [-u user] [-g group] [-s state] [-d day] [-n rows] store " \
	"contacts|groups|pieces|senders|sends, or saca-list [-jc] store send number|uuid, " \
	"or saca-list [-jc] store stats number, or saca-list store html|text number, " \
	"or saca-list store metrics, or saca-list store forget plan address"

#define UUID 32 /* digits of a UUID */

struct options {
	enum listing_format format;
	uint64_t group, rows;                   /* 0: not given */
	char const *plan, *user, *state, *day;  /* NULL: not given */
	bool filtered;                          /* one of these six filters is set */
	char const *address, *verb;
	char const *argument, *second;          /* NULL: not given */
};

/* A table and the verb that lists it. Its columns are in store/tables.h; the table is t. */
struct kind {
	char const *verb, *table;
	char const *join;    /* the table to join for a column that is not in t, or NULL */
	char const *group;   /* -g: the column, NULL: the option is refused; */
	char const *members; /* the table to join for it, or NULL */
	char const *day;     /* -d: the column, NULL: the option is refused */
	bool is_send;        /* the options -s and -u are allowed */
};

static struct kind const kinds[] = {
	{.verb = "contacts", .table = "contact", .day = "t.created_at", .group = "m.group_id",
		.members = " JOIN group_member m ON m.plan_id = t.plan_id AND m.contact_id = t.id"},
	{.verb = "groups", .table = "contact_group", .day = "t.created_at", .group = "t.id"},
	{.verb = "pieces", .table = "piece", .day = "t.created_at"},
	{.verb = "senders", .table = "sender"},
	{.verb = "sends", .table = "send", .day = "t.spooled_at", .is_send = true, .group = "t.group_id",
		.join = " JOIN sender a ON a.plan_id = t.plan_id AND a.id = t.sender_id"},
};

static _Noreturn void die_usage(void)
{
	strerr_dieusage(EXIT_MISUSE, USAGE);
}

static _Noreturn void die_memory(void)
{
	strerr_dief(EXIT_TEMPORARY, "out of memory");
}

static _Noreturn void die_write(void)
{
	strerr_diefsys(EXIT_TEMPORARY, "unable to write to standard output");
}

static void flush_output(void)
{
	if (fflush(stdout) != 0 || ferror(stdout)) /* large writes bypass the buffer */
		die_write();
}

static _Noreturn void die_store(struct store *s)
{
	strerr_dief(EXIT_TEMPORARY, "unable to read the store: ", s->reason);
}

/* --- The command line ------------------------------------------------------------------- */

static uint64_t read_number(char const *s, char const *what)
{
	uint64_t v;
	if (!num_scan(s, strlen(s), INT64_MAX, &v) || v == 0)
		strerr_dief(EXIT_MISUSE, what, " takes a number above 0, not: ", s);
	return v;
}

static char const *read_day(char const *s)
{
	char date[DATE_ISO];
	if (strlen(s) == 10) {
		strcat(strcpy(date, s), "T00:00:00Z");
		if (date_is_iso(date, strlen(date)))
			return s;
	}
	strerr_dief(EXIT_MISUSE, "-d takes a day such as 2026-11-26, not: ", s);
}

static void read_option(struct options *o, int c, char const *value)
{
	enum listing_format format = LISTING_TABLE;
	o->filtered = o->filtered || (c != 'j' && c != 'c');
	switch (c) {
	case 'j': format = LISTING_JSON; break;
	case 'c': format = LISTING_CSV; break;
	case 'p': o->plan = value; break;
	case 'u': o->user = value; break;
	case 's': o->state = value; break;
	case 'd': o->day = read_day(value); break;
	case 'g': o->group = read_number(value, "-g"); break;
	case 'n': o->rows = read_number(value, "-n"); break;
	case 'V': version_exit();
	default: die_usage();
	}
	if (format != LISTING_TABLE && o->format != LISTING_TABLE && o->format != format)
		die_usage();
	o->format = format == LISTING_TABLE ? o->format : format;
}

/* Options may also follow the other words: `saca-list STORE sends -j`. */
static struct options read_options(int argc, char const *const *argv)
{
	struct options o = {.format = LISTING_TABLE};
	char const **const words[] = {&o.address, &o.verb, &o.argument, &o.second};
	size_t n = 0;
	subgetopt l = SUBGETOPT_ZERO;
	for (;;) {
		for (int c; (c = subgetopt_r(argc, argv, "jcp:u:g:s:d:n:V", &l)) != -1;)
			read_option(&o, c, l.arg);
		if (l.ind >= argc)
			break;
		if (n == sizeof words / sizeof *words)
			die_usage();
		*words[n++] = argv[l.ind++];
	}
	if (n < 2 || !*o.address || (o.second && strcmp(o.verb, "forget") != 0))
		die_usage();
	return o;
}

/* --- The store -------------------------------------------------------------------------- */

static struct store *connect_store(char const *address, bool write)
{
	struct store *s;
	enum store_result r = store_open(&s, address, write);
	if (r != STORE_OK)
		strerr_dief(r == STORE_NEWER || r == STORE_REFUSED ? EXIT_MISUSE : EXIT_TEMPORARY, "unable to open the store: ",
			s ? s->reason : "out of memory");
	return s;
}

static struct store *open_store(char const *address)
{
	struct store *s = connect_store(address, false);
	if (s->begin(s, STORE_READ) != STORE_OK)
		die_store(s);
	return s;
}

static void close_store(struct store *s)
{
	s->rollback(s);
	s->close(s);
}

/* A SELECT in the making. */
struct query {
	struct buf sql;
	struct store_value values[8];
	size_t n;
	struct listing_column columns[STORE_COLUMNS];
	size_t column_count;
};

static void put_sql(struct query *q, char const *s)
{
	if (!buf_puts(&q->sql, s))
		die_memory();
}

/* Appends ` AND BEFORE $N AFTER`. */
static void add_condition(struct query *q, char const *before, struct store_value v, char const *after)
{
	char number[NUM_FMT];
	q->values[q->n++] = v;
	num_fmt(number, q->n);
	put_sql(q, " AND ");
	put_sql(q, before);
	put_sql(q, "$");
	put_sql(q, number);
	put_sql(q, after);
}

/* Selects the columns of a table; for people only the important ones, unless all are wanted. */
static void select_columns(struct query *q, struct kind const *k, bool all)
{
	for (struct store_column const *c = store_table_find(k->table)->columns; c->name; c++) {
		enum store_type type = c->shown_as ? c->shown_as : c->type;
		if (!c->label || !(all || c->in_table))
			continue;
		put_sql(q, q->column_count ? ", " : "SELECT ");
		put_sql(q, c->shown ? c->shown : "t.");
		put_sql(q, c->shown ? "" : c->name);
		q->columns[q->column_count++] = (struct listing_column){.name = c->label, .most = c->most,
			.number = type != STORE_STRING && type != STORE_DATE};
	}
	put_sql(q, " FROM ");
	put_sql(q, k->table);
	put_sql(q, " t JOIN plan p ON p.id = t.plan_id");
	put_sql(q, k->join ? k->join : "");
}

static void run_query(struct store *s, struct query *q, store_row *row, void *arg)
{
	if (!buf_putc(&q->sql, 0))
		die_memory();
	if (s->run(s, q->sql.s, q->n, q->values, row, arg) != STORE_OK)
		die_store(s);
}

/* --- Rows ------------------------------------------------------------------------------- */

static bool print_row(void *listing, size_t n, char const *const *value, size_t const *length)
{
	(void)n;
	if (!listing_row(listing, value, length))
		die_memory();
	if (ferror(stdout))
		die_write();
	return true;
}

static void print_rows(struct options const *o, struct query *q)
{
	struct store *s = open_store(o->address);
	struct listing *l = listing_new(stdout, o->format, q->columns, q->column_count);
	if (!l)
		die_memory();
	run_query(s, q, print_row, l);
	if (!listing_end(l))
		die_write();
	close_store(s);
}

static void add_day(struct query *q, struct kind const *k, char const *day, char limits[2][DATE_ISO])
{
	char column[40];
	strcat(strcpy(limits[0], day), "T00:00:00Z");
	strcat(strcpy(limits[1], day), "T23:59:59Z");
	add_condition(q, strcat(strcpy(column, k->day), " >= "), store_time((struct slice){limits[0], strlen(limits[0])}), "");
	add_condition(q, strcat(strcpy(column, k->day), " <= "), store_time((struct slice){limits[1], strlen(limits[1])}), "");
}

static int list_rows(struct options const *o, struct kind const *k)
{
	struct query q = {.n = 0};
	char limits[2][DATE_ISO], equals[40], rows[NUM_FMT];
	if (o->argument || (o->group && !k->group) || (o->day && !k->day) || ((o->state || o->user) && !k->is_send))
		die_usage();
	select_columns(&q, k, o->format != LISTING_TABLE);
	put_sql(&q, o->group && k->members ? k->members : "");
	put_sql(&q, " WHERE 1 = 1");
	if (o->plan)
		add_condition(&q, "t.plan_id = (SELECT id FROM plan WHERE name = ", store_string(o->plan), ")");
	if (o->group)
		add_condition(&q, strcat(strcpy(equals, k->group), " = "), store_number(o->group), "");
	if (o->group && k->members) /* PostgreSQL's keys begin with the plan */
		add_condition(&q, "m.plan_id = (SELECT plan_id FROM contact_group WHERE id = ", store_number(o->group), ")");
	if (o->user)
		add_condition(&q, "t.username = ", store_string(o->user), "");
	if (o->state)
		add_condition(&q, "t.state = ", store_string(o->state), "");
	if (o->day)
		add_day(&q, k, o->day, limits);
	put_sql(&q, " ORDER BY t.id");
	if (o->rows) {
		num_fmt(rows, o->rows);
		put_sql(&q, " DESC LIMIT ");
		put_sql(&q, rows);
	}
	print_rows(o, &q);
	buf_free(&q.sql);
	return 0;
}

/* --- One send, one piece ---------------------------------------------------------------- */

struct found {
	struct query const *query;
	bool any;
};

/* Prints a row, one line per column. */
static bool print_lines(void *arg, size_t n, char const *const *value, size_t const *length)
{
	struct found *f = arg;
	f->any = true;
	for (size_t i = 0; i < n; i++) {
		printf("%-15s", f->query->columns[i].name);
		listing_line(stdout, value[i] ? value[i] : "-", value[i] ? length[i] : 1);
		putchar('\n');
	}
	flush_output();
	return true;
}

static int show_send(struct options const *o)
{
	struct query q = {.n = 0};
	struct found found = {&q, false};
	if (!o->argument || o->filtered)
		die_usage();
	select_columns(&q, &kinds[sizeof kinds / sizeof *kinds - 1], true);
	put_sql(&q, " WHERE 1 = 1");
	if (strlen(o->argument) == UUID && strspn(o->argument, "0123456789abcdef") == UUID)
		add_condition(&q, "t.smtp_id = ", store_string(o->argument), "");
	else
		add_condition(&q, "t.id = ", store_number(read_number(o->argument, "send")), "");
	if (o->format != LISTING_TABLE) {
		print_rows(o, &q);
	} else {
		struct store *s = open_store(o->address);
		run_query(s, &q, print_lines, &found);
		close_store(s);
	}
	buf_free(&q.sql);
	if (o->format == LISTING_TABLE && !found.any)
		strerr_dief(EXIT_NOT_FOUND, "there is no send ", o->argument);
	return 0;
}

static bool print_whole(void *found, size_t n, char const *const *value, size_t const *length)
{
	(void)n;
	((struct found *)found)->any = true;
	if (isatty(1))
		listing_clean(stdout, value[0], length[0]);
	else
		fwrite(value[0], 1, length[0], stdout);
	flush_output();
	return true;
}

static int show_piece(struct options const *o)
{
	struct query q = {.n = 0};
	struct found found = {&q, false};
	if (!o->argument || o->filtered || o->format != LISTING_TABLE)
		die_usage();
	put_sql(&q, "SELECT ");
	put_sql(&q, o->verb);
	put_sql(&q, " FROM piece WHERE 1 = 1");
	add_condition(&q, "id = ", store_number(read_number(o->argument, o->verb)), "");
	struct store *s = open_store(o->address);
	run_query(s, &q, print_whole, &found);
	close_store(s);
	buf_free(&q.sql);
	if (!found.any)
		strerr_dief(EXIT_NOT_FOUND, "there is no piece ", o->argument);
	return 0;
}

static int show_metrics(struct options const *o)
{
	if (o->argument || o->filtered || o->format != LISTING_TABLE)
		die_usage();
	struct store *s = open_store(o->address);
	if (store_print_metrics(s, stdout) != STORE_OK)
		die_store(s);
	flush_output();
	close_store(s);
	return 0;
}

/* --- The figures of a send -------------------------------------------------------------- */

static int show_stats(struct options const *o)
{
	struct figures f;
	bool found;
	if (!o->argument || o->filtered)
		die_usage();
	struct store *s = open_store(o->address);
	if (figures_read(s, 0, read_number(o->argument, "stats"), &f, &found) != STORE_OK)
		die_store(s);
	close_store(s);
	if (!found)
		strerr_dief(EXIT_NOT_FOUND, "there is no send ", o->argument);
	if (!figures_print(stdout, o->format, &f))
		die_write();
	figures_free(&f);
	return 0;
}

/* --- Forgetting ------------------------------------------------------------------------- */

static int forget(struct options const *o)
{
	char address[ADDRESS_MAX];
	struct slice person = {.s = address};
	struct forgotten f;
	if (!o->second || o->filtered || o->format != LISTING_TABLE)
		die_usage();
	if (address_check(o->second, strlen(o->second), true) != ADDRESS_OK
		|| !address_normalize(o->second, strlen(o->second), address, &person.n))
		strerr_dief(EXIT_MISUSE, "not an address: ", o->second);
	close_store(open_store(o->address)); /* opening to write would make a store at a mistyped path */
	struct store *s = connect_store(o->address, true);
	if (store_forget(s, o->argument, person, &f) != STORE_OK)
		strerr_dief(EXIT_TEMPORARY, "unable to write to the store: ", s->reason);
	s->close(s);
	if (!f.found)
		strerr_dief(EXIT_NOT_FOUND, "plan ", o->argument, " has no contact ", o->second);
	printf("removed: groups=%llu deliveries=%llu; %s\n", (unsigned long long)f.groups, (unsigned long long)f.deliveries,
		f.is_marked ? "a hash of the address stays, since it is unsubscribed" : "nothing of the address stays");
	flush_output();
	return 0;
}

static struct { char const *name; int (*run)(struct options const *); } const verbs[] = {{"send", show_send},
	{"metrics", show_metrics}, {"forget", forget}, {"stats", show_stats}, {"html", show_piece}, {"text", show_piece}};

int main(int argc, char const *const *argv)
{
	PROG = "saca-list";
	setid_refuse();
	struct options o = read_options(argc, argv);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(verbs[i].name, o.verb))
			return verbs[i].run(&o);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].verb, o.verb))
			return list_rows(&o, &kinds[i]);
	die_usage();
}
