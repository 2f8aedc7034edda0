/* The verdict on a message and its reason, the options, and the tree that is drawn. */
#include "base/ascii.h"
#include "mail/message.h"
#include "mail/mime_tree.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define MULTI "Content-Type: multipart/mixed; boundary=x\n\n"
#define TEXT "--x\nContent-Type: text/plain\n\na\n"
#define HTML "--x\nContent-Type: text/html\n\nb\n"

#define MESSAGE(type, text, html) MULTI "--x\nContent-Type: text/plain" type "\n\n" text \
	"\n--x\nContent-Type: text/html" type "\n\n" html "\n"
#define ENCODED(encoding) "\nContent-Transfer-Encoding: " encoding

static struct {
	char const *in;
	enum message_verdict verdict;
} const messages[] = {
	{MULTI TEXT HTML, MESSAGE_OK}, {MULTI TEXT, MESSAGE_NO_HTML}, {MULTI HTML, MESSAGE_NO_TEXT},
	{MULTI, MESSAGE_NO_BOTH}, {"", MESSAGE_NO_HTML}, {"\n\n", MESSAGE_NO_HTML}, {"Content-Type: a/b\n", MESSAGE_NO_BOTH},
	{MULTI TEXT "--x\nContent-Type: message/rfc822\nContent-ID: <a>\n\nContent-Type: text/html\n\nb\n", MESSAGE_NO_HTML},
	/* white space alone, after decoding */
	{MESSAGE("", "", "b"), MESSAGE_BLANK_TEXT}, {MESSAGE("", "a", " \t\r\n"), MESSAGE_BLANK_HTML},
	{MESSAGE("", "\n", "\n\n"), MESSAGE_BLANK_BOTH}, {MESSAGE("", "\n.\n", "\n\n-"), MESSAGE_OK},
	{MESSAGE("; charset=utf-8", "\xc2\xa0\xe3\x80\x80\xe2\x80\x83", "\xef\xbb\xbf"), MESSAGE_BLANK_BOTH},
	{MESSAGE("; charset=utf-8", "\xc2\xa1", "\xe2\x82\xac"), MESSAGE_OK},
	{MESSAGE("; charset=iso-8859-1", "\xa0 ", "\xa1"), MESSAGE_BLANK_TEXT},
	{MESSAGE(ENCODED("quoted-printable"), "=20=0A=C2=A0=\n", "=3Cp>"), MESSAGE_BLANK_TEXT},
	{MESSAGE(ENCODED("quoted-printable"), "=\n", "=20\n"), MESSAGE_BLANK_BOTH},
	{MESSAGE(ENCODED("base64"), "ICAgCg==", "PHA+"), MESSAGE_BLANK_TEXT},
	{MESSAGE(ENCODED("base64"), "aG9sYQ==", "CgogCQ=="), MESSAGE_BLANK_HTML},
	{MESSAGE(ENCODED("base64"), "hola a todos", "<p>hola</p>"), MESSAGE_OK},
	/* one piece with words is enough */
	{MULTI TEXT HTML "--x\nContent-Type: text/html\n\n \n", MESSAGE_OK},
	{MULTI "--x\nContent-Type: text/plain\n\n \n" TEXT HTML, MESSAGE_OK},
};

START_TEST(a_message_is_accepted_or_refused_for_a_reason)
{
	struct message msg;
	enum message_verdict verdict = message_read(&msg, messages[_i].in, strlen(messages[_i].in));
	ck_assert_msg(verdict == messages[_i].verdict, "%s is %d", messages[_i].in, (int)verdict);
	message_free(&msg);
}
END_TEST

/* A long blank beginning, in each encoding: the words after it are found. */
START_TEST(words_are_found_after_a_long_blank_beginning)
{
	static struct {
		char const *encoding, *blank, *word;
	} const cases[] = {{"7bit", "\n", "a"}, {"quoted-printable", "=20=\n", "a"}, {"base64", "ICAg", "aG9s"}};
	for (int word = 0; word < 2; word++) {
		struct buf in = BUF_ZERO;
		struct message msg;
		ck_assert(buf_puts(&in, MULTI HTML "--x\nContent-Transfer-Encoding: ")
			&& buf_puts(&in, cases[_i].encoding) && buf_puts(&in, "\n\n"));
		for (int i = 0; i < 100000; i++)
			must(buf_puts(&in, cases[_i].blank) && (i % 19 || buf_puts(&in, "\n")));
		ck_assert(!word || buf_puts(&in, cases[_i].word));
		ck_assert_int_eq(message_read(&msg, in.s, in.len), word ? MESSAGE_OK : MESSAGE_BLANK_TEXT);
		message_free(&msg);
		buf_free(&in);
	}
}
END_TEST

