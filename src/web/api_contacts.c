/* The API's actions on contacts, groups, senders, pieces and unsubscriptions. */
#include "web/api.h"

#include "mail/address.h"
#include "send/unsubscribe.h"

#include <string.h>

/* The address of a contact, by its id; null if the person was forgotten. */
#define EMAIL_OF(id) "(SELECT c.email FROM contact c WHERE c.plan_id = $1 AND c.id = " id ")"

static struct output_column const id_and_email[] = {{"id", true}, {"email", false}};
static struct output_column const sender_columns[] = {{"id", true}, {"name", false}, {"email", false}};
static struct output_column const group_columns[] = {{"id", true}, {"name", false}, {"contacts", true}};

/* --- Unsubscriptions ------------------------------------------------------------------------- */

static enum api_fault get_unsubscribers(struct api *a)
{
	static struct output_column const columns[] = {
		{"id", true}, {"email", false}, {"rid", true}, {"type", true}, {"date", false}};
	uint64_t const any = 0, all = INT64_MAX, any_type = UINT16_MAX;
	uint64_t sender, type, from, limit;
	enum api_fault r = api_number(a, "rid", INT64_MAX, &any, &sender);
	if (r == API_OK)
		r = api_number(a, "type", UINT16_MAX, &any_type, &type);
	if (r == API_OK)
		r = api_number(a, "from", INT64_MAX, &any, &from);
	if (r == API_OK)
		r = api_number(a, "limit", INT64_MAX, &all, &limit);
	return r != API_OK ? r : api_list(a, OUTPUT_LIST, API_COLUMNS(columns),
		"SELECT u.id, " EMAIL_OF("u.contact_id") ", u.sender_id, u.type, u.at FROM unsubscription u"
		" WHERE u.plan_id = $1 AND u.id >= $2 AND u.ended_at IS NULL AND (CAST($3 AS bigint) = 0 OR u.sender_id = CAST($3 AS bigint))"
		" AND (CAST($4 AS bigint) = 65535 OR u.type = CAST($4 AS bigint)) ORDER BY u.id LIMIT $5",
		STORE_VALUES(store_number(a->plan), store_number(from), store_number(sender), store_number(type), store_number(limit)));
}

/* --- Senders --------------------------------------------------------------------------------- */

static enum api_fault sender_list(struct api *a)
{
	return api_list(a, OUTPUT_LIST, API_COLUMNS(sender_columns),
		"SELECT id, name, address FROM sender WHERE plan_id = $1 ORDER BY id", STORE_VALUES(store_number(a->plan)));
}

static enum api_fault get_from(struct api *a)
{
	uint64_t sender;
	enum api_fault r = api_number(a, "rid", INT64_MAX, NULL, &sender);
	return r != API_OK ? r : api_record(a, "rid", API_COLUMNS(sender_columns),
		"SELECT id, name, address FROM sender WHERE plan_id = $1 AND id = $2",
		STORE_VALUES(store_number(a->plan), store_number(sender)));
}

/* --- Groups ---------------------------------------------------------------------------------- */

#define SELECT_GROUP "SELECT g.id, g.name, (SELECT count(*) FROM group_member m WHERE m.plan_id = $1 AND m.group_id = g.id)" \
	" FROM contact_group g WHERE g.plan_id = $1"

static enum api_fault group_list(struct api *a)
{
	return api_list(a, OUTPUT_LIST, API_COLUMNS(group_columns), SELECT_GROUP " ORDER BY g.id",
		STORE_VALUES(store_number(a->plan)));
}

static enum api_fault group_data(struct api *a)
{
	uint64_t group;
	enum api_fault r = api_number(a, "gid", INT64_MAX, NULL, &group);
	return r != API_OK ? r : api_record(a, "gid", API_COLUMNS(group_columns), SELECT_GROUP " AND g.id = $2",
		STORE_VALUES(store_number(a->plan), store_number(group)));
}

