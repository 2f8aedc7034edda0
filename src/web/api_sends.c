/* The API's actions on sends, and those that need no store. */
#include "web/api.h"

#include "accounts/senders.h"
#include "base/ascii.h"
#include "base/num.h"
#include "base/version.h"
#include "store/figures.h"
#include "web/sections.h"
#include "web/sendstate.h"

#include <skalibs/strerr.h>
#include <string.h>

/* --- Without a store ------------------------------------------------------------------------- */

static enum api_fault get_version(struct api *a)
{
	api_ok(a, "saca ");
	response_puts(a->response, version_text);
	return API_OK;
}

/* Published clients ask for the URL of all further requests. */
static enum api_fault get_url_call(struct api *a)
{
	if (a->settings->url)
		return api_ok(a, a->settings->url);
	api_ok(a, a->request->https ? "https://" : "http://");
	response_puts(a->response, request_field("HTTP_HOST"));
	response_puts(a->response, request_field("SCRIPT_NAME"));
	return API_OK;
}

static enum api_fault get_account_data(struct api *a)
{
	static struct output_column const columns[] = {{"plan", false}, {"user", false}, {"sandbox", true}};
	struct accounts_plan plan = ACCOUNTS_PLAN_DEFAULT;
	struct senders senders = SENDERS_ZERO;
	struct output o;
	if (!senders_open(&senders, a->settings->senders)) {
		strerr_warnwusys("open ", a->settings->senders);
		return API_LATER;
	}
	size_t plan_n = strlen(a->user.plan), user_n = (size_t)(a->user.plan - a->user.name) - 1;
	char user[TICKET_USER + 1];
	memcpy(user, a->user.name, user_n);
	user[user_n] = 0;
	enum senders_result r = senders_plan(&senders, a->user.plan, plan_n, &plan);
	if (r != SENDERS_DAMAGED) {
		output_begin(&o, a->mode, a->response, OUTPUT_RECORD, API_COLUMNS(columns));
		output_row(&o, (char const *const[]){a->user.plan, user, plan.sandbox ? "1" : "0"}, (size_t const[]){plan_n, user_n, 1});
		output_end(&o);
	}
	senders_close(&senders);
	return r == SENDERS_DAMAGED ? API_LATER : API_OK;
}

/* --- Sends ----------------------------------------------------------------------------------- */

static enum api_fault get_campaigns(struct api *a)
{
	static struct output_column const columns[] = {{"id", true}};
	uint64_t const standard = 20;
	uint64_t limit = standard;
	enum api_fault r = api_number(a, "limit", INT64_MAX, &standard, &limit);
	return r != API_OK ? r : api_list(a, OUTPUT_NUMBERS, API_COLUMNS(columns),
		"SELECT id FROM send WHERE plan_id = $1 ORDER BY id DESC LIMIT $2",
		STORE_VALUES(store_number(a->plan), store_number(limit)));
}

static bool is_numeric(enum figure_fact f)
{
	return f == FACT_SEND || f == FACT_SENDER || f == FACT_PIECE;
}

static void put_figures(struct api *a, struct figures const *f)
{
	struct output_column columns[FIGURES + FACTS];
	char const *value[FIGURES + FACTS];
	char number[FIGURES][NUM_FMT];
	size_t length[FIGURES + FACTS];
	struct output o;
	for (size_t i = 0; i < FIGURES; i++) {
		columns[i] = (struct output_column){figure_names[i].name, true};
		value[i] = number[i];
		length[i] = num_fmt(number[i], f->value[i]);
	}
	for (size_t i = 0; i < FACTS; i++) {
		columns[FIGURES + i] = (struct output_column){figure_fact_names[i], is_numeric((enum figure_fact)i)};
		value[FIGURES + i] = f->fact[i].s;
		length[FIGURES + i] = f->fact[i].len;
	}
	output_begin(&o, a->mode, a->response, OUTPUT_RECORD, columns, FIGURES + FACTS);
	output_row(&o, value, length);
	output_end(&o);
}