START_TEST(a_message_with_a_nul_is_refused)
{
	static char const in[] = MULTI TEXT HTML "\0";
	struct message msg;
	ck_assert_int_eq(message_read(&msg, in, sizeof in - 1), MESSAGE_NUL);
	ck_assert_uint_eq(mime_count(msg.mime), 3);
	message_free(&msg);
}
END_TEST

START_TEST(a_message_over_a_limit_is_refused)
{
	struct buf in = BUF_ZERO;
	struct message msg;
	ck_assert(buf_puts(&in, MULTI));
	for (int i = 0; i < MIME_PARTS; i++)
		ck_assert(buf_puts(&in, TEXT));
	ck_assert_int_eq(message_read(&msg, in.s, in.len), MESSAGE_MANY);
	message_free(&msg);
	in.len = 0;
	for (int i = 0; i <= MIME_DEPTH; i++) {
		char line[100];
		snprintf(line, sizeof line, "Content-Type: multipart/mixed; boundary=y%d\n\n--y%d\n", i, i);
		ck_assert(buf_puts(&in, line));
	}
	ck_assert_int_eq(message_read(&msg, in.s, in.len), MESSAGE_DEEP);
	message_free(&msg);
	in.len = 0;
	ck_assert(buf_puts(&in, "Subject: "));
	for (int i = 0; i < MIME_FIELD; i++)
		ck_assert(buf_putc(&in, 'a'));
	ck_assert(buf_puts(&in, "\n" MULTI TEXT HTML));
	ck_assert_int_eq(message_read(&msg, in.s, in.len), MESSAGE_FIELD);
	message_free(&msg);
	buf_free(&in);
}
END_TEST

static char const *reason_of(enum message_verdict verdict)
{
	static char text[REFUSAL_TEXT];
	message_reason(text, verdict);
	return text;
}

START_TEST(each_verdict_has_a_reason_in_one_line)
{
	ck_assert_str_eq(reason_of(MESSAGE_OK), "");
	for (enum message_verdict v = MESSAGE_NO_TEXT; v <= MESSAGE_NO_MEMORY; v++) {
		char const *reason = reason_of(v);
		ck_assert_uint_gt(strlen(reason), 20);
		ck_assert_uint_le(strlen(reason), 200);
		for (char const *p = reason; *p; p++)
			ck_assert(ascii_is_print(*p));
	}
	ck_assert_ptr_nonnull(strstr(reason_of(MESSAGE_NO_TEXT), "falta la parte text/plain"));
	ck_assert_ptr_nonnull(strstr(reason_of(MESSAGE_NO_HTML), "falta la parte text/html"));
	ck_assert_ptr_nonnull(strstr(reason_of(MESSAGE_DEEP), "32"));
	ck_assert_ptr_nonnull(strstr(reason_of(MESSAGE_MANY), "1000"));
	ck_assert_ptr_nonnull(strstr(reason_of(MESSAGE_FIELD), "102400"));
}
END_TEST

static struct {
	char const *in;
	struct message_options out; /* header, social, opens, clicks, language */
} const options[] = {
	{"", {true, false, true, true, 3}},
	{"X-Teenvio-ShowCab: no\n", {false, false, true, true, 3}},
	{"x-teenvio-showcab: NO\nX-TEENVIO-SOCIALLINKS:\r\n Yes \r\n", {false, true, true, true, 3}},
	{"X-Teenvio-ShowCab: nope\nX-Teenvio-SocialLinks: si\n", {true, false, true, true, 3}},
	{"X-Teenvio-ShowCab: nope\nX-Teenvio-ShowCab: no\n", {true, false, true, true, 3}},
	{"X-Teenvio-TrackingOpening: no\n", {true, false, false, true, 3}},
	{"X-Teenvio-TrackingClicks: no\n", {true, false, true, false, 3}},
	{"X-Teenvio-Language: 18\n", {true, false, true, true, 18}},
	{"X-Teenvio-Language: 9\n", {true, false, true, true, 3}},
	{"X-Teenvio-Language: 0\n", {true, false, true, true, 3}},
	{"X-Teenvio-Language: 260\n", {true, false, true, true, 3}},
	{"X-Teenvio-Language: 4 x\n", {true, false, true, true, 3}},
	{"X-Teenvio-Language: en\nX-Teenvio-Language: 4\n", {true, false, true, true, 3}},
	{"X-Teenvio-Language:4\n", {true, false, true, true, 4}},
	{"X-Teenvio-: no\nX-Teenvio-ShowCabX: no\nX-Other-ShowCab: no\nShowCab: no\n", {true, false, true, true, 3}},
	{"\nX-Teenvio-ShowCab: no\n", {true, false, true, true, 3}},
};

START_TEST(options_are_read_from_the_main_header)
{
	struct message msg;
	struct message_options o;
	message_read(&msg, options[_i].in, strlen(options[_i].in));
	message_options(msg.mime, "X-Teenvio-", &o);
	ck_assert_int_eq(o.show_header, options[_i].out.show_header);
	ck_assert_int_eq(o.social_links, options[_i].out.social_links);
	ck_assert_int_eq(o.track_opens, options[_i].out.track_opens);
	ck_assert_int_eq(o.track_clicks, options[_i].out.track_clicks);
	ck_assert_uint_eq(o.language, options[_i].out.language);
	message_free(&msg);
}
END_TEST

