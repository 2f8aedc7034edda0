/* What a message is used as: the verdicts and their reasons, the parts' uses, what their
   encodings hide, the options, and the tree that is drawn. */
#include "base/ascii.h"
#include "mail/message.h"
#include "mail/mimetree.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct mime *read_all(char const *s, enum message_verdict *verdict, struct message *msg)
{
	struct mime *m = mime_new();
	ck_assert_ptr_nonnull(m);
	mime_push(m, s, strlen(s));
	*verdict = message_judge(m, mime_finish(m), msg);
	return m;
}

#define MULTI "Content-Type: multipart/mixed; boundary=x\n\n"
#define TEXT "--x\nContent-Type: text/plain\n\na\n"
#define HTML "--x\nContent-Type: text/html\n\nb\n"
#define ATTACHED "--x\nContent-Disposition: attachment\n"

#define RELATED(start) "Content-Type: multipart/related; boundary=y; start=\"" start "\"\n\n"
#define PART(type, id) "--y\nContent-Type: text/" type "\nContent-ID: <" id ">\n\nc\n"
#define ALTERNATIVE "Content-Type: multipart/alternative; boundary=y\n\n"
#define RELATED_IN(boundary) "Content-Type: multipart/related; boundary=" boundary "\n\n"
#define ATTACHED_IN(type) "--y\nContent-Disposition: attachment\nContent-Type: text/" type "\n\na\n"

