/* The mails of a send: header fields in their order, parts in the shorter encoding, short
   lines, tokens that verify. */
#include "send/render.h"
#include "base/base64.h"
#include "mail/qp.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define URL "https://l.example"

static bool fake_mac(void const *keys, unsigned char key, void const *s, size_t n, unsigned char mac[TOKEN_MAC])
{
	(void)keys, (void)s, (void)n;
	memset(mac, key, TOKEN_MAC);
	return true;
}

static struct stencil_filler const filler = {3, 1166, 70000, fake_mac, NULL, 5};
static struct template t;
static struct render r;
static struct buf mail;

static struct accounts_text words(char const *s)
{
	return (struct accounts_text){s, strlen(s)};
}

static void forget(void)
{
	template_free(&t);
	render_free(&r);
	buf_free(&mail);
	r = (struct render){.text = {.base64 = false}};
}

static void make_named_mail(char const *html, char const *text, char const *prefix, char const *name)
{
	struct template_options const o = {.language = 4, .show_header = true, .track_opens = true, .track_clicks = true, .url = URL};
	struct render_send const send = {.plan_id = 3, .send_id = 1166, .sender_id = 17, .plan = "acme",
		.sender = words("remitente@dominio.com"), .name = words(name), .subject = words("Rebajas en ma\xc3\xb1""anas"),
		.seed = "fa8896c2", .host = "api.example.com", .brand = "teenviocom", .url = URL, .prefix = prefix,
		.bounce_host = "b.example"};
	ck_assert(template_compile(&t, html, strlen(html), text, strlen(text), &o));
	ck_assert(render_start(&r, &send, &t));
	ck_assert(render_mail(&mail, &r, "Thu, 12 Sep 2013 13:59:15 +0200", "ana@ejemplo.es", 14, &filler));
	ck_assert(buf_putc(&mail, 0));
}

static void make_mail(char const *html, char const *text, char const *prefix)
{
	make_named_mail(html, text, prefix, "La tienda");
}

static void token(char out[TOKEN_SIZE + 1], enum token_kind kind, uint64_t link)
{
	out[token_write(out, &(struct token){kind, 3, 1166, 70000, link}, 5, fake_mac, NULL)] = 0;
}

START_TEST(header_fields_are_in_their_order)
{
	char want[2048], leave[TOKEN_SIZE + 1];
	token(leave, TOKEN_UNSUBSCRIBE, 0);
	make_mail("<body>a</body>", "b", "bounce+");
	snprintf(want, sizeof want, "Date: Thu, 12 Sep 2013 13:59:15 +0200\r\n"
		"Message-ID: <1166.70000.fa8896c2@api.example.com>\r\n"
		"From: La tienda <remitente@dominio.com>\r\n"
		"To: <ana@ejemplo.es>\r\n"
		"Subject: =?UTF-8?Q?Rebajas_en_ma=C3=B1anas?=\r\n"
		"List-Unsubscribe: <" URL "/u/%s>,\r\n <mailto:bounce+%s@b.example>\r\n"
		"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
		"List-Id: La tienda <17.acme.api.example.com>\r\n"
		"Feedback-ID: 1166:acme:smtp:teenviocom\r\n"
		"Precedence: bulk\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Type: multipart/alternative; boundary=\"=_saca\"\r\n"
		"\r\n--=_saca\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", leave, leave);
	ck_assert(strlen(mail.s) > strlen(want));
	mail.s[strlen(want)] = 0;
	ck_assert_str_eq(mail.s, want);
	forget();
}
END_TEST

START_TEST(without_a_prefix_there_is_no_mailto)
{
	struct buf envelope = BUF_ZERO;
	make_mail("<body>a</body>", "b", NULL);
	ck_assert_ptr_null(strstr(mail.s, "mailto:"));
	ck_assert_ptr_nonnull(strstr(mail.s, ">\r\nList-Unsubscribe-Post"));
	ck_assert(render_envelope(&envelope, &r, &filler) && buf_putc(&envelope, 0));
	ck_assert_str_eq(envelope.s, "remitente@dominio.com");
	buf_free(&envelope);
	forget();
}
END_TEST

