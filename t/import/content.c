/* A message's content for the store: what the importer gets. */
#include "base/utf8.h"
#include "import/content.h"
#include "unit.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two images by their first octets, in base64, and their hashes. */
#define PNG64 "iVBORw0KGgoAAAANSUhEUg=="
#define GIF64 "R0lGODlhAQABAAAAAAA="

#define TEXT "--b\nContent-Type: text/plain; charset=iso-8859-1\n\nma\xf1" "ana\n"
#define HTML(html) "--b\nContent-Type: text/html; charset=iso-8859-1\n\n" html "\n"
#define PART(id, data) "--b\nContent-Type: image/png\nContent-ID: <" id ">\nContent-Transfer-Encoding: base64\n\n" data "\n"
#define MESSAGE(fields, rest) fields "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n" TEXT rest "--b--\n"

static char web[sizeof unit_folder + 8];
static struct content content;

static void set_up(void)
{
	unit_make_folder();
	snprintf(web, sizeof web, "%s/web", unit_folder);
}

static enum content_status read_at(char const *folder, char const *url, char const *s, size_t n)
{
	struct message msg;
	char *copy = malloc(n); /* of exact size, for the sanitizer */
	memcpy(copy, s, n);
	ck_assert_int_eq(message_read(&msg, copy, n), MESSAGE_OK);
	struct webfolder *w = webfolder_new(folder);
	enum content_status status = content_read(&content, &msg, url, w);
	int e = errno;
	ck_assert(webfolder_sync(w));
	webfolder_free(w);
	message_free(&msg);
	free(copy);
	errno = e;
	return status;
}

static void read_message(char const *s)
{
	ck_assert_int_eq(read_at(web, "https://img.example", s, strlen(s)), CONTENT_OK);
}

static void is(struct buf const *b, char const *want)
{
	char got[4000];
	ck_assert(b->len < sizeof got);
	if (b->len)
		memcpy(got, b->s, b->len);
	got[b->len] = 0;
	ck_assert_uint_eq(strlen(got), b->len);
	ck_assert_str_eq(got, want);
}

/* The HTML must be `pattern`, in which $0 and $1 are the URLs of the images. */
static void html_is(char const *pattern)
{
	char want[4000];
	size_t n = 0;
	for (; *pattern; pattern++) {
		if (*pattern == '$') {
			size_t i = (size_t)(*++pattern - '0');
			ck_assert_uint_lt(i, content.image_count);
			n += (size_t)snprintf(want + n, sizeof want - n, "https://img.example/%s", content.images[i].path);
		} else {
			want[n++] = *pattern;
		}
	}
	want[n] = 0;
	is(&content.html, want);
}

START_TEST(a_message_becomes_subject_text_html_and_images)
{
	read_message(MESSAGE("Subject: =?iso-8859-1?Q?ma=F1ana?=\nMessage-ID: <1@x>\n",
		HTML("<meta charset=iso-8859-1>ma\xf1" "ana<img src=\"cid:a@x\">") PART("a@x", PNG64)));
	is(&content.subject, "mañana");
	is(&content.message_id, "<1@x>");
	is(&content.text, "mañana");
	html_is("<meta charset=utf-8>mañana<img src=\"$0\">");
	ck_assert_uint_eq(content.image_count, 1);
	ck_assert_uint_eq(content.unresolved.count, 0);
	struct store_image *i = content.images;
	is(&i->content_id, "a@x");
	ck_assert_str_eq(i->type, "png");
	ck_assert_uint_eq(i->bytes, 16);
	ck_assert(!strncmp(i->path, "i/", 2) && !strncmp(i->path + 2, i->sha256, 64) && !strcmp(i->path + 66, ".png"));
	char path[300];
	struct stat st;
	snprintf(path, sizeof path, "%s/%s", web, i->path);
	ck_assert(!stat(path, &st) && st.st_size == 16);
	content_free(&content);
	ck_assert(!content.images && !content.html.s);
}
END_TEST

