/* The API's action send_bulk_campaign. */
#include "web/api.h"

#include "accounts/senders.h"
#include "base/ascii.h"
#include "base/num.h"
#include "mail/address.h"
#include "send/words.h"
#include "service/reply.h"
#include "web/campaign.h"

#include <errno.h>
#include <string.h>

#define MESSAGE_ID_OCTETS 250
#define NAME_OCTETS 1000

/* A campaign in the making. */
struct sending {
	struct api *api;
	struct campaign campaign;
	struct senders senders;
	char sender[ADDRESS_MAX];
	size_t sender_n;
	char message_id[MESSAGE_ID_OCTETS + 3];
};

/* Refuses a campaign with the text that a client of the SMTP door gets. */
static enum api_fault refuse_as_queue(struct api *a, enum refusal why, uint64_t n, uint64_t most)
{
	char text[REFUSAL_TEXT];
	refusal_format(text, why, NULL, n, most);
	return api_fault(a, API_QUEUE, text);
}

/* Refuses a campaign with the text of a reply of the SMTP dialogue, without its code. */
static enum api_fault refuse_as_dialogue(struct api *a, enum api_fault fault, enum reply reply)
{
	char line[REPLY_LINE + 1], size[NUM_FMT];
	num_fmt(size, CAMPAIGN_OCTETS);
	struct reply_words const words = {.brand = a->settings->brand, .size = size};
	line[reply_format(line, reply, &words, true) - 2] = 0;
	return api_fault(a, fault, line + 4);
}

/* --- Parameters ------------------------------------------------------------------------------ */

/* Refuses parameters of the published API that a mail of the SMTP door cannot have. `off` is the
   same as absent. */
static enum api_fault check_unavailable(struct api *a)
{
	static struct {
		char const *name, *off;
	} const list[] = {{"date", NULL}, {"analytics", NULL}, {"share", "0"}, {"id_reply_to", NULL}, {"vars", "[]"},
		{"attachmen_base64raw", NULL}, {"attachmen_base64_1", NULL}};
	char word[64];
	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		char const *value = api_text(a, list[i].name);
		if (value && !(list[i].off && strcmp(value, list[i].off) == 0))
			return api_fault(a, API_PARAMETER, strcat(strcpy(word, list[i].name), ": este parametro no esta disponible"));
	}
	return API_OK;
}

static enum api_fault read_switch(struct api *a, char const *name, bool *out)
{
	char word[64];
	char const *value = api_text(a, name);
	if (!value)
		return API_OK;
	*out = strcmp(value, "1") == 0;
	if (*out || strcmp(value, "0") == 0)
		return API_OK;
	return api_fault(a, API_PARAMETER, strcat(strcpy(word, name), ": 1 o 0"));
}

static enum api_fault read_options(struct api *a, struct message_options *o)
{
	uint64_t const spanish = WORDS_DEFAULT;
	uint64_t language = spanish;
	*o = (struct message_options){.show_header = true, .track_opens = true, .track_clicks = true};
	enum api_fault r = api_number(a, "lang_id", UINT16_MAX, &spanish, &language);
	if (r == API_OK && words_find((unsigned)language)->language != language)
		r = api_fault(a, API_PARAMETER, "lang_id: idioma desconocido");
	o->language = (unsigned)language;
	if (r == API_OK)
		r = read_switch(a, "cab", &o->show_header);
	if (r == API_OK)
		r = read_switch(a, "social_foot", &o->social_links);
	if (r == API_OK)
		r = read_switch(a, "tracking_opening", &o->track_opens);
	return r == API_OK ? read_switch(a, "tracking_clicks", &o->track_clicks) : r;
}

