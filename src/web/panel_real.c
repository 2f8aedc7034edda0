/* Sending a test for real: its piece goes to the queue again, for the same contacts. */
#include "web/panel.h"

#include "accounts/senders.h"
#include "base/exitcode.h"
#include "base/num.h"
#include "mail/address.h"
#include "web/campaign.h"
#include "web/login.h"

#include <skalibs/strerr.h>
#include <stdio.h>
#include <string.h>

_Static_assert(CAMPAIGN_OCTETS == 512000, "the text TEXT_TOO_LARGE has the number");

struct real {
	struct page *page;
	struct campaign campaign;
	struct buf subject, text, html; /* each with a NUL */
	char sender[ADDRESS_MAX + 1], message_id[100];
	bool found;
};

/* --- Reading the test --------------------------------------------------------------------- */

static void keep_text(struct real *r, struct buf *out, char const *s, size_t n)
{
	if (!buf_put(out, s, n) || !buf_putc(out, 0))
		page_out_of_memory(r->page);
}

static bool keep_test(void *arg, size_t n, char const *const *column, size_t const *length)
{
	enum column { SUBJECT, SENDER, SHOW_HEADER, SOCIAL_LINKS, TRACK_OPENS, TRACK_CLICKS, LANGUAGE, HTML, TEXT };
	struct real *r = arg;
	(void)n;
	r->found = true;
	keep_text(r, &r->subject, column[SUBJECT], length[SUBJECT]);
	keep_text(r, &r->html, column[HTML], length[HTML]);
	keep_text(r, &r->text, column[TEXT], length[TEXT]);
	if (length[SENDER] <= ADDRESS_MAX)
		memcpy(r->sender, column[SENDER], length[SENDER] + 1);
	r->campaign.options = (struct message_options){.show_header = store_number_in(column, length, SHOW_HEADER),
		.social_links = store_number_in(column, length, SOCIAL_LINKS), .track_opens = store_number_in(column, length, TRACK_OPENS),
		.track_clicks = store_number_in(column, length, TRACK_CLICKS), .language = (unsigned int)store_number_in(column, length, LANGUAGE)};
	return false;
}

static bool add_contact(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct real *r = arg;
	(void)n;
	if (!column[0])
		return true; /* the person was forgotten */
	switch (campaign_add(&r->campaign, column[0], length[0])) {
	case CAMPAIGN_NO_MEMORY:
		page_out_of_memory(r->page);
	case CAMPAIGN_FULL: /* the group came in one message: it fits into one */
	case CAMPAIGN_BAD_ADDRESS:
		strerr_warnw("a contact of a test cannot be a recipient: ", column[0]);
		page_stop(r->page, EXIT_TEMPORARY, "503 Service Unavailable", TEXT_NOT_SENT, TEXT_FAILED_WHY);
	case CAMPAIGN_ADDED:
		break;
	}
	return true;
}

static void read_test(struct real *r, uint64_t id)
{
	struct page *p = r->page;
	page_run(p, "SELECT s.subject, (SELECT a.address FROM sender a WHERE a.plan_id = $1 AND a.id = s.sender_id), s.show_header,"
		" s.social_links, s.track_opens, s.track_clicks, s.language,"
		" (SELECT c.html FROM piece c WHERE c.plan_id = $1 AND c.id = s.piece_id),"
		" (SELECT c.text FROM piece c WHERE c.plan_id = $1 AND c.id = s.piece_id)"
		" FROM send s WHERE s.plan_id = $1 AND s.id = $2 AND s.state = 'test'",
		STORE_VALUES(store_number(p->plan), store_number(id)), keep_test, r);
	if (!r->found)
		page_not_found(p);
	if (!campaign_start(&r->campaign, r->sender, strlen(r->sender)))
		page_out_of_memory(p);
	page_run(p, "SELECT (SELECT c.email FROM contact c WHERE c.plan_id = $1 AND c.id = m.contact_id) FROM group_member m"
		" WHERE m.plan_id = $1 AND m.group_id = (SELECT s.group_id FROM send s WHERE s.plan_id = $1 AND s.id = $2)"
		" ORDER BY m.contact_id", STORE_VALUES(store_number(p->plan), store_number(id)), add_contact, r);
	r->campaign.subject = r->subject.s;
	r->campaign.html = r->html.s;
	r->campaign.text = r->text.s;
	/* the same for each try: pressing the button twice is a repeat, and sends once */
	snprintf(r->message_id, sizeof r->message_id, "<real.%llu@%.60s>", (unsigned long long)id, p->settings.host);
	r->campaign.message_id = r->message_id;
}

