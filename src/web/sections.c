/* The sections of a send, and their statements. */
#include "web/sections.h"

#include "base/ascii.h"

#include <string.h>

/* condition: SQL on the delivery d. */
struct section {
	char const *name;
	enum figure figure;
	bool has_waiting; /* contacts without a delivery belong to it: the SELECT begins with the group */
	char const *condition;
};

#define LEFT_BY_THIS "EXISTS (SELECT 1 FROM unsubscription u WHERE u.plan_id = $1 AND u.send_id = $2" \
	" AND u.contact_id = d.contact_id AND u.type IN (0, 30))"
#define SENT "d.state IN ('handed', 'bounced')"

static struct section const sections[] = {
	{"all", FIGURE_TOTAL, true, "1 = 1"},
	{"send", FIGURE_SENT, false, SENT},
	{"send_opened", FIGURE_OPENED, false, "d.opens > 0"},
	{"send_opened_active", FIGURE_OPENED_ACTIVE, false, "d.opens > 0 AND NOT " LEFT_BY_THIS},
	{"send_opened_unsubscribed", FIGURE_OPENED_INACTIVE, false, "d.opens > 0 AND " LEFT_BY_THIS},
	{"send_unopened", FIGURE_UNOPENED, false, SENT " AND d.opens = 0"},
	{"send_unopened_bounced", FIGURE_UNOPENED_BOUNCED, false, "d.state = 'bounced' AND d.opens = 0"},
	{"send_unopened_delivered", FIGURE_UNOPENED_DELIVERED, false, "d.state = 'handed' AND d.opens = 0"},
	{"unsend", FIGURE_UNSENT, true, "(d.state IS NULL OR NOT " SENT ")"},
	{"unsend_unsubscribed", FIGURE_UNSENT_INACTIVE, false, "d.state IN ('unsubscribed', 'suppressed')"},
	{"unsend_unsubscribed_voluntary", FIGURE_UNSENT_MANUAL, false, "d.state = 'unsubscribed'"},
	{"unsend_unsubscribed_automatic", FIGURE_UNSENT_AUTOMATIC, false, "d.state = 'suppressed'"},
	{"unsend_failed", FIGURE_UNSENT_FAILED, true, "(d.state IS NULL OR d.state IN ('malformed', 'refused', 'begun', 'deferred'))"},
	{"unsend_failed_nomenclature", FIGURE_UNSENT_MALFORMED, false, "d.state = 'malformed'"},
	{"unsend_failed_refused", FIGURE_UNSENT_REFUSED, false, "d.state = 'refused'"},
	{"unsend_failed_pending", FIGURE_UNSENT_PENDING, true, "(d.state IS NULL OR d.state IN ('begun', 'deferred'))"},
	{"clicked", FIGURE_CLICKED, false, "d.clicks > 0"},
};

#define COUNT (sizeof sections / sizeof *sections)

struct section const *section_find(char const *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (ascii_case_is(name, strlen(name), sections[i].name))
			return &sections[i];
	return NULL;
}

char const *section_name(struct section const *s)
{
	return s->name;
}

struct section const *section_of_figure(enum figure f)
{
	for (size_t i = 0; i < COUNT; i++)
		if (sections[i].figure == f)
			return &sections[i];
	return NULL;
}

enum figure section_figure(struct section const *s)
{
	return s->figure;
}

char const *section_key(struct section const *s)
{
	return s->has_waiting ? "m.contact_id" : "d.contact_id";
}

bool section_rows(struct buf *out, struct section const *s)
{
	return buf_puts(out, "SELECT ") && buf_puts(out, section_key(s))
		&& buf_puts(out, ", (SELECT c.email FROM contact c WHERE c.plan_id = $1 AND c.id = ") && buf_puts(out, section_key(s))
		&& buf_puts(out, "), d.state, d.code, d.reason, d.opens, d.opened_at, d.clicks FROM ")
		&& buf_puts(out, s->has_waiting ? "group_member m LEFT JOIN delivery d ON d.plan_id = $1 AND d.send_id = $2"
			" AND d.contact_id = m.contact_id WHERE m.plan_id = $1 AND m.group_id = (SELECT s.group_id FROM send s"
			" WHERE s.plan_id = $1 AND s.id = $2)" : "delivery d WHERE d.plan_id = $1 AND d.send_id = $2")
		&& buf_puts(out, " AND ") && buf_puts(out, s->condition);
}

bool section_select(struct buf *out, struct section const *s)
{
	return section_rows(out, s) && buf_puts(out, " ORDER BY ") && buf_puts(out, section_key(s)) && buf_putc(out, 0);
}