START_TEST(a_message_without_fields_or_images_is_read)
{
	read_message(MESSAGE("", HTML("<p>")));
	is(&content.subject, "");
	is(&content.message_id, "");
	html_is("<p>");
	ck_assert_uint_eq(content.image_count, 0);
	ck_assert(access(web, F_OK) < 0);
	content_free(&content);
}
END_TEST

/* HTML with URLs, the parts that they name, and the HTML afterwards: $0 is the URL of the first
   image. */
static struct {
	char const *message, *html;
	size_t images, unresolved, unhosted;
} const cases[] = {
	/* not used by the HTML: not hosted */
	{MESSAGE("", HTML("cid:a") PART("a", PNG64)), "cid:a", 0, 0, 0},
	{MESSAGE("", HTML("<img src=cid:nowhere><img src=cid:nowhere>")),
		"<img src=cid:nowhere><img src=cid:nowhere>", 0, 1, 0},
	/* an attachment is hosted if the HTML uses it */
	{MESSAGE("", HTML("<img src=cid:a>") "--b\nContent-Type: application/octet-stream; name=\"../../x.html\"\n"
		"Content-Disposition: attachment; filename=\"../../x.html\"\nContent-ID: <a>\n"
		"Content-Transfer-Encoding: base64\n\n" GIF64 "\n"), "<img src=$0>", 1, 0, 0},
	/* not an image, in spite of its name and type */
	{MESSAGE("", HTML("<img src=cid:a>") PART("a", "PHN2Zz48L3N2Zz4=")), "<img src=cid:a>", 0, 0, 1},
	{MESSAGE("", HTML("<img src=cid:a>") PART("a", "")), "<img src=cid:a>", 0, 0, 1},
	{MESSAGE("", HTML("<img src=cid:%61><img src=cid:b><img src=cid:A>") PART("a", "SUkqAA==")),
		"<img src=cid:%61><img src=cid:b><img src=cid:A>", 0, 1, 2},
	/* one part, several places; one image, several parts */
	{MESSAGE("", HTML("<img src=cid:a><td background='cid:a'>") PART("a", PNG64)),
		"<img src=$0><td background='$0'>", 1, 0, 0},
	{MESSAGE("", HTML("<img src=cid:a><img src=cid:b>") PART("a", PNG64) PART("b", PNG64)),
		"<img src=$0><img src=$1>", 2, 0, 0},
	/* several parts with one id: the first that is an image */
	{MESSAGE("", HTML("<img src=cid:a>") PART("a", "aG9sYQ==") PART("a", GIF64) PART("a", PNG64)),
		"<img src=$0>", 1, 0, 0},
	/* one id the beginning of another */
	{MESSAGE("", HTML("<img src=cid:a1><img src=cid:a><img src=cid:a12>") PART("a", PNG64) PART("a1", GIF64)),
		"<img src=$0><img src=$1><img src=cid:a12>", 2, 1, 0},
	/* percent-encoding, case, brackets */
	{MESSAGE("", HTML("<img src=cid:a%40x%2B1>") PART("a@x+1", PNG64)), "<img src=$0>", 1, 0, 0},
	{MESSAGE("", HTML("<img src=cid:a%40x>") PART("a%40x", PNG64)), "<img src=$0>", 1, 0, 0},
	{MESSAGE("", HTML("<img src=cid:a%40x>") PART("a%40x", PNG64) PART("a@x", GIF64)), "<img src=$0>", 1, 0, 0},
	{MESSAGE("", HTML("<img src=cid:IMG@x>") PART("img@X", PNG64)), "<img src=$0>", 1, 0, 0},
	{MESSAGE("", HTML("<img src=cid:a><img src=cid:A>") PART("A", PNG64) PART("a", GIF64)),
		"<img src=$0><img src=$1>", 2, 0, 0},
	{MESSAGE("", HTML("<img src=cid:a>") PART("a", "aG9sYQ==") PART("A", GIF64)), "<img src=$0>", 1, 0, 0},
	{MESSAGE("", HTML("<img src='cid:<a>'><img src='cid: a'>") PART("a", PNG64)), "<img src='$0'><img src='$0'>", 1, 0, 0},
	{MESSAGE("", HTML("<img src='cid:'>") PART("", PNG64)), "<img src='cid:'>", 0, 1, 0},
	{MESSAGE("", HTML("<img src='cid:a'>") PART("<a>", PNG64)), "<img src='$0'>", 1, 0, 0},
	{MESSAGE("", HTML("<img src='cid:a b'>") PART(" a b ", PNG64)), "<img src='$0'>", 1, 0, 0},
	{MESSAGE("", HTML("<img src='cid:a'>") "--b\nContent-ID: \"a\"\nContent-Transfer-Encoding: base64\n\n" PNG64 "\n"),
		"<img src='$0'>", 1, 0, 0},
	/* HTML in pieces, each in its own charset */
	{"Content-Type: multipart/mixed; boundary=b\n\n" TEXT HTML("<p>\xf1<img src='cid:a'>") PART("a", PNG64)
		"--b\nContent-Type: text/html; charset=utf-8\n\n<meta charset=utf-8>ñ<img src='cid:a'><img src='cid:c'>\n"
		PART("c", GIF64) "--b--\n", "<p>ñ<img src='$0'><meta charset=utf-8>ñ<img src='$0'><img src='$1'>", 2, 0, 0},
	/* ids as encoded words: in the brackets or around them, folded, in base64, any charset */
	{MESSAGE("", HTML("<img src='cid:795d06e0ed2c6@phpmailer.0'>")
		PART("=?us-ascii?Q?795d06e0e?=\n =?us-ascii?Q?d2c6@phpmailer.0?=", PNG64)), "<img src='$0'>", 1, 0, 0},
	{MESSAGE("", HTML("<img src='cid:im\xe1gen'><img src='cid:im%C3%A1gen'>") PART("=?utf-8?Q?im=C3=A1gen?=", PNG64)),
		"<img src='$0'><img src='$0'>", 1, 0, 0},
	{MESSAGE("", HTML("<img src='cid:im\xe1gen'>") "--b\nContent-ID: =?utf-8?Q?<im=C3=A1gen>?=\n"
		"Content-Transfer-Encoding: base64\n\n" PNG64 "\n"), "<img src='$0'>", 1, 0, 0},
	{MESSAGE("", HTML("<img src='cid:im\xe1gen'>") "--b\nContent-ID: =?iso-8859-1?B?PGlt4Wdlbj4=?=\n"
		"Content-Transfer-Encoding: base64\n\n" PNG64 "\n"), "<img src='$0'>", 1, 0, 0},
	{MESSAGE("", HTML("<img src='cid:a'>") PART("=?utf-8?Q?a?=", "aG9sYQ==") PART("a", GIF64)),
		"<img src='$0'>", 1, 0, 0},
	/* a malformed encoded word is not decoded, nor one that is the same in the id and in the HTML */
	{MESSAGE("", HTML("<img src='cid:=?a'><img src='cid:=?x?Q?b?='>") PART("=?a", PNG64) PART("=?x?Q?b?=", GIF64)),
		"<img src='$0'><img src='$1'>", 2, 0, 0},
	{MESSAGE("", HTML("<img src='cid:a'>") "--b\nContent-ID: =?x <a>\n"
		"Content-Transfer-Encoding: base64\n\n" PNG64 "\n"), "<img src='$0'>", 1, 0, 0},
	{MESSAGE("", HTML("<img src='cid:'>") PART("=?utf-8?Q?_?=", PNG64)), "<img src='cid:'>", 0, 1, 0},
	/* an 8-bit id; the HTML that names it has become UTF-8 */
	{MESSAGE("", HTML("<img src='cid:im\xe1gen@x'>") PART("im\xe1gen@x", PNG64)), "<img src='$0'>", 1, 0, 0},
	/* an id cannot become markup or a path */
	{MESSAGE("", HTML("<img src=cid:%22&#39;&lt;script>") PART("\"'<script", PNG64)), "<img src=$0>", 1, 0, 0},
	{MESSAGE("", HTML("<img src='cid:../../etc/passwd'>") PART("../../etc/passwd", PNG64)), "<img src='$0'>", 1, 0, 0},
	{MESSAGE("", HTML("<img src='cid:%00'>") PART("a", PNG64)), "<img src='cid:%00'>", 0, 1, 0},
	/* ids that end as one in UTF-8 are two rows */
	{MESSAGE("", HTML("<img src=cid:%F1><img src=cid:%C3%B1>") PART("\xf1", PNG64) PART("\xc3\xb1", GIF64)),
		"<img src=$0><img src=$1>", 2, 0, 0},
	/* quoted-printable and base64 cut off */
	{MESSAGE("", HTML("<img src=cid:a>") PART("a", "iVBORw0KGgoAAAANSUhEUg")), "<img src=$0>", 1, 0, 0},
	{MESSAGE("", HTML("<img src=cid:a>") PART("a", "iVBOR\nw0KGgo!AAAANS*UhEUg=")), "<img src=$0>", 1, 0, 0},
	/* the charset in the HTML counts if the header has none */
	{MESSAGE("", "--b\nContent-Type: text/html\n\n<meta charset=koi8-r>\xf0\n"), "<meta charset=utf-8>П", 0, 0, 0},
	{MESSAGE("", "--b\nContent-Type: text/html; charset=utf-16\nContent-Transfer-Encoding: base64\n\n"
		"//48AG0AZQB0AGEAIABjAGgAYQByAHMAZQB0AD0AdQB0AGYALQAxADYAPgDxAA==\n"), "<meta charset=utf-8>ñ", 0, 0, 0},
};