/* uses: a letter a part: Container, Text, Html, Inline, iGnored. */
static struct {
	char const *in;
	enum message_verdict verdict;
	char const *uses;
} const messages[] = {
	{MULTI TEXT HTML, MESSAGE_OK, "CTH"}, {MULTI HTML TEXT, MESSAGE_OK, "CHT"},
	{MULTI TEXT HTML HTML TEXT, MESSAGE_OK, "CTHHG"}, {MULTI TEXT, MESSAGE_NO_HTML, "CT"},
	{MULTI HTML, MESSAGE_NO_TEXT, "CH"}, {MULTI, MESSAGE_NO_BOTH, "C"},
	{"", MESSAGE_NO_HTML, "T"}, {"\n\n", MESSAGE_NO_HTML, "T"}, {"Content-Type: a/b\n", MESSAGE_NO_BOTH, "G"},
	{MULTI TEXT ATTACHED "Content-Type: text/html\n\nb\n", MESSAGE_NO_HTML, "CTG"},
	{MULTI ATTACHED "\na\n" HTML, MESSAGE_NO_TEXT, "CGH"},
	{MULTI ATTACHED "Content-ID: <a>\n\na\n" TEXT HTML, MESSAGE_OK, "CITH"},
	{MULTI TEXT HTML "--x\nContent-Type: text/html\nContent-ID: <a>\n\nb\n", MESSAGE_OK, "CTHI"},
	{MULTI TEXT ATTACHED "Content-Type: multipart/related; boundary=y\n\n--y\nContent-Type: text/html\n\nb\n",
	 MESSAGE_NO_HTML, "CTCG"},
	{MULTI "--x\nContent-Disposition: x-foo; filename=log.txt\n\na\n" TEXT HTML, MESSAGE_OK, "CGTH"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Disposition: form-data\n\nb\n", MESSAGE_NO_HTML, "CTG"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Disposition: \"INLINE\"\n\nb\n", MESSAGE_OK, "CTH"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Disposition: ; x=y\n\nb\n", MESSAGE_OK, "CTH"},
	{MULTI "--x\nContent-Transfer-Encoding: x-uuencode\n\na\n" TEXT HTML, MESSAGE_OK, "CGTH"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Transfer-Encoding: quotedprintable\n\nb\n",
	 MESSAGE_NO_HTML, "CTG"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Transfer-Encoding: 8-bit\n\nb\n", MESSAGE_OK, "CTH"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Transfer-Encoding: UTF-8\n\nb\n", MESSAGE_OK, "CTH"},
	{MULTI TEXT HTML "--x\nContent-Transfer-Encoding: x-y\nContent-ID: <a>\n\nb\n", MESSAGE_OK, "CTHI"},
	{"Content-Transfer-Encoding: x-y\n" MULTI TEXT HTML, MESSAGE_OK, "CTH"},
	/* the stated root, or what is in it, before what is beside it; what is nowhere else, beside it */
	{RELATED("<r>") PART("html", "a") PART("html", "r") PART("plain", "b"), MESSAGE_OK, "CIHT"},
	{RELATED("r") PART("html", "a") PART("html", "r") PART("html", "r") PART("plain", "b"), MESSAGE_OK, "CIHIT"},
	{RELATED("<r>") PART("plain", "a") PART("html", "b") "--y\nContent-ID: <r>\n" MULTI TEXT HTML, MESSAGE_OK, "CIICTH"},
	{RELATED("<r>") PART("html", "b") "--y\nContent-ID: <r>\n" MULTI TEXT, MESSAGE_OK, "CHCT"},
	{RELATED("<none>") PART("html", "a") PART("html", "r") PART("plain", "b"), MESSAGE_OK, "CHIT"},
	{RELATED("") PART("html", "") PART("html", "r") PART("plain", "b"), MESSAGE_OK, "CHIT"},
	{"Content-Type: multipart/mixed; boundary=y; start=\"<r>\"\n\n" PART("html", "a") PART("html", "r")
	 PART("plain", "b"), MESSAGE_OK, "CHIT"},
	{MULTI "--x\n" RELATED("<r>") PART("html", "a") PART("html", "r") "--y--\n" TEXT HTML, MESSAGE_OK, "CCIHTG"},
	{MULTI "--x\n" RELATED("<r>") PART("plain", "a") PART("html", "r") "--y--\n" TEXT HTML, MESSAGE_OK, "CCTHGG"},
	{MULTI "--x\n" RELATED("<r>") PART("plain", "a") PART("html", "b") "--y\nContent-ID: <r>\n"
	 "Content-Type: multipart/related; boundary=z; start=s\n\n--z\nContent-Type: text/html\n\nd\n"
	 "--z\nContent-ID: <s>\nContent-Type: text/html\n\ne\n", MESSAGE_OK, "CCTICGH"},
	/* HTML in pieces: in the same multipart/mixed, and nothing that has a name or is pointed at */
	{MULTI TEXT HTML "--x\nContent-Type: application/pdf\n\na\n" HTML, MESSAGE_OK, "CTHGH"},
	{MULTI TEXT HTML "--x\nContent-Type: text/html; name=a.html\n\nb\n"
	 "--x\nContent-Type: text/html\nContent-Disposition: inline; filename=a.html\n\nb\n"
	 ATTACHED "Content-Type: text/html\n\nb\n"
	 "--x\nContent-Type: text/html\nContent-Transfer-Encoding: x-y\n\nb\n" HTML, MESSAGE_OK, "CTHGGGGH"},
	{MULTI TEXT "--x\n" ALTERNATIVE PART("html", "") PART("html", "") "--y--\n" HTML, MESSAGE_OK, "CTCHGG"},
	{MULTI TEXT "--x\n" ALTERNATIVE PART("html", "") "--y--\n" HTML, MESSAGE_OK, "CTCHG"},
	/* the text is the HTML's alternative, if it has one */
	{MULTI TEXT "--x\n" ALTERNATIVE PART("plain", "") PART("html", ""), MESSAGE_OK, "CGCTH"},
	{MULTI TEXT "--x\n" ALTERNATIVE PART("plain", "") "--y\n" RELATED_IN("z") "--z\nContent-Type: text/html\n\nb\n",
	 MESSAGE_OK, "CGCTCH"},
	{MULTI "--x\n" ALTERNATIVE PART("plain", "") "--y--\n" TEXT HTML, MESSAGE_OK, "CCTGH"},
	{MULTI TEXT "--x\n" ALTERNATIVE ATTACHED_IN("plain") PART("html", ""), MESSAGE_OK, "CTCGH"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Transfer-Encoding: koi8-r\n\nb\n", MESSAGE_OK, "CTH"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Transfer-Encoding: iso-8859-2\n\nb\n", MESSAGE_OK, "CTH"},
	{"From a@b.es\n" MULTI TEXT HTML, MESSAGE_OK, "CTH"},
	{"Content-Disposition: attachment\n" MULTI TEXT HTML, MESSAGE_NO_BOTH, "CGG"},
	{MULTI TEXT "--x\nContent-Type: message/rfc822\nContent-ID: <a>\n\nContent-Type: text/html\n\nb\n",
	 MESSAGE_NO_HTML, "CTG"},
	{MULTI TEXT HTML "--x\nContent-Type: image/png\nContent-ID: <>\n\nb\n", MESSAGE_OK, "CTHG"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Disposition: inline; filename=attachment\n\nb\n",
	 MESSAGE_OK, "CTH"},
};

START_TEST(judges)
{
	enum message_verdict verdict;
	struct message msg;
	struct mime *m = read_all(messages[_i].in, &verdict, &msg);
	ck_assert_int_eq(verdict, messages[_i].verdict);
	ck_assert_uint_eq(mime_count(m), strlen(messages[_i].uses));
	ck_assert_int_eq(msg.text == MIME_NONE, strchr(messages[_i].uses, 'T') == NULL);
	ck_assert_int_eq(msg.html == MIME_NONE, strchr(messages[_i].uses, 'H') == NULL);
	for (size_t i = 0; i < mime_count(m); i++)
		ck_assert_int_eq("CTHIG"[message_use(m, &msg, i)], messages[_i].uses[i]);
	mime_free(m);
}
END_TEST

/* Every part lies beside a root that has no text, at every depth. */
START_TEST(is_fast)
{
	struct buf in = BUF_ZERO;
	char line[200];
	enum message_verdict verdict;
	struct message msg;
	for (int i = 0; i < MIME_DEPTH - 1; i++) {
		snprintf(line, sizeof line, "Content-Type: multipart/related; boundary=y%d; start=r\n\n"
			"--y%d\nContent-ID: <r>\n\nb\n--y%d\n", i, i, i);
		ck_assert(buf_puts(&in, line));
	}
	ck_assert(buf_puts(&in, MULTI));
	for (int i = 0; i < MIME_PARTS - 2 * MIME_DEPTH; i++)
		ck_assert(buf_puts(&in, "--x\nContent-Type: text/html\n\n"));
	ck_assert(buf_putc(&in, 0));
	for (int round = 0; round < 100; round++) {
		struct mime *m = read_all(in.s, &verdict, &msg);
		ck_assert_int_eq(verdict, MESSAGE_OK);
		ck_assert_uint_eq(msg.text, 1);
		mime_free(m);
	}
	buf_free(&in);
}
END_TEST

START_TEST(passes_faults_on)
{
	static enum message_verdict const wanted[] = {
		[MIME_TOO_DEEP] = MESSAGE_DEEP, [MIME_TOO_MANY] = MESSAGE_MANY,
		[MIME_HEADER_LONG] = MESSAGE_HEADER, [MIME_NO_MEMORY] = MESSAGE_NO_MEMORY,
	};
	struct message msg;
	enum message_verdict verdict;
	struct mime *m = read_all(MULTI TEXT HTML, &verdict, &msg);
	for (enum mime_fault f = MIME_TOO_DEEP; f <= MIME_NO_MEMORY; f++)
		ck_assert_int_eq(message_judge(m, f, &msg), wanted[f]);
	mime_free(m);
}
END_TEST

static char const *reason_of(enum message_verdict verdict)
{
	static char text[REFUSAL_TEXT];
	message_reason(text, verdict);
	return text;
}

START_TEST(gives_reasons)
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
	ck_assert_ptr_nonnull(strstr(reason_of(MESSAGE_HEADER), "102400"));
}
END_TEST

