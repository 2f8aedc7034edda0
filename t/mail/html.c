/* The HTML reader: end tags, where HTML is cut off, where its text begins; character references.
   (t/mail/cid.c and its fuzz target test the rest of the reader.) */
#include "mail/html.h"
#include "mail/html_text.h"
#include "unit.h"

#include <string.h>

static struct html read_all(char const *s)
{
	struct html h;
	html_start(&h, s, strlen(s));
	h.end_tags = true;
	while (html_next(&h) != HTML_END)
		;
	return h;
}

/* `|` is the beginning of the broken construct; it is not in the input. Without one, nothing is broken. */
static char const *const broken[] = {
	"", "a<b>c</b>", "a|<b", "a|<b ", "a|<b c", "a|<b c=", "a|<b c=d", "a|<b c=\"d>", "a|<b c='d>", "a|</b", "a|</b ",
	"a|</", "a<", "a< b", "a|<!", "a|<?x", "a|<!doctype html", "a<!doctype html>", "a|<!--", "a|<!-- b", "a|<!-- b --",
	"a|<!-- b ->", "a<!-->", "a<!--->", "a<!-- b -->", "a<!-- b --!>", "a|<!--[if mso]><b>", "a<!--[if mso]><b><![endif]-->",
	"a<!--[if mso]><b <![endif]-->", "a<!--[if mso]><!-- <![endif]-->c", "a|<style>b", "a<style>b</style>",
	"a|<script>b</scrip", "a|<title>b<i>", "a|<textarea>b", "a|<xmp>", "a|<title>b</title", "a|<title>b</title ", "a<title>b</title>", "a|<plaintext>b</plaintext>", "a|<iframe>",
	"a|<noembed>b", "a|<noframes>b", "a<svg><style>b</style></svg>", "a<svg>|<![CDATA[b", "a<svg><![CDATA[b]]>",
	"a|<![CDATA[b", "a|<style>b<!--</style", "a<noscript>b", "a|<script><!--<script></script>",
};

START_TEST(broken_html_is_noticed)
{
	char s[128];
	char const *bar = strchr(broken[_i], '|');
	size_t before = bar ? (size_t)(bar - broken[_i]) : strlen(broken[_i]);
	memcpy(s, broken[_i], before);
	strcpy(s + before, bar ? bar + 1 : "");
	size_t found = read_all(s).broken;
	ck_assert_msg(found == before, "%s: %zu", broken[_i], found);
}
END_TEST

static char const *const texts[] = {
	"|a", " \n\t|a", "<p>|a", "<!-- a -->|b", "<style>a</style> |b", "<title>a</title><p> </p>|b", "<b", "", "  ",
	"<!--[if mso]>a<![endif]-->|b", "|< a", "<p> |<", "|&nbsp;",
};

START_TEST(text_is_found)
{
	char s[128];
	char const *bar = strchr(texts[_i], '|');
	size_t before = bar ? (size_t)(bar - texts[_i]) : strlen(texts[_i]);
	memcpy(s, texts[_i], before);
	strcpy(s + before, bar ? bar + 1 : "");
	ck_assert_uint_eq(read_all(s).text, before);
}
END_TEST

START_TEST(end_tags_are_given_if_asked_for)
{
	static char const s[] = "<p></p></ q><!--[if mso]></v:rect></b<![endif]--></BODY x='>'></3></i";
	static char const *const names[] = {"p", "v:rect", "BODY"};
	struct html h;
	size_t found = 0;
	html_start(&h, s, strlen(s));
	h.end_tags = true;
	for (enum html_token t; (t = html_next(&h)) != HTML_END;) {
		if (t != HTML_END_TAG)
			continue;
		ck_assert_uint_lt(found, 3);
		ck_assert_uint_eq(h.to - h.from, strlen(names[found]));
		ck_assert_int_eq(memcmp(s + h.from, names[found], h.to - h.from), 0);
		ck_assert_int_eq(memcmp(s + h.from - 2, "</", 2), 0);
		ck_assert_int_eq(h.conditional, found == 1);
		found++;
	}
	ck_assert_uint_eq(found, 3);
	html_start(&h, s, strlen(s));
	for (enum html_token t; (t = html_next(&h)) != HTML_END;)
		ck_assert_int_eq(t, HTML_TAG);
}
END_TEST

static struct {
	char const *html, *text;
} const references[] = {
	{"a&amp;b", "a&b"}, {"a&ampb", "a&ampb"}, {"a&amp=b", "a&amp=b"}, {"a&amp", "a&"}, {"&#38;&#x26;&#38", "&&&"},
	{"?x=1&copy=2", "?x=1&copy=2"}, {"?x=1&copy;=2", "?x=1\xc2\xa9=2"}, {"?x=1&copy-", "?x=1\xc2\xa9-"}, {"&COPY;&REG", "\xc2\xa9\xc2\xae"},
	{"caf&eacute;", "caf\xc3\xa9"}, {"&yuml", "\xc3\xbf"}, {"&nbsp;&frac12;", "\xc2\xa0\xc2\xbd"}, {"&frac12x", "&frac12x"},
	{"&#150;&#128;", "\xe2\x80\x93\xe2\x82\xac"}, {"&#0;&#xd800;&#1114112;", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, {"&#;&#x;&;", "&#;&#x;&;"},
	{"&nosuchname;", "&nosuchname;"}, {"&colon;&sol;&period;&num;", ":/.#"}, {"&colon/", "&colon/"}, {"&lt1", "&lt1"},
};

START_TEST(references_are_read_as_browsers_do_in_attributes)
{
	char out[64];
	size_t n = 0;
	struct html_text t;
	html_text_start(&t, references[_i].html, 0, strlen(references[_i].html), true);
	for (int c; (c = html_text_next(&t)) >= 0;)
		out[n++] = (char)c;
	out[n] = 0;
	ck_assert_str_eq(out, references[_i].text);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("html");
	TCase *c = unit_case("html");
	tcase_add_loop_test(c, broken_html_is_noticed, 0, sizeof broken / sizeof *broken);
	tcase_add_loop_test(c, text_is_found, 0, sizeof texts / sizeof *texts);
	tcase_add_test(c, end_tags_are_given_if_asked_for);
	tcase_add_loop_test(c, references_are_read_as_browsers_do_in_attributes, 0, sizeof references / sizeof *references);
	suite_add_tcase(s, c);
	return s;
}