static enum api_fault get_stats(struct api *a)
{
	struct figures f;
	bool found = false;
	uint64_t send;
	enum api_fault r = api_number(a, "eid", INT64_MAX, NULL, &send);
	if (r != API_OK)
		return r;
	if (!a->plan) /* to figures_read, 0 is any plan */
		return api_fault(a, API_NOT_FOUND, "eid");
	a->result = figures_read(a->store, a->plan, send, &f, &found);
	if (a->result != STORE_OK)
		r = API_LATER;
	else if (!found)
		r = api_fault(a, API_NOT_FOUND, "eid");
	else
		put_figures(a, &f);
	figures_free(&f);
	return r;
}

/* Does the plan have the send? */
static enum api_fault check_send(struct api *a, uint64_t *send)
{
	uint64_t found = 0;
	enum api_fault r = api_number(a, "eid", INT64_MAX, NULL, send);
	if (r != API_OK)
		return r;
	a->result = store_read_number(a->store, "SELECT id FROM send WHERE plan_id = $1 AND id = $2",
		STORE_VALUES(store_number(a->plan), store_number(*send)), &found);
	if (a->result != STORE_OK)
		return API_LATER;
	return found ? API_OK : api_fault(a, API_NOT_FOUND, "eid");
}

static enum api_fault get_contacts_stat_section(struct api *a)
{
	static struct output_column const columns[] = {{"id", true}, {"email", false}}; /* the first columns of a section */
	struct buf sql = BUF_ZERO;
	uint64_t send;
	char const *name = api_text(a, "section");
	struct section const *section = name ? section_find(name) : NULL;
	if (!name)
		return api_fault(a, API_MISSING, "section");
	if (!section)
		return api_fault(a, API_PARAMETER, "section: seccion desconocida");
	enum api_fault r = check_send(a, &send);
	if (r == API_OK && section_select(&sql, section))
		r = api_list(a, OUTPUT_LIST, API_COLUMNS(columns), sql.s, STORE_VALUES(store_number(a->plan), store_number(send)));
	else if (r == API_OK)
		a->response->no_memory = true;
	buf_free(&sql);
	return r;
}

/* --- Changing a send ------------------------------------------------------------------------- */

static enum api_fault change_send(struct api *a, enum send_change change)
{
	char reason[TICKET_USER + 16], now[DATE_ISO];
	bool changed = false;
	uint64_t send;
	enum api_fault r = check_send(a, &send);
	if (r != API_OK)
		return r;
	strcat(strcpy(reason, "API: "), a->user.name);
	a->result = store_now(a->store, now);
	if (a->result == STORE_OK)
		a->result = send_change_state(a->store, a->plan, send, change, reason, now, &changed);
	if (a->result != STORE_OK)
		return API_LATER;
	return changed ? api_ok(a, "1") : API_STATE;
}

static enum api_fault pause_campaign(struct api *a)
{
	return change_send(a, SEND_PAUSE);
}

static enum api_fault resume_campaign(struct api *a)
{
	return change_send(a, SEND_RESUME);
}

static enum api_fault cancel_campaign(struct api *a)
{
	return change_send(a, SEND_CANCEL);
}

struct api_action const api_send_actions[] = {
	{"get_version", get_version, API_NO_STORE},
	{"get_url_call", get_url_call, API_NO_STORE},
	{"get_account_data", get_account_data, API_NO_STORE},
	{"get_acount_data", get_account_data, API_NO_STORE}, /* as published PHP clients write it */
	{"get_campaigns", get_campaigns, API_READS},
	{"get_stats", get_stats, API_READS},
	{"get_contacts_stat_section", get_contacts_stat_section, API_READS},
	{"pause_campaign", pause_campaign, API_WRITES},
	{"resume_campaign", resume_campaign, API_WRITES},
	{"cancel_campaign", cancel_campaign, API_WRITES},
	{.name = NULL},
};