START_TEST(the_envelope_sender_has_a_token)
{
	struct buf envelope = BUF_ZERO;
	char bounce[TOKEN_SIZE + 1], want[200];
	token(bounce, TOKEN_BOUNCE, 0);
	make_mail("<body>a</body>", "b", "bounce-");
	snprintf(want, sizeof want, "bounce-%s@b.example", bounce);
	ck_assert(render_envelope(&envelope, &r, &filler) && buf_putc(&envelope, 0));
	ck_assert_str_eq(envelope.s, want);
	envelope.len = 0;
	r.send.prefix = "a-prefix-that-is-too-long-for-it-";
	ck_assert(!render_envelope(&envelope, &r, &filler));
	ck_assert(render_prefix_fits("bounces-of-saca+") && !render_prefix_fits("bounces-of-saca.+"));
	buf_free(&envelope);
	forget();
}
END_TEST

/* The decoded part after the nth delimiter, NUL-terminated. The caller frees it. */
static char *decode_part(int nth)
{
	char const *s = mail.s;
	while (nth--)
		s = strstr(s, "\r\n--=_saca") + 4;
	bool base64 = !strncmp(strstr(s, "Encoding: ") + 10, "base64", 6);
	char const *from = strstr(s, "\r\n\r\n") + 4, *to = strstr(from, "\r\n--=_saca");
	size_t n = (size_t)(to - from);
	struct buf out = BUF_ZERO;
	if (base64) {
		ck_assert(buf_reserve(&out, BASE64_ROOM(n)));
		out.len = base64_read(out.s, from, n);
	} else {
		ck_assert(qp_decode(&out, from, n));
	}
	ck_assert(buf_putc(&out, 0));
	return out.s;
}

static void check_lines(void)
{
	char const *body = strstr(mail.s, "\r\n\r\n");
	ck_assert_ptr_null(strstr(mail.s, "\n."));
	for (char const *p = body; *p;) {
		char const *end = strstr(p, "\r\n");
		ck_assert_ptr_nonnull(end);
		ck_assert_int_le(end - p, 76);
		ck_assert_ptr_null(memchr(p, '\n', (size_t)(end - p)));
		p = end + 2;
	}
}

/* Latin text is shorter in quoted-printable, Greek in base64. */
static struct {
	char const *html, *text, *encoding;
} const parts[] = {
	{"<body><p>Hola, <a href=\"http://a.es/?x=1&amp;y=2\">ma\xc3\xb1""ana</a>\n.\nFrom x</body>", "Hola,\n\nma\xc3\xb1""ana ", "quoted-printable"},
	{"<body><p>\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5\xce\xb6\xce\xb7\xce\xb8\xce\xb9\xce\xba\xce\xbb\xce\xbc\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5"
		"\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5\xce\xb6\xce\xb7\xce\xb8\xce\xb9\xce\xba\xce\xbb\xce\xbc\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5"
		"\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5\xce\xb6\xce\xb7\xce\xb8\xce\xb9\xce\xba\xce\xbb\xce\xbc\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5"
		"\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5\xce\xb6\xce\xb7\xce\xb8\xce\xb9\xce\xba\xce\xbb\xce\xbc\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5"
		"\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5\xce\xb6\xce\xb7\xce\xb8\xce\xb9\xce\xba\xce\xbb\xce\xbc\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5"
		"<a href=http://a.es/?x=1&y=2>x</a></body>", "\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5\xce\xb6\xce\xb7\xce\xb8\xce\xb9\xce\xba\xce\xbb\xce\xbc\xce\xb1"
		"\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5\xce\xb6\xce\xb7\xce\xb8\xce\xb9\xce\xba\xce\xbb\xce\xbc\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5"
		"\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5\xce\xb6\xce\xb7\xce\xb8\xce\xb9\xce\xba\xce\xbb\xce\xbc\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5"
		"\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5\xce\xb6\xce\xb7\xce\xb8\xce\xb9\xce\xba\xce\xbb\xce\xbc\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5"
		"\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5\xce\xb6\xce\xb7\xce\xb8\xce\xb9\xce\xba\xce\xbb\xce\xbc\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5", "base64"},
};