static enum api_fault group_list_contacts(struct api *a)
{
	uint64_t group, found;
	enum api_fault r = api_number(a, "gid", INT64_MAX, NULL, &group);
	if (r != API_OK)
		return r;
	struct store_value const values[] = {store_number(a->plan), store_number(group)};
	a->result = store_read_number(a->store, "SELECT id FROM contact_group WHERE plan_id = $1 AND id = $2", 2, values, &found);
	if (a->result != STORE_OK)
		return API_LATER;
	return !found ? api_fault(a, API_NOT_FOUND, "gid") : api_list(a, OUTPUT_LIST, API_COLUMNS(id_and_email),
		"SELECT m.contact_id, " EMAIL_OF("m.contact_id") " FROM group_member m WHERE m.plan_id = $1 AND m.group_id = $2"
		" ORDER BY m.contact_id", 2, values);
}

/* --- Contacts -------------------------------------------------------------------------------- */

/* Finds the contact of the parameter email. */
static enum api_fault find_contact(struct api *a, uint64_t *contact)
{
	char address[ADDRESS_MAX];
	size_t n;
	char const *email = api_text(a, "email");
	if (!email)
		return api_fault(a, API_MISSING, "email");
	if (address_check(email, strlen(email), true) != ADDRESS_OK || !address_normalize(email, strlen(email), address, &n))
		return api_fault(a, API_PARAMETER, "email: direccion no valida");
	a->result = store_read_number(a->store, "SELECT id FROM contact WHERE plan_id = $1 AND email = $2",
		STORE_VALUES(store_number(a->plan), store_text((struct slice){address, n})), contact);
	if (a->result != STORE_OK)
		return API_LATER;
	return *contact ? API_OK : api_fault(a, API_NOT_FOUND, "email");
}

/* Adds the rows of a statement as a part of the record. */
static bool put_part(struct api *a, struct output *o, char const *name, struct output_column const *columns,
	size_t columns_n, char const *sql, uint64_t contact)
{
	output_begin_part(o, name, columns, columns_n);
	bool done = api_run(a, sql, STORE_VALUES(store_number(a->plan), store_number(contact)), api_put_row, o);
	output_end_part(o, name);
	return done;
}

static bool put_groups_and_sends(struct api *a, struct output *o, uint64_t contact)
{
	static struct output_column const groups[] = {{"id", true}, {"name", false}};
	static struct output_column const sends[] = {
		{"id", true}, {"name", false}, {"state", false}, {"date", false}, {"opens", true}, {"clicks", true}};
	return put_part(a, o, "groups", API_COLUMNS(groups), "SELECT m.group_id, (SELECT g.name FROM contact_group g"
			" WHERE g.plan_id = $1 AND g.id = m.group_id) FROM group_member m WHERE m.plan_id = $1 AND m.contact_id = $2"
			" ORDER BY m.group_id", contact)
		&& put_part(a, o, "sends", API_COLUMNS(sends), "SELECT d.send_id, (SELECT s.name FROM send s WHERE s.plan_id = $1"
			" AND s.id = d.send_id), d.state, d.at, d.opens, d.clicks FROM delivery d WHERE d.plan_id = $1 AND d.contact_id = $2"
			" ORDER BY d.send_id", contact);
}

static enum api_fault contact_data(struct api *a)
{
	static struct output_column const columns[] = {{"id", true}, {"email", false}, {"created", false}};
	struct output o;
	uint64_t contact;
	enum api_fault r = find_contact(a, &contact);
	if (r != API_OK)
		return r;
	output_begin(&o, a->mode, a->response, OUTPUT_RECORD, API_COLUMNS(columns));
	bool done = api_run(a, "SELECT id, email, created_at FROM contact WHERE plan_id = $1 AND id = $2",
		STORE_VALUES(store_number(a->plan), store_number(contact)), api_put_row, &o);
	if (done && output_has_parts(&o))
		done = put_groups_and_sends(a, &o, contact);
	output_end(&o);
	return done ? API_OK : API_LATER;
}

