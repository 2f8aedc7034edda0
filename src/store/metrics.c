/* Counts of the store in Prometheus' text format. */
#include "store/metrics.h"

#include "base/date.h"

#include <stdlib.h>
#include <string.h>

/* A family of metrics, and the statement that gives it: the value, or a label's value and the
   value. A null value is not printed. */
struct family {
	char const *name, *type, *label, *help, *sql;
	bool is_date; /* the value is a date: print its seconds since 1970 */
};

static struct family const families[] = {
	{"saca_store_sends", "gauge", "state", "Sends in the store by state.",
		"SELECT state, count(*) FROM send GROUP BY state ORDER BY state", false},
	{"saca_store_contacts", "gauge", NULL, "Contacts of all plans.", "SELECT count(*) FROM contact", false},
	{"saca_store_plans", "gauge", NULL, "Plans with rows in the store.", "SELECT count(*) FROM plan", false},
	{"saca_store_oldest_new_timestamp_seconds", "gauge", NULL, "When the oldest send in state new was imported.",
		"SELECT min(imported_at) FROM send WHERE state = 'new'", true},
	{"saca_store_deliveries", "counter", "state", "Deliveries by what became of them.",
		"SELECT 'handed', sum(handed) FROM figures UNION ALL SELECT 'bounced', sum(bounced) FROM figures"
		" UNION ALL SELECT 'refused', sum(refused) FROM figures"
		" UNION ALL SELECT 'malformed', sum(malformed) FROM figures"
		" UNION ALL SELECT 'unsubscribed', sum(unsubscribed) FROM figures"
		" UNION ALL SELECT 'suppressed', sum(suppressed) FROM figures", false},
};

struct printer {
	FILE *out;
	struct family const *family;
};

/* Escapes a label: other programs may have written any text into the column state. */
static void print_label(FILE *out, char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"' || s[i] == '\\')
			fputc('\\', out);
		if (s[i] == '\n')
			fputs("\\n", out);
		else
			fputc(s[i], out);
	}
}

static bool print_sample(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct printer const *p = arg;
	char const *value = column[n - 1];
	if (!value || (p->family->is_date && !date_is_iso(value, length[n - 1])))
		return true;
	fputs(p->family->name, p->out);
	if (p->family->label) {
		fprintf(p->out, "{%s=\"", p->family->label);
		print_label(p->out, column[0], length[0]);
		fputs("\"}", p->out);
	}
	if (p->family->is_date)
		fprintf(p->out, " %lld\n", (long long)date_seconds(value));
	else
		fprintf(p->out, " %s\n", value);
	return true;
}

enum store_result store_print_metrics(struct store *s, FILE *out)
{
	enum store_result r = STORE_OK;
	for (size_t i = 0; r == STORE_OK && i < sizeof families / sizeof *families; i++) {
		struct family const *f = &families[i];
		struct printer p = {out, f};
		fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name, f->type);
		r = s->run(s, f->sql, STORE_NO_VALUES, print_sample, &p);
	}
	return r;
}