static struct {
	char const *encoding, *body, *out;
} const encoded[] = {
	{"7bit", "a=41\n", "a=41\n"}, {"8bit", "\xf1", "\xf1"}, {"binary", "a\r\nb", "a\r\nb"},
	{"x-uuencode", "begin\n", "begin\n"}, {"BASE64", "SG9s\nYQ\n", "Hola"}, {"base64", "*", ""},
	{"Quoted-Printable", "=48ola=\n!\n", "Hola!\n"}, {"quoted-printable", "", ""},
};

START_TEST(decodes)
{
	enum message_verdict verdict;
	struct message msg;
	struct buf in = BUF_ZERO, out = BUF_ZERO;
	ck_assert(buf_puts(&in, "Content-Transfer-Encoding: ") && buf_puts(&in, encoded[_i].encoding)
		&& buf_puts(&in, "\n\n") && buf_puts(&in, encoded[_i].body) && buf_putc(&in, 0));
	struct mime *m = read_all(in.s, &verdict, &msg);
	ck_assert(buf_puts(&out, "antes:") && message_decode(mime_part(m, 0), in.s, &out) && buf_putc(&out, 0));
	ck_assert_str_eq(out.s + 6, encoded[_i].out);
	mime_free(m);
	buf_free(&in);
	buf_free(&out);
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

START_TEST(reads_options)
{
	enum message_verdict verdict;
	struct message msg;
	struct message_options o;
	struct mime *m = read_all(options[_i].in, &verdict, &msg);
	message_options(m, "X-Teenvio-", &o);
	ck_assert_int_eq(o.show_header, options[_i].out.show_header);
	ck_assert_int_eq(o.social_links, options[_i].out.social_links);
	ck_assert_int_eq(o.track_opens, options[_i].out.track_opens);
	ck_assert_int_eq(o.track_clicks, options[_i].out.track_clicks);
	ck_assert_uint_eq(o.language, options[_i].out.language);
	mime_free(m);
}
END_TEST

START_TEST(reads_options_of_each_language)
{
	static unsigned int const known[] = {3, 4, 5, 6, 7, 8, 11, 13, 14, 15, 16, 17, 18};
	for (unsigned int i = 0, k = 0; i < 30; i++) {
		char in[] = "X-Language: 00\n";
		enum message_verdict verdict;
		struct message msg;
		struct message_options o;
		in[12] = (char)('0' + i / 10);
		in[13] = (char)('0' + i % 10);
		struct mime *m = read_all(in, &verdict, &msg);
		message_options(m, "X-", &o);
		bool is_known = k < sizeof known / sizeof *known && known[k] == i;
		ck_assert_uint_eq(o.language, is_known ? i : 3);
		k += is_known;
		mime_free(m);
	}
}
END_TEST

START_TEST(draws)
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
	enum message_verdict verdict;
	struct message msg;
	struct buf out = BUF_ZERO;
	struct mime *m = read_all(in, &verdict, &msg);
	ck_assert(mimetree_draw(&out, m, &msg, in) && buf_putc(&out, 0));
	ck_assert_str_eq(out.s, wanted);
	buf_free(&out);
	mime_free(m);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("message");
	TCase *c = unit_case("message");
	tcase_add_loop_test(c, judges, 0, sizeof messages / sizeof *messages);
	tcase_add_test(c, is_fast);
	tcase_add_test(c, passes_faults_on);
	tcase_add_test(c, gives_reasons);
	tcase_add_loop_test(c, decodes, 0, sizeof encoded / sizeof *encoded);
	tcase_add_loop_test(c, reads_options, 0, sizeof options / sizeof *options);
	tcase_add_test(c, reads_options_of_each_language);
	tcase_add_test(c, draws);
	suite_add_tcase(s, c);
	return s;
}