/* message_id, with or without its brackets. */
static enum api_fault read_message_id(struct sending *s)
{
	char const *id = api_text(s->api, "message_id");
	size_t n = id ? strlen(id) : 0;
	if (n > 1 && id[0] == '<' && id[n - 1] == '>') {
		id++;
		n -= 2;
	}
	for (size_t i = 0; i < n; i++)
		if (!ascii_is_print(id[i]) || id[i] == ' ' || id[i] == '<' || id[i] == '>')
			n = 0;
	if (!id)
		return API_OK;
	if (!n || n > MESSAGE_ID_OCTETS)
		return api_fault(s->api, API_PARAMETER, "message_id: de 1 a 250 caracteres ASCII sin espacios, < ni >");
	s->message_id[0] = '<';
	memcpy(s->message_id + 1, id, n);
	strcpy(s->message_id + 1 + n, ">");
	s->campaign.message_id = s->message_id;
	return API_OK;
}

/* Reads the text parameters. One of the two bodies must be there: of a campaign without both the
   queue would import the contacts alone. */
static enum api_fault read_texts(struct sending *s)
{
	struct api *a = s->api;
	struct campaign *c = &s->campaign;
	c->subject = api_text(a, "subject");
	c->name = api_text(a, "name");
	c->text = api_text(a, "plain_body");
	c->html = api_text(a, "html_body");
	if (!c->subject)
		return api_fault(a, API_MISSING, "subject");
	if (c->name && strlen(c->name) > NAME_OCTETS)
		return api_fault(a, API_PARAMETER, "name: demasiado largo");
	if (!c->html && !c->text)
		return api_fault(a, API_MISSING, "html_body");
	return API_OK;
}

/* --- Sender ---------------------------------------------------------------------------------- */

static bool keep_address(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct sending *s = arg;
	(void)n;
	if (column[0] && length[0] <= sizeof s->sender)
		memcpy(s->sender, column[0], s->sender_n = length[0]);
	return false;
}

/* rid is the number of a sender, or, before the store knows it, its address. */
static enum api_fault read_sender(struct sending *s)
{
	struct api *a = s->api;
	char const *rid = api_text(a, "rid");
	uint64_t id;
	if (!rid)
		return api_fault(a, API_MISSING, "rid");
	if (strchr(rid, '@')) {
		size_t n = strlen(rid);
		if (address_check(rid, n, true) == ADDRESS_OK && address_normalize(rid, n, s->sender, &s->sender_n))
			return API_OK;
		return api_fault(a, API_PARAMETER, "rid: direccion no valida");
	}
	enum api_fault r = api_number(a, "rid", INT64_MAX, NULL, &id);
	if (r != API_OK)
		return r;
	if (!api_run(a, "SELECT address FROM sender WHERE plan_id = $1 AND id = $2",
			STORE_VALUES(store_number(a->plan), store_number(id)), keep_address, s))
		return API_LATER;
	return s->sender_n ? API_OK : api_fault(a, API_NOT_FOUND, "rid");
}

/* Checks that the accounts still have the sender: the store also knows old ones. */
static enum api_fault check_sender(struct sending *s, struct accounts_plan *plan)
{
	struct api *a = s->api;
	size_t n = strlen(a->user.plan);
	if (!senders_open(&s->senders, a->settings->senders))
		return api_log(a, " warning: unable to open senders.cdb: ", strerror(errno));
	enum senders_result r = senders_plan(&s->senders, a->user.plan, n, plan);
	if (r != SENDERS_DAMAGED)
		r = senders_address(&s->senders, a->user.plan, n, s->sender, s->sender_n, NULL);
	senders_close(&s->senders);
	if (r == SENDERS_DAMAGED)
		return api_log(a, " warning: ", "senders.cdb is damaged: compile the accounts again");
	return r == SENDERS_YES ? API_OK : refuse_as_dialogue(a, API_SENDER, REPLY_SENDER);
}

/* --- Recipients ------------------------------------------------------------------------------ */

static enum api_fault add_recipient(struct sending *s, char const *address, size_t n)
{
	char word[64 + ADDRESS_MAX];
	while (n && ascii_is_space(*address)) {
		address++;
		n--;
	}
	while (n && ascii_is_space(address[n - 1]))
		n--;
	switch (n ? campaign_add(&s->campaign, address, n) : CAMPAIGN_ADDED) {
	case CAMPAIGN_ADDED: return API_OK;
	case CAMPAIGN_FULL: return refuse_as_queue(s->api, REFUSAL_RECIPIENTS, 0, 0);
	case CAMPAIGN_NO_MEMORY: return api_log(s->api, " warning: ", "out of memory");
	case CAMPAIGN_BAD_ADDRESS: break;
	}
	return api_fault(s->api, API_PARAMETER,
		strncat(strcpy(word, "recipients: direccion no valida: "), address, n < ADDRESS_MAX ? n : ADDRESS_MAX));
}