START_TEST(images_are_hosted_and_cids_replaced)
{
	read_message(cases[_i].message);
	ck_assert_uint_eq(content.image_count, cases[_i].images);
	ck_assert_uint_eq(content.unresolved.count, cases[_i].unresolved);
	ck_assert_uint_eq(content.unhosted.count, cases[_i].unhosted);
	html_is(cases[_i].html);
	for (size_t i = 0; i < content.image_count; i++)
		for (size_t k = 0; k < i; k++) {
			struct buf *a = &content.images[i].content_id, *b = &content.images[k].content_id;
			ck_assert(a->len != b->len || memcmp(a->s, b->s, a->len));
		}
	content_free(&content);
}
END_TEST

/* Samples of t/mail/samples, and their text and HTML. */
static struct {
	char const *sample, *text, *html;
} const words[] = {
	{"sep-main", "hola", "<p>hola</p>"}, {"sep-parts", "hola mundo", "<p>hola</p>"},
	{"sep-main-first-part", "hola", "<p>PRIMERO</p><p>SEGUNDO</p>"}, {"sep-blanks", "hola", "<p>hola</p>"},
	{"pieces-html-related", "texto1", "<p>uno <img src=\"$0\"></p><p>dos</p>"},
	{"pieces-text", "texto1\ntexto2", "<p>html1</p><p>html2</p>"},
	{"label-iso-2022-jp", "こんにちは", "<p>こんにちは</p>"},
	{"label-base64", "Estas son las novedades de la semana en nuestra tienda.",
	 "<html><body><p>Estas son las novedades</p></body></html>"},
	{"base64-footer", "Camión, año y niño\nEste mensaje es confidencial.", "<p>hola</p>"},
	{"base64-padded-footer", "Camión, año y niño.\nEste mensaje es confidencial.", "<p>hola</p>"},
};