static struct {
	char const *in, *text;
} const unknown_options[] = {
	{"X-Teenvio-Language: 99\n", "X-Teenvio-Language: 99"},
	{"x-teenvio-LANGUAGE:\t9 9 \nX-Teenvio-ShowCab: si\n", "X-Teenvio-Language: 9 9, X-Teenvio-ShowCab: si"},
	{"X-Teenvio-ShowCab: \xc3\xad\x1b\n", "X-Teenvio-ShowCab: ???"},
	{"X-Teenvio-SocialLinks:\n", "X-Teenvio-SocialLinks: "},
	{"X-Teenvio-ShowCab: no\nX-Teenvio-ShowCab: maybe\nX-Teenvio-Language: 4\nX-Teenvio-Other: 1\n", ""},
	{"X-Teenvio-TrackingClicks: 0123456789012345678901234567890123456789xyz\n",
	 "X-Teenvio-TrackingClicks: 0123456789012345678901234567890123456789"},
};

START_TEST(an_option_with_an_unknown_value_is_named)
{
	struct message msg;
	struct buf text = BUF_ZERO;
	message_read(&msg, unknown_options[_i].in, strlen(unknown_options[_i].in));
	ck_assert(message_unknown_options(msg.mime, "X-Teenvio-", &text));
	ck_assert(buf_putc(&text, 0));
	ck_assert_str_eq(text.s, unknown_options[_i].text);
	buf_free(&text);
	message_free(&msg);
}
END_TEST

START_TEST(each_language_of_the_platform_is_known)
{
	static unsigned int const known[] = {3, 4, 5, 6, 7, 8, 11, 13, 14, 15, 16, 17, 18};
	for (unsigned int i = 0, k = 0; i < 30; i++) {
		char in[] = "X-Language: 00\n";
		struct message msg;
		struct message_options o;
		in[12] = (char)('0' + i / 10);
		in[13] = (char)('0' + i % 10);
		message_read(&msg, in, strlen(in));
		message_options(msg.mime, "X-", &o);
		bool is_known = k < sizeof known / sizeof *known && known[k] == i;
		ck_assert_uint_eq(o.language, is_known ? i : 3);
		k += is_known;
		message_free(&msg);
	}
}
END_TEST

START_TEST(the_tree_is_drawn_in_aligned_columns)
{
	static char const in[] = MULTI "--x\nContent-Type: text/plain; charset=\"\x1b[1m\xf1\x7f\"\n"
		"Content-Transfer-Encoding: base64\n\nSG9sYQ==\n" HTML
		"--x\nContent-Type: image/png; charset=1234567890123456789012345678901234567890\n"
		"Content-ID: <a>\nContent-Disposition: inline\n\n0123456789\n--x\n"
		"Content-Type: image/png; charset=12345678901234567890123456789012345678901\n\n";
	static char const wanted[] =
		"part             charset                                   encoding  disposition  octets  used as\n"
		"multipart/mixed  -                                         -         -                 -  container\n"
		"  text/plain     ?[1m??                                    base64    -                 4  text\n"
		"  text/html      -                                         -         -                 1  html\n"
		"  image/png      1234567890123456789012345678901234567890  -         inline           10  inline\n"
		"  image/png      1234567890123456789012345678901234567...  -         -                 0  ignored\n";
	struct message msg;
	struct buf out = BUF_ZERO;
	ck_assert_int_eq(message_read(&msg, in, strlen(in)), MESSAGE_OK);
	ck_assert(mime_tree_draw(&out, &msg) && buf_putc(&out, 0));
	ck_assert_str_eq(out.s, wanted);
	buf_free(&out);
	message_free(&msg);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("message");
	TCase *c = unit_case("message");
	tcase_add_loop_test(c, a_message_is_accepted_or_refused_for_a_reason, 0, sizeof messages / sizeof *messages);
	tcase_add_loop_test(c, words_are_found_after_a_long_blank_beginning, 0, 3);
	tcase_add_test(c, a_message_with_a_nul_is_refused);
	tcase_add_test(c, a_message_over_a_limit_is_refused);
	tcase_add_test(c, each_verdict_has_a_reason_in_one_line);
	tcase_add_loop_test(c, options_are_read_from_the_main_header, 0, sizeof options / sizeof *options);
	tcase_add_loop_test(c, an_option_with_an_unknown_value_is_named, 0, sizeof unknown_options / sizeof *unknown_options);
	tcase_add_test(c, each_language_of_the_platform_is_known);
	tcase_add_test(c, the_tree_is_drawn_in_aligned_columns);
	suite_add_tcase(s, c);
	return s;
}