static enum api_fault read_recipients(struct sending *s, struct accounts_plan const *plan)
{
	struct api *a = s->api;
	char const *at = api_text(a, "recipients");
	enum api_fault r = API_OK;
	if (!at)
		return api_fault(a, API_MISSING, "recipients");
	if (!campaign_start(&s->campaign, s->sender, s->sender_n))
		return api_log(a, " warning: unable to start a campaign: ", strerror(errno));
	while (*at && r == API_OK) {
		size_t n = strcspn(at, ",");
		r = add_recipient(s, at, n);
		at += n + (at[n] == ',');
	}
	uint32_t count = s->campaign.recipients.count;
	if (r == API_OK && !count)
		r = api_fault(a, API_MISSING, "recipients");
	if (r == API_OK && plan->maxrcpt && count > plan->maxrcpt)
		r = refuse_as_queue(a, REFUSAL_CONTACTS, count, plan->maxrcpt);
	return r;
}

/* --- The queue ------------------------------------------------------------------------------- */

static enum api_fault answer_receipt(struct api *a, struct answer const *answer)
{
	char const *id, *uuid;
	size_t id_n, uuid_n;
	if (!answer_read_receipt(answer->text, &id, &id_n, &uuid, &uuid_n) || !id)
		return api_log(a, " warning: the queue gave no number: ", answer->text);
	api_ok(a, "");
	response_put(a->response, id, id_n);
	return API_OK;
}

static enum api_fault submit_campaign(struct sending *s)
{
	struct api *a = s->api;
	struct campaign_origin const origin = {.user = &a->user, .queue = a->settings->queue, .address = a->request->address,
		.host = request_field("SERVER_NAME"), .https = a->request->https};
	struct buf message = BUF_ZERO;
	struct answer answer;
	char reason[ASK_REASON] = "out of memory";
	answer_read(&answer, -1, "", 0);
	bool composed = campaign_compose(&message, &s->campaign, a->settings->prefix);
	bool fits = message.len <= CAMPAIGN_OCTETS;
	if (composed && fits)
		campaign_submit(&s->campaign, &message, &origin, &answer, reason);
	buf_free(&message);
	if (!fits)
		return refuse_as_dialogue(a, API_QUEUE, REPLY_SIZE);
	switch (answer.verdict) {
	case VERDICT_ACCEPTED:
	case VERDICT_REPEAT:
		return answer_receipt(a, &answer);
	case VERDICT_PERMANENT:
		return api_fault(a, API_QUEUE, answer.text);
	default:
		return api_log(a, " warning: ", reason);
	}
}

static enum api_fault run_steps(struct sending *s)
{
	struct accounts_plan plan = ACCOUNTS_PLAN_DEFAULT;
	enum api_fault r = check_unavailable(s->api);
	if (r == API_OK)
		r = read_texts(s);
	if (r == API_OK)
		r = read_options(s->api, &s->campaign.options);
	if (r == API_OK)
		r = read_message_id(s);
	if (r == API_OK)
		r = read_sender(s);
	if (r == API_OK)
		r = check_sender(s, &plan);
	if (r == API_OK)
		r = read_recipients(s, &plan);
	return r == API_OK ? submit_campaign(s) : r;
}

static enum api_fault send_bulk_campaign(struct api *a)
{
	struct sending s = {.api = a, .senders = SENDERS_ZERO};
	if (!a->is_post)
		return API_METHOD;
	enum api_fault r = run_steps(&s);
	campaign_free(&s.campaign);
	return r;
}

/* The store is read for the sender alone: what is written goes through the queue. */
struct api_action const api_campaign_actions[] = {
	{"send_bulk_campaign", send_bulk_campaign, API_READS},
	{.name = NULL},
};