START_TEST(parts_are_in_the_shorter_encoding_and_read_back)
{
	char click[TOKEN_SIZE + 1], view[TOKEN_SIZE + 1], want[200];
	token(click, TOKEN_CLICK, 1);
	token(view, TOKEN_VIEW, 0);
	make_mail(parts[_i].html, parts[_i].text, NULL);
	check_lines();
	for (int i = 1; i <= 2; i++) {
		char *part = decode_part(i);
		char const *s = mail.s;
		for (int k = i; k--;)
			s = strstr(s, "\r\n--=_saca") + 4;
		ck_assert_int_eq(strncmp(strstr(s, "Encoding: ") + 10, parts[_i].encoding, strlen(parts[_i].encoding)), 0);
		snprintf(want, sizeof want, URL "/v/%s", view);
		ck_assert_ptr_nonnull(strstr(part, want));
		if (i == 2) {
			snprintf(want, sizeof want, URL "/c/%s%s", click, _i ? ">" : "\">");
			ck_assert_ptr_nonnull(strstr(part, want));
			ck_assert_ptr_null(strstr(part, "a.es"));
		} else {
			ck_assert_ptr_nonnull(strstr(part, _i ? parts[_i].text : "Hola,\r\n\r\nma\xc3\xb1""ana "));
		}
		free(part);
	}
	ck_assert_str_eq(mail.s + mail.len - 1 - strlen("\r\n--=_saca--\r\n"), "\r\n--=_saca--\r\n");
	forget();
}
END_TEST

START_TEST(a_text_of_one_long_line_is_broken)
{
	char *long_line = malloc(400001);
	ck_assert_ptr_nonnull(long_line);
	memset(long_line, 'x', 400000);
	long_line[400000] = 0;
	make_mail(long_line, long_line, NULL);
	check_lines();
	char *part = decode_part(1);
	ck_assert_ptr_nonnull(strstr(part, long_line));
	free(part);
	part = decode_part(2);
	ck_assert_ptr_nonnull(strstr(part, long_line));
	free(part);
	free(long_line);
	forget();
}
END_TEST

START_TEST(an_empty_piece_is_a_mail_too)
{
	make_mail("", "", NULL);
	check_lines();
	char *part = decode_part(2);
	ck_assert_ptr_nonnull(strstr(part, "/u/"));
	free(part);
	forget();
}
END_TEST

START_TEST(a_brand_is_letters_and_digits)
{
	char out[RENDER_BRAND_MAX + 1];
	ck_assert(render_brand(out, "teenvio.com"));
	ck_assert_str_eq(out, "teenviocom");
	ck_assert(render_brand(out, "a-very-long-brand.example.com"));
	ck_assert_str_eq(out, "averylongbrande");
	ck_assert(!render_brand(out, "a.b-c.d"));
	ck_assert(!render_brand(out, ""));
}
END_TEST

/* The names of senders that are no words of ASCII, in From and List-Id. */
static struct {
	char const *name, *from, *list;
} const names[] = {
	{"Peluquer\xc3\xad""a", "\r\nFrom: =?UTF-8?", "\r\nList-Id: =?UTF-8?"},
	{"Ana \"la\" <x@y.es>, S.L.", "\r\nFrom: \"Ana \\\"la\\\" <x@y.es>, S.L.\" <remitente@dominio.com>\r\n", "\r\nList-Id: \"Ana "},
};

START_TEST(a_name_of_any_octets_is_one_word)
{
	make_named_mail("a", "a", "bounce+", names[_i].name);
	ck_assert_msg(strstr(mail.s, names[_i].from) != NULL, "%s", mail.s);
	ck_assert_msg(strstr(mail.s, names[_i].list) != NULL, "%s", mail.s);
	ck_assert_ptr_nonnull(strstr(mail.s, "<17.acme.api.example.com>\r\n"));
	for (char const *c = mail.s; c < strstr(mail.s, "\r\n\r\n"); c++)
		ck_assert_int_gt(*c, 0);
	forget();
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("render");
	TCase *c = unit_case("render");
	tcase_add_test(c, header_fields_are_in_their_order);
	tcase_add_loop_test(c, a_name_of_any_octets_is_one_word, 0, sizeof names / sizeof *names);
	tcase_add_test(c, without_a_prefix_there_is_no_mailto);
	tcase_add_test(c, the_envelope_sender_has_a_token);
	tcase_add_loop_test(c, parts_are_in_the_shorter_encoding_and_read_back, 0, 2);
	tcase_add_test(c, a_text_of_one_long_line_is_broken);
	tcase_add_test(c, an_empty_piece_is_a_mail_too);
	tcase_add_test(c, a_brand_is_letters_and_digits);
	suite_add_tcase(s, c);
	return s;
}