/* --- Sending it --------------------------------------------------------------------------- */

/* Prints that the message was not sent. why: the queue's text. */
static void print_refusal(struct page *p, uint64_t id, char const *status, char const *why)
{
	page_start(p, status, AREA_TESTS, page_word(p, TEXT_NOT_SENT));
	page_print(p, "<div class=\"card empty\"><h1>%w</h1><p role=\"alert\">%t</p><p><a class=\"button\" href=\"%p/tests/%i\">%w</a></p></div>",
		TEXT_NOT_SENT, why, id, TEXT_BACK_TEST);
	page_end(p);
}

/* Checks the password: the queue wants a ticket, which only the password gives. */
static bool check_password(struct page *p, uint64_t id, struct web_user *user)
{
	char reason[ASK_REASON];
	char const *password = form_value(&p->body, "password");
	switch (web_login_check(user, p->settings.login, p->session.login, password ? password : "", p->request.address, reason)) {
	case WEB_LOGIN_YES:
		return true;
	case WEB_LOGIN_NO:
		print_refusal(p, id, "403 Forbidden", page_word(p, TEXT_WRONG_LOGIN));
		return false;
	case WEB_LOGIN_TOO_MANY:
		print_refusal(p, id, "429 Too Many Requests", page_word(p, TEXT_TOO_MANY_LOGINS));
		return false;
	case WEB_LOGIN_LATER:
		strerr_warnw("unable to check a login: ", reason);
		print_refusal(p, id, "503 Service Unavailable", page_word(p, TEXT_LATER));
	}
	return false;
}

static bool sender_is_valid(struct real *r)
{
	struct page *p = r->page;
	struct senders senders = SENDERS_ZERO;
	if (!senders_open(&senders, p->settings.senders)) {
		strerr_warnwusys("open ", p->settings.senders);
		page_stop(p, EXIT_TEMPORARY, "503 Service Unavailable", TEXT_FAILED, TEXT_FAILED_WHY);
	}
	enum senders_result found = senders_address(&senders, p->plan_name, strlen(p->plan_name), r->sender, strlen(r->sender), NULL);
	senders_close(&senders);
	return found == SENDERS_YES;
}

static void submit_test(struct real *r, uint64_t id, struct web_user const *user)
{
	struct page *p = r->page;
	struct buf message = BUF_ZERO;
	struct answer answer;
	struct campaign_origin const origin = {.user = user, .queue = p->settings.queue, .address = p->request.address,
		.host = p->settings.host, .https = true, .is_real = true};
	char reason[ASK_REASON], path[40], query[8 + NUM_FMT] = "number=";
	char const *number, *uuid;
	size_t number_n, uuid_n;
	if (!campaign_compose(&message, &r->campaign, p->settings.prefix))
		page_out_of_memory(p);
	if (message.len > CAMPAIGN_OCTETS) {
		print_refusal(p, id, "422 Unprocessable Content", page_word(p, TEXT_TOO_LARGE));
		buf_free(&message);
		return;
	}
	campaign_submit(&r->campaign, &message, &origin, &answer, reason);
	buf_free(&message);
	snprintf(path, sizeof path, "/tests/%llu", (unsigned long long)id);
	if ((answer.verdict == VERDICT_ACCEPTED || answer.verdict == VERDICT_REPEAT)
		&& answer_read_receipt(answer.text, &number, &number_n, &uuid, &uuid_n) && number && number_n < NUM_FMT) {
		page_redirect(p, path, strncat(query, number, number_n));
	} else if (answer.verdict == VERDICT_PERMANENT) {
		print_refusal(p, id, "422 Unprocessable Content", answer.text);
	} else {
		strerr_warnw("unable to queue a test: ", *answer.text ? answer.text : reason);
		print_refusal(p, id, "503 Service Unavailable", *answer.text ? answer.text : page_word(p, TEXT_FAILED_WHY));
	}
}

void panel_send_real(struct page *p, uint64_t id)
{
	struct real r = {.page = p};
	struct web_user user = {.plan = NULL};
	if (!p->settings.queue)
		page_not_found(p);
	read_test(&r, id);
	/* close the store first: login and queue may take long, and the store would stay locked */
	p->store->rollback(p->store);
	p->store->close(p->store);
	p->store = NULL;
	if (!sender_is_valid(&r))
		print_refusal(p, id, "422 Unprocessable Content", page_word(p, TEXT_SENDER_GONE));
	else if (check_password(p, id, &user))
		submit_test(&r, id, &user);
	campaign_free(&r.campaign);
	buf_free(&r.subject);
	buf_free(&r.html);
	buf_free(&r.text);
}