static enum api_fault contact_fields(struct api *a)
{
	static struct output_column const columns[] = {{"field", false}, {"name", false}};
	static char const *const fields[][2] = {{"id", "Identificador"}, {"email", "E-mail"}, {"created", "Fecha de alta"}};
	struct output o;
	output_begin(&o, a->mode, a->response, OUTPUT_LIST, API_COLUMNS(columns));
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		output_row(&o, fields[i], (size_t const[]){strlen(fields[i][0]), strlen(fields[i][1])});
	output_end(&o);
	return API_OK;
}

/* Finds the contact of email and the sender of rid. */
static enum api_fault find_pair(struct api *a, uint64_t *contact, uint64_t *sender)
{
	uint64_t found;
	enum api_fault r = api_number(a, "rid", INT64_MAX, NULL, sender);
	if (r == API_OK)
		r = find_contact(a, contact);
	if (r != API_OK)
		return r;
	a->result = store_read_number(a->store, "SELECT id FROM sender WHERE plan_id = $1 AND id = $2",
		STORE_VALUES(store_number(a->plan), store_number(*sender)), &found);
	if (a->result != STORE_OK)
		return API_LATER;
	return found ? API_OK : api_fault(a, API_NOT_FOUND, "rid");
}

static enum api_fault contact_deactivate(struct api *a)
{
	char now[DATE_ISO];
	bool is_new;
	uint64_t contact, sender;
	enum api_fault r = find_pair(a, &contact, &sender);
	if (r != API_OK)
		return r;
	a->result = a->store->lock_plan(a->store, a->plan);
	if (a->result == STORE_OK)
		a->result = store_now(a->store, now);
	if (a->result == STORE_OK)
		a->result = unsubscribe_contact(a->store, a->plan, contact, sender, UNSUBSCRIBE_USER, 0, now, &is_new);
	return a->result == STORE_OK ? api_ok(a, "1") : API_LATER;
}

/* Ends the contact's unsubscriptions from the sender, and those after bounces (20), which hold
   for every sender. */
static enum api_fault contact_activate(struct api *a)
{
	char now[DATE_ISO];
	uint64_t contact, sender;
	enum api_fault r = find_pair(a, &contact, &sender);
	if (r != API_OK)
		return r;
	a->result = store_now(a->store, now);
	if (a->result != STORE_OK || !api_run(a, "UPDATE unsubscription SET ended_at = $4 WHERE plan_id = $1 AND contact_id = $2"
		" AND ended_at IS NULL AND (sender_id = $3 OR type = 20)", STORE_VALUES(store_number(a->plan), store_number(contact),
			store_number(sender), store_time((struct slice){now, strlen(now)})), NULL, NULL))
		return API_LATER;
	return api_ok(a, "1");
}

/* --- Pieces ---------------------------------------------------------------------------------- */

static enum api_fault newsletter_data(struct api *a)
{
	static struct output_column const columns[] = {{"id", true}, {"name", false}, {"html", false}, {"plain", false}};
	uint64_t piece;
	enum api_fault r = api_number(a, "id_newsletter", INT64_MAX, NULL, &piece);
	return r != API_OK ? r : api_record(a, "id_newsletter", API_COLUMNS(columns),
		"SELECT id, name, html, text FROM piece WHERE plan_id = $1 AND id = $2",
		STORE_VALUES(store_number(a->plan), store_number(piece)));
}

struct api_action const api_contact_actions[] = {
	{"get_unsubscribers", get_unsubscribers, API_READS},
	{"sender_list", sender_list, API_READS},
	{"get_from", get_from, API_READS},
	{"group_list", group_list, API_READS},
	{"group_data", group_data, API_READS},
	{"group_list_contacts", group_list_contacts, API_READS},
	{"contact_data", contact_data, API_READS},
	{"contact_fields", contact_fields, API_NO_STORE},
	{"contact_deactivate", contact_deactivate, API_WRITES},
	{"contact_activate", contact_activate, API_WRITES},
	{"newsletter_data", newsletter_data, API_READS},
	{.name = NULL},
};
