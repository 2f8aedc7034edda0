/* The message of a campaign is accepted by message_read, and has the campaign's values. */
#include "web/campaign.h"
#include "mail/mime.h"
#include "mail/transfer.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct buf message;
static struct message read;

static void compose(struct campaign const *c)
{
	message.len = 0;
	ck_assert(campaign_compose(&message, c, "X-Teenvio-"));
}

static void forget(void)
{
	message_free(&read);
	buf_free(&message);
}

/* Checks the decoded part with that use. */
static void check_part(enum body_use use, char const *wanted)
{
	struct buf text = BUF_ZERO;
	for (size_t i = 0; i < mime_count(read.mime); i++)
		if (read.use[i] == use)
			ck_assert(transfer_decode(mime_part(read.mime, i), message.s, &text));
	ck_assert_uint_eq(text.len, strlen(wanted));
	ck_assert_mem_eq(text.s, wanted, text.len);
	buf_free(&text);
}

START_TEST(message_has_both_parts_whole)
{
	static char const text[] = "hola\r\n.\r\n--=_saca\r\n--=_saca--\r\nFrom x\r\n \t\r\n=41 \r\n";
	static char const html[] = "<p>\xc3\xb1</p>\r\n--=_saca\r\n\r\n";
	struct campaign const c = {.subject = "s", .text = text, .html = html};
	compose(&c);
	ck_assert_int_eq(message_read(&read, message.s, message.len), MESSAGE_OK);
	check_part(BODY_TEXT, text);
	check_part(BODY_HTML, html);
	forget();
}
END_TEST

START_TEST(options_are_those_of_the_campaign)
{
	for (unsigned bits = 0; bits < 16; bits++) {
		struct campaign const c = {.subject = "s", .text = "t", .html = "h", .options = {.show_header = bits & 1,
			.social_links = bits & 2, .track_opens = bits & 4, .track_clicks = bits & 8, .language = 18}};
		struct message_options o;
		compose(&c);
		ck_assert_int_eq(message_read(&read, message.s, message.len), MESSAGE_OK);
		message_options(read.mime, "X-Teenvio-", &o);
		ck_assert(o.show_header == c.options.show_header && o.social_links == c.options.social_links
			&& o.track_opens == c.options.track_opens && o.track_clicks == c.options.track_clicks && o.language == 18);
		message_free(&read);
	}
	forget();
}
END_TEST

START_TEST(a_missing_part_is_left_out)
{
	struct campaign const no_text = {.subject = "s", .html = "h"}, no_html = {.subject = "s", .text = "t"};
	compose(&no_text);
	ck_assert_int_eq(message_read(&read, message.s, message.len), MESSAGE_NO_TEXT);
	message_free(&read);
	compose(&no_html);
	ck_assert_int_eq(message_read(&read, message.s, message.len), MESSAGE_NO_HTML);
	forget();
}
END_TEST

START_TEST(no_value_adds_a_header_field)
{
	struct campaign const c = {.subject = "a\r\nBcc: x\r\n\r\nz", .name = "b\nBcc: x", .text = "t", .html = "h", .message_id = "<a@b>"};
	char const *value;
	compose(&c);
	ck_assert_int_eq(message_read(&read, message.s, message.len), MESSAGE_OK);
	ck_assert_int_eq(mime_field(read.mime, "Bcc", &value), 0);
	ck_assert_int_eq(mime_field(read.mime, "Message-ID", &value), 1);
	ck_assert_str_eq(value, "<a@b>");
	forget();
}
END_TEST

START_TEST(recipients_count_once)
{
	struct campaign c = {.subject = "s"};
	ck_assert(campaign_start(&c, "r@d.es", 6));
	ck_assert_int_eq(campaign_add(&c, "A@b.es", 6), CAMPAIGN_ADDED);
	ck_assert_int_eq(campaign_add(&c, "a@B.es", 6), CAMPAIGN_ADDED);
	ck_assert_int_eq(campaign_add(&c, "a@b.es,c@d.es", 13), CAMPAIGN_BAD_ADDRESS);
	ck_assert_int_eq(campaign_add(&c, "", 0), CAMPAIGN_BAD_ADDRESS);
	ck_assert_uint_eq(c.recipients.count, 1);
	for (unsigned i = 1; i < CAMPAIGN_RECIPIENTS; i++) {
		char address[32];
		ck_assert_int_eq(campaign_add(&c, address, (size_t)snprintf(address, sizeof address, "u%u@b.es", i)), CAMPAIGN_ADDED);
	}
	ck_assert_int_eq(campaign_add(&c, "z@b.es", 6), CAMPAIGN_FULL);
	campaign_free(&c);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("campaign");
	TCase *t = tcase_create("message");
	tcase_add_test(t, message_has_both_parts_whole);
	tcase_add_test(t, options_are_those_of_the_campaign);
	tcase_add_test(t, a_missing_part_is_left_out);
	tcase_add_test(t, no_value_adds_a_header_field);
	tcase_add_test(t, recipients_count_once);
	suite_add_tcase(s, t);
	return s;
}
