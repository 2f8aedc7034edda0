/* The choice of the parts that are the text and the HTML, and of those that may be images. */
#include "base/buf.h"
#include "mail/body.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define MULTI "Content-Type: multipart/mixed; boundary=x\n\n"
#define TEXT "--x\nContent-Type: text/plain\n\na\n"
#define HTML "--x\nContent-Type: text/html\n\nb\n"
#define ATTACHED "--x\nContent-Disposition: attachment\n"

#define RELATED(start) "Content-Type: multipart/related; boundary=y; start=\"" start "\"\n\n"
#define PART(type, id) "--y\nContent-Type: text/" type "\nContent-ID: <" id ">\n\nc\n"
#define ALTERNATIVE "Content-Type: multipart/alternative; boundary=y\n\n"
#define RELATED_IN(boundary) "Content-Type: multipart/related; boundary=" boundary "\n\n"
#define ATTACHED_IN(type) "--y\nContent-Disposition: attachment\nContent-Type: text/" type "\n\na\n"

/* uses: a letter for each part: Container, Text, Html, Inline, iGnored. */
static struct {
	char const *in;
	char const *uses;
} const messages[] = {
	{MULTI TEXT HTML, "CTH"}, {MULTI HTML TEXT, "CHT"},
	{MULTI TEXT HTML HTML TEXT, "CTHHT"}, {MULTI TEXT, "CT"},
	{MULTI HTML, "CH"}, {MULTI, "C"},
	{"", "T"}, {"\n\n", "T"}, {"Content-Type: a/b\n", "G"},
	{MULTI TEXT ATTACHED "Content-Type: text/html\n\nb\n", "CTG"},
	{MULTI ATTACHED "\na\n" HTML, "CGH"},
	{MULTI ATTACHED "Content-ID: <a>\n\na\n" TEXT HTML, "CITH"},
	{MULTI TEXT HTML "--x\nContent-Type: text/html\nContent-ID: <a>\n\nb\n", "CTHI"},
	{MULTI TEXT ATTACHED "Content-Type: multipart/related; boundary=y\n\n--y\nContent-Type: text/html\n\nb\n",
	 "CTCG"},
	{MULTI "--x\nContent-Disposition: x-foo; filename=log.txt\n\na\n" TEXT HTML, "CGTH"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Disposition: form-data\n\nb\n", "CTG"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Disposition: \"INLINE\"\n\nb\n", "CTH"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Disposition: ; x=y\n\nb\n", "CTH"},
	{MULTI "--x\nContent-Transfer-Encoding: x-uuencode\n\na\n" TEXT HTML, "CGTH"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Transfer-Encoding: quotedprintable\n\nb\n",
	 "CTG"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Transfer-Encoding: 8-bit\n\nb\n", "CTH"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Transfer-Encoding: UTF-8\n\nb\n", "CTH"},
	{MULTI TEXT HTML "--x\nContent-Transfer-Encoding: x-y\nContent-ID: <a>\n\nb\n", "CTHI"},
	{"Content-Transfer-Encoding: x-y\n" MULTI TEXT HTML, "CTH"},
	/* a piece in the named root wins over one beside the root, which counts if there is no other */
	{RELATED("<r>") PART("html", "a") PART("html", "r") PART("plain", "b"), "CIHT"},
	{RELATED("r") PART("html", "a") PART("html", "r") PART("html", "r") PART("plain", "b"), "CIHIT"},
	{RELATED("<r>") PART("plain", "a") PART("html", "b") "--y\nContent-ID: <r>\n" MULTI TEXT HTML, "CIICTH"},
	{RELATED("<r>") PART("html", "b") "--y\nContent-ID: <r>\n" MULTI TEXT, "CHCT"},
	{RELATED("<none>") PART("html", "a") PART("html", "r") PART("plain", "b"), "CHIT"},
	{RELATED("") PART("html", "") PART("html", "r") PART("plain", "b"), "CHIT"},
	{"Content-Type: multipart/mixed; boundary=y; start=\"<r>\"\n\n" PART("html", "a") PART("html", "r")
	 PART("plain", "b"), "CHIT"},
	{MULTI "--x\n" RELATED("<r>") PART("html", "a") PART("html", "r") "--y--\n" TEXT HTML, "CCIHTH"},
	{MULTI "--x\n" RELATED("<r>") PART("plain", "a") PART("html", "r") "--y--\n" TEXT HTML, "CCTHTH"},
	{MULTI "--x\n" RELATED("<r>") PART("plain", "a") PART("html", "b") "--y\nContent-ID: <r>\n"
	 "Content-Type: multipart/related; boundary=z; start=s\n\n--z\nContent-Type: text/html\n\nd\n"
	 "--z\nContent-ID: <s>\nContent-Type: text/html\n\ne\n", "CCTICGH"},
	/* HTML in pieces: in the same multipart/mixed, without a name or a Content-ID */
	{MULTI TEXT HTML "--x\nContent-Type: application/pdf\n\na\n" HTML, "CTHGH"},
	{MULTI TEXT HTML "--x\nContent-Type: text/html; name=a.html\n\nb\n"
	 "--x\nContent-Type: text/html\nContent-Disposition: inline; filename=a.html\n\nb\n"
	 ATTACHED "Content-Type: text/html\n\nb\n"
	 "--x\nContent-Type: text/html\nContent-Transfer-Encoding: x-y\n\nb\n" HTML, "CTHGGGGH"},
	{MULTI TEXT "--x\n" ALTERNATIVE PART("html", "") PART("html", "") "--y--\n" HTML, "CTCHGH"},
	{MULTI TEXT "--x\n" ALTERNATIVE PART("html", "") "--y--\n" HTML, "CTCHH"},
	/* a piece beside a multipart that has one (pieces1), and text in pieces (pieces3) */
	{ALTERNATIVE PART("plain", "") "--y\n" MULTI "--x\n" RELATED_IN("z") "--z\nContent-Type: text/html\n\nb\n"
	 "--z\nContent-Type: image/png\nContent-ID: <i>\n\nc\n--z--\n--x\nContent-Type: application/pdf\n\nd\n" HTML,
	 "CTCCHIGH"},
	{ALTERNATIVE "--y\n" MULTI TEXT "--x\nContent-Type: application/pdf\n\nd\n" TEXT "--x--\n--y\n" MULTI HTML
	 "--x\nContent-Type: application/pdf\n\nd\n" HTML "--x--\n", "CCTGTCHGH"},
	{MULTI TEXT "--x\nContent-Type: application/pdf\n\nd\n" TEXT HTML, "CTGTH"},
	/* children of a multipart/alternative are not joined, nor are parts beside a root */
	{MULTI HTML "--x\n" ALTERNATIVE PART("html", "") PART("html", "") "--y--\n" TEXT, "CHCHGT"},
	{MULTI HTML "--x\n" RELATED_IN("y") PART("html", "") PART("html", "") "--y--\n" TEXT, "CHCHGT"},
	/* each HTML piece has a text of its own */
	{MULTI "--x\n" ALTERNATIVE PART("plain", "") PART("html", "") "--y--\n--x\n" ALTERNATIVE PART("plain", "")
	 PART("html", "") "--y--\n", "CCTHCTH"},
	{MULTI "--x\n" ALTERNATIVE PART("plain", "") PART("html", "") "--y--\n" HTML TEXT, "CCTHHG"},
	{ALTERNATIVE PART("plain", "") "--y\n" MULTI HTML TEXT HTML "--x--\n", "CTCHGH"},
	/* the text is the HTML's alternative, if it has one */
	{MULTI TEXT "--x\n" ALTERNATIVE PART("plain", "") PART("html", ""), "CGCTH"},
	{MULTI TEXT "--x\n" ALTERNATIVE PART("plain", "") "--y\n" RELATED_IN("z") "--z\nContent-Type: text/html\n\nb\n",
	 "CGCTCH"},
	{MULTI "--x\n" ALTERNATIVE PART("plain", "") "--y--\n" TEXT HTML, "CCTTH"},
	{MULTI TEXT "--x\n" ALTERNATIVE ATTACHED_IN("plain") PART("html", ""), "CTCGH"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Transfer-Encoding: koi8-r\n\nb\n", "CTH"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Transfer-Encoding: iso-8859-2\n\nb\n", "CTH"},
	{"From a@b.es\n" MULTI TEXT HTML, "CTH"},
	{"Content-Disposition: attachment\n" MULTI TEXT HTML, "CGG"},
	{MULTI TEXT "--x\nContent-Type: message/rfc822\nContent-ID: <a>\n\nContent-Type: text/html\n\nb\n",
	 "CTG"},
	{MULTI TEXT HTML "--x\nContent-Type: image/png\nContent-ID: <>\n\nb\n", "CTHG"},
	{MULTI TEXT "--x\nContent-Type: text/html\nContent-Disposition: inline; filename=attachment\n\nb\n",
	 "CTH"},
};

START_TEST(text_and_html_are_chosen_by_rfc_8621)
{
	enum body_use use[MIME_PARTS];
	enum mime_fault fault;
	struct mime *m = mime_read(messages[_i].in, strlen(messages[_i].in), &fault);
	ck_assert_ptr_nonnull(m);
	body_choose(m, use);
	ck_assert_uint_eq(mime_count(m), strlen(messages[_i].uses));
	for (size_t i = 0; i < mime_count(m); i++)
		ck_assert_msg("CTHIG"[use[i]] == messages[_i].uses[i], "part %zu of %s is %c, not %c", i, messages[_i].in,
			"CTHIG"[use[i]], messages[_i].uses[i]);
	mime_free(m);
}
END_TEST

/* Every part is beside a root that has no text, at every depth; or each has an alternative of its
   own. */
START_TEST(the_choice_takes_no_longer_in_deep_and_wide_trees)
{
	struct buf in = BUF_ZERO;
	char line[200];
	enum body_use use[MIME_PARTS];
	enum mime_fault fault;
	for (int i = 0; i < MIME_DEPTH - 2; i++) {
		snprintf(line, sizeof line, _i ? "Content-Type: multipart/alternative; boundary=y%d\n\n--y%d\n"
			: "Content-Type: multipart/related; boundary=y%d; start=r\n\n--y%d\nContent-ID: <r>\n\nb\n--y%d\n", i, i, i);
		ck_assert(buf_puts(&in, line));
	}
	ck_assert(buf_puts(&in, MULTI));
	for (int i = 0; i < MIME_PARTS / 3 - MIME_DEPTH; i++)
		ck_assert(buf_puts(&in, _i ? "--x\n" ALTERNATIVE PART("plain", "") PART("html", "") "--y--\n"
			: "--x\nContent-Type: text/html\n\n"));
	for (int round = 0; round < 100; round++) {
		struct mime *m = mime_read(in.s, in.len, &fault);
		ck_assert_int_eq(fault, MIME_OK);
		body_choose(m, use);
		size_t html = 0;
		for (size_t i = 0; i < mime_count(m); i++)
			html += use[i] == BODY_HTML;
		ck_assert_uint_eq(html, _i ? MIME_PARTS / 3 - MIME_DEPTH : 1);
		mime_free(m);
	}
	buf_free(&in);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("body");
	TCase *c = unit_case("body");
	tcase_add_loop_test(c, text_and_html_are_chosen_by_rfc_8621, 0, sizeof messages / sizeof *messages);
	tcase_add_loop_test(c, the_choice_takes_no_longer_in_deep_and_wide_trees, 0, 2);
	suite_add_tcase(s, c);
	return s;
}