START_TEST(a_sample_keeps_its_words)
{
	char path[400], s[4000];
	snprintf(path, sizeof path, "%s/t/mail/samples/%s.eml", getenv("TOP") ? getenv("TOP") : ".", words[_i].sample);
	FILE *f = fopen(path, "rb");
	ck_assert_ptr_nonnull(f);
	size_t n = fread(s, 1, sizeof s, f);
	fclose(f);
	ck_assert_int_eq(read_at(web, "https://img.example", s, n), CONTENT_OK);
	is(&content.text, words[_i].text);
	html_is(words[_i].html);
	content_free(&content);
}
END_TEST

START_TEST(a_cid_without_an_image_is_noted_once)
{
	read_message(MESSAGE("", HTML("<img src=cid:c><img src=cid:a%0Ab><img src=cid:c><img src=cid:%63>")));
	ck_assert_uint_eq(content.unresolved.count, 2);
	is(&content.unresolved.ids[0], "a b");
	is(&content.unresolved.ids[1], "c");
	content_free(&content);
}
END_TEST

START_TEST(a_url_before_images_has_no_special_octets)
{
	static char const *const good[] = {
		"", "/", "/img", "//cdn.example", "http://h", "https://h:8/a/b/", "https://[2001:db8::1]/x", "https://h/%7Ea",
	}, *const bad[] = {
		"h", "h.example/x", "ftp://h", "http://", "http:///x", "javascript:alert(1)", "https://h/?a=", "https://h/#a",
		"https://h/ x", "https://h/\"", "https://h/'", "https://h/<", "https://h/&amp;", "https://h/(", "https://h/,",
		"https://h/\n", "https://h/ñ", "https://h/\\", "https://h/`", "HTTP://h",
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		ck_assert_msg(content_url_ok(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(!content_url_ok(bad[i]), "%s", bad[i]);
	static char const *const prefixes[][2] = {
		{"", "/"}, {"/", "/"}, {"/img//", "/img/"}, {"https://h", "https://h/"}, {"https://h/a/", "https://h/a/"},
	};
	char const *s = MESSAGE("", HTML("<img src=cid:a>") PART("a", PNG64));
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		char want[300];
		ck_assert_int_eq(read_at(web, prefixes[i][0], s, strlen(s)), CONTENT_OK);
		snprintf(want, sizeof want, "<img src=%s%s>", prefixes[i][1], content.images[0].path);
		is(&content.html, want);
		content_free(&content);
	}
}
END_TEST

START_TEST(a_web_folder_that_fails_is_reported)
{
	char const *s = MESSAGE("", HTML("<img src=cid:a><img src=cid:b>") PART("a", PNG64) PART("b", PNG64));
	ck_assert_int_eq(read_at("/nonexistent/web", "", s, strlen(s)), CONTENT_WEB);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert(!content.html.s && !content.images && !content.image_count);
}
END_TEST

/* Malformed header fields of every kind: the store gets UTF-8 in one line. */
START_TEST(a_field_becomes_one_line_of_utf_8)
{
	char const *s = MESSAGE("Subject: a\x01\x7f =?utf-8?B?AA==?= \xf1\nMessage-Id:  <a\x1f\xf1@x> \n", HTML("<p>"));
	read_message(s);
	is(&content.subject, "a    ñ");
	is(&content.message_id, "<a ñ@x>");
	content_free(&content);
}
END_TEST

static uint32_t seed;

static uint32_t chance(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* Octets are changed at random: if the result is still a message, it gives UTF-8 and real images
   only. */
START_TEST(any_accepted_message_becomes_utf_8)
{
	seed = (uint32_t)_i;
	for (int round = 0; round < 600; round++) {
		char const *from = cases[chance(sizeof cases / sizeof *cases)].message;
		size_t n = strlen(from);
		char *s = malloc(n);
		memcpy(s, from, n);
		for (uint32_t k = chance(8); k; k--)
			s[chance((uint32_t)n)] = chance(2) ? (char)chance(256) : s[chance((uint32_t)n)];
		struct message msg;
		if (message_read(&msg, s, n) == MESSAGE_OK) {
			struct webfolder *w = webfolder_new(web);
			ck_assert_int_eq(content_read(&content, &msg, "/img", w), CONTENT_OK);
			struct buf *all[] = {&content.subject, &content.message_id, &content.text, &content.html};
			for (size_t i = 0; i < 4; i++)
				ck_assert(utf8_valid(all[i]->s ? all[i]->s : "", all[i]->len)
					&& (!all[i]->len || !memchr(all[i]->s, 0, all[i]->len)));
			for (size_t i = 0; i < content.image_count; i++)
				ck_assert(utf8_valid(content.images[i].content_id.s, content.images[i].content_id.len));
			content_free(&content);
			webfolder_free(w);
		}
		message_free(&msg);
		free(s);
	}
}
END_TEST

/* Ids that differ only after CONTENT_ID octets are cut between two characters and stay different. */
START_TEST(long_ids_are_cut_and_stay_different)
{
	struct buf b = BUF_ZERO;
	char id[1100];
	memset(id, 'x', sizeof id);
	memcpy(id + 996, "\xe2\x82\xac", 3);
	id[1050] = 0;
	ck_assert(buf_puts(&b, "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n" TEXT
		"--b\nContent-Type: text/html\n\n"));
	for (id[1049] = 'a'; id[1049] < 'd'; id[1049]++)
		ck_assert(buf_puts(&b, "<img src=cid:") && buf_puts(&b, id) && buf_puts(&b, ">"));
	for (id[1049] = 'a'; id[1049] < 'd'; id[1049]++)
		ck_assert(buf_puts(&b, "\n--b\nContent-ID: <") && buf_puts(&b, id) && buf_puts(&b, ">\n\nGIF89a with octets ")
			&& buf_putc(&b, id[1049]));
	ck_assert(buf_puts(&b, "\n--b--\n"));
	ck_assert_int_eq(read_at(web, "https://img.example", b.s, b.len), CONTENT_OK);
	ck_assert_uint_eq(content.image_count, 3);
	html_is("<img src=$0><img src=$1><img src=$2>");
	for (size_t i = 0; i < 3; i++) {
		ck_assert_uint_eq(content.images[i].content_id.len, 996 + i);
		ck_assert_mem_eq(content.images[i].content_id.s + 996, "~~", i);
	}
	content_free(&content);
	buf_free(&b);
}
END_TEST

/* The largest number of parts, and as many cids as fit into a message. */
START_TEST(a_thousand_parts_and_20000_cids_take_no_time)
{
	struct buf b = BUF_ZERO;
	char line[200];
	ck_assert(buf_puts(&b, "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n" TEXT
		"--b\nContent-Type: text/html\n\n"));
	for (int i = 0; i < 20000; i++) {
		snprintf(line, sizeof line, "<img src=cid:%s%d>\n", i % 2 ? "I" : "no", i % 990);
		ck_assert(buf_puts(&b, line));
	}
	for (int i = 0; i < 990; i++) {
		snprintf(line, sizeof line, "--b\nContent-Type: image/png\nContent-ID: <i%d>\n\nnone", i);
		ck_assert(buf_puts(&b, line) && buf_puts(&b, "\n"));
	}
	ck_assert(buf_puts(&b, "--b--\n"));
	ck_assert_int_eq(read_at(web, "", b.s, b.len), CONTENT_OK);
	ck_assert_uint_eq(content.unresolved.count, 495);
	ck_assert_uint_eq(content.unhosted.count, 495);
	content_free(&content);
	buf_free(&b);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("content");
	TCase *c = unit_case("content");
	tcase_add_checked_fixture(c, set_up, unit_remove_folder);
	tcase_add_test(c, a_message_becomes_subject_text_html_and_images);
	tcase_add_test(c, a_message_without_fields_or_images_is_read);
	tcase_add_loop_test(c, images_are_hosted_and_cids_replaced, 0, sizeof cases / sizeof *cases);
	tcase_add_loop_test(c, a_sample_keeps_its_words, 0, sizeof words / sizeof *words);
	tcase_add_test(c, a_cid_without_an_image_is_noted_once);
	tcase_add_test(c, long_ids_are_cut_and_stay_different);
	tcase_add_test(c, a_url_before_images_has_no_special_octets);
	tcase_add_test(c, a_web_folder_that_fails_is_reported);
	tcase_add_test(c, a_field_becomes_one_line_of_utf_8);
	tcase_add_loop_test(c, any_accepted_message_becomes_utf_8, 0, 6);
	tcase_add_test(c, a_thousand_parts_and_20000_cids_take_no_time);
	suite_add_tcase(s, c);
	return s;
}
