/* Compiling a send: where the view sentence, the foot and the links go. The cases show
   where: {H} the view sentence, {F} the foot, {1} link 1. */
#include "send/template.h"
#include "send/words.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define URL "https://l.example"

static struct template_options const plain = {.language = 4, .show_header = true, .track_opens = true,
	.track_clicks = true, .url = URL};

static struct template t;
static struct buf shown;

static void compile(char const *html, char const *text, struct template_options const *o)
{
	size_t n = strlen(html), m = strlen(text);
	char *h = malloc(n + 1), *x = malloc(m + 1); /* exact, for the sanitizer */
	memcpy(h, html, n);
	memcpy(x, text, m);
	template_free(&t);
	ck_assert(template_compile(&t, h, n, x, m, o));
	free(h);
	free(x);
}

static void forget(void)
{
	template_free(&t);
	buf_free(&shown);
}

/* Writes the stencil with `{KIND LINK}` in its slots to shown, NUL-terminated. */
static char *show(struct stencil const *f)
{
	size_t at = 0;
	shown.len = 0;
	for (size_t i = 0; i < f->count; i++) {
		char slot[40];
		ck_assert_uint_ge(f->slot[i].at, at);
		ck_assert(buf_put(&shown, f->octets.s + at, f->slot[i].at - at));
		at = f->slot[i].at;
		if (f->slot[i].link)
			snprintf(slot, sizeof slot, "{%llu}", (unsigned long long)f->slot[i].link);
		else
			snprintf(slot, sizeof slot, "{%c}", f->slot[i].kind);
		ck_assert(buf_puts(&shown, slot));
	}
	ck_assert(buf_put(&shown, f->octets.s + at, f->octets.len - at) && buf_putc(&shown, 0));
	return shown.s;
}

static void replace_all(char *s, char const *what, char const *with)
{
	for (char *p; (p = strstr(s, what));) {
		size_t n = strlen(what), m = strlen(with);
		memmove(p + m, p + n, strlen(p + n) + 1);
		memcpy(p, with, m);
	}
}

/* The box that begins at `box` ends at the first </div>. */
static void shorten_box(char *box, char const *with)
{
	char *end = strstr(box, "</div>");
	ck_assert_ptr_nonnull(end);
	memmove(box + strlen(with), end + 6, strlen(end + 6) + 1);
	memcpy(box, with, strlen(with));
}

static char *show_html(struct stencil const *f)
{
	char *s = show(f), *box;
	while ((box = strstr(s, "<div lang=\"")) != NULL) {
		char *end = strstr(box, "</div>");
		ck_assert_ptr_nonnull(end);
		*end = 0;
		bool header = strstr(box, "{v}") != NULL, foot = strstr(box, "{u}") != NULL;
		*end = '<';
		ck_assert(header != foot);
		shorten_box(box, header ? "{H}" : "{F}");
	}
	replace_all(s, URL "/c/", "");
	return s;
}

/* --- The view sentence and the foot ------------------------------------------------------ */

static struct {
	char const *html, *want;
} const bodies[] = {
	{"", "{H}{F}"},
	{"hola", "{H}hola{F}"},
	{"<html><body>a</body></html>", "<html><body>{H}a{F}</body></html>"},
	{"<HTML><BODY BGCOLOR=red>a</BODY></HTML>", "<HTML><BODY BGCOLOR=red>{H}a{F}</BODY></HTML>"},
	{"<html><head><title>t</title><style>p{}</style></head><p>a", "<html><head><title>t</title><style>p{}</style></head>{H}<p>a{F}"},
	{"<html><head><title>t</title></head>\n a", "<html><head><title>t</title></head>\n {H}a{F}"},
	{"<!-- <body> --><p>a<!-- </body> -->", "<!-- <body> -->{H}<p>a<!-- </body> -->{F}"},
	{"<body a='>'>a</body >b</body>c", "<body a='>'>{H}a</body >b{F}</body>c"},
	{"<body>a<body>b</body>", "<body>{H}a<body>b{F}</body>"},
	{"<p>a<body>b", "{H}<p>a<body>b{F}"},
	{"<body>a</body><!-- b", "<body>{H}a{F}</body><!-- b"},
	{"<body>a<!-- b </body>", "<body>{H}a{F}<!-- b </body>"},
	{"<body>a<style>b </body>", "<body>{H}a{F}<style>b </body>"},
	{"<body>a<b c=\"</body>", "<body>{H}a{F}<b c=\"</body>"},
	{"<body>a</", "<body>{H}a{F}</"},
	{"<body", "{H}{F}<body"},
	{"<!-- a", "{H}{F}<!-- a"},
	{"<title>a</body>", "{H}{F}<title>a</body>"},
	{"<body>a<script>'</body>'</script>b</body>", "<body>{H}a<script>'</body>'</script>b{F}</body>"},
	{"<body>a<textarea></body></textarea>b", "<body>{H}a<textarea></body></textarea>b{F}"},
	{"<!--[if mso]><body class=m><![endif]--><p>a<!--[if mso]></body><![endif]-->",
		"<!--[if mso]><body class=m><![endif]-->{H}<p>a<!--[if mso]></body><![endif]-->{F}"},
	{"<![if !mso]><body>a<![endif]></body>", "<![if !mso]><body>{H}a<![endif]>{F}</body>"},
	{"<body>a<template>b</body>", "<body>{H}a{F}<template>b</body>"},
	{"<body>a<template><template></template>b</template></body>", "<body>{H}a<template><template></template>b</template>{F}</body>"},
	{"<body>a<select><option>b", "<body>{H}a{F}<select><option>b"},
	{"<body>a<select><select>b", "<body>{H}a<select><select>b{F}"},
	{"<body>a<svg><path/>b</body>", "<body>{H}a{F}<svg><path/>b</body>"},
	{"<body>a<svg><path/></svg>b</body>", "<body>{H}a<svg><path/></svg>b{F}</body>"},
	{"<body>a<svg/>b</body>", "<body>{H}a<svg/>b{F}</body>"},
	{"<body>a<svg><p>b</body>", "<body>{H}a<svg><p>b{F}</body>"},
	{"<body>a<svg><title>b", "<body>{H}a{F}<svg><title>b"},
	{"<body>a<svg><object></svg>b", "<body>{H}a<svg><object></svg>b{F}"},
	{"<body>a<object><svg></object>b", "<body>{H}a{F}<object><svg></object>b"},
	{"<body>a<svg><foreignObject><video></svg>b", "<body>{H}a{F}<svg><foreignObject><video></svg>b"},
	{"<body>a<video>b</body>", "<body>{H}a{F}<video>b</body>"},
	{"<body>a<video>b</video></body>", "<body>{H}a<video>b</video>{F}</body>"},
	{"<body>a<video>b</video", "<body>{H}a{F}<video>b</video"},
	{"<body>a<svg><title>b</svg c='>", "<body>{H}a{F}<svg><title>b</svg c='>"},
	{"<html><frameset><frame src=x></frameset></html>", "<html>{H}{F}<frameset><frame src=x></frameset></html>"},
	{"<body><frameset>a</body>", "<body>{H}<frameset>a{F}</body>"},
	{"<head><noscript><link></noscript></head>a", "<head><noscript><link></noscript></head>{H}a{F}"},
	{"<head><noscript><img></noscript></head>a", "<head>{H}<noscript><img></noscript></head>a{F}"},
	{"<head><noscript> b</noscript></head>a", "<head>{H}<noscript> b</noscript></head>a{F}"},
	{"</body><p>a", "</body>{H}<p>a{F}"},
	{"<table><tr><td>a</table>", "{H}<table><tr><td>a</table>{F}"},
	{"<?xml version=1.0?><!DOCTYPE html><html>\n<body>a", "<?xml version=1.0?><!DOCTYPE html><html>\n<body>{H}a{F}"},
};

START_TEST(header_and_foot_are_where_they_are_seen)
{
	compile(bodies[_i].html, "", &plain);
	ck_assert_str_eq(show_html(&t.html), bodies[_i].want);
	forget();
}
END_TEST

/* --- Links ------------------------------------------------------------------------------- */

static struct {
	char const *html, *want;
	char const *url; /* of the last link; NULL: there are no links */
} const links[] = {
	{"<a href=\"http://a.es/\">", "<a href=\"{1}\">", "http://a.es/"},
	{"<A HREF='HTTPS://a.es/'>", "<A HREF='{1}'>", "HTTPS://a.es/"},
	{"<a href=http://a.es/x/>", "<a href={1}>", "http://a.es/x/"},
	{"<a class=b href = http://a.es>", "<a class=b href = {1}>", "http://a.es"},
	{"<a\thref=\" http://a.es/a b\n\">", "<a\thref=\"{1}\">", "http://a.es/a b"},
	{"<a href=\"http://a.es/?x=1&amp;y=2\">", "<a href=\"{1}\">", "http://a.es/?x=1&y=2"},
	{"<a href=\"http://a.es/?x=1&#38;y=2\">", "<a href=\"{1}\">", "http://a.es/?x=1&y=2"},
	{"<a href=\"http://a.es/?x=1&#38y=2\">", "<a href=\"{1}\">", "http://a.es/?x=1&y=2"},
	{"<a href=\"http://a.es/?x=1&copy=2\">", "<a href=\"{1}\">", "http://a.es/?x=1&copy=2"},
	{"<a href=\"http://a.es/?x=1&y\">", "<a href=\"{1}\">", "http://a.es/?x=1&y"},
	{"<a href=\"ht&#116;p&colon;//a.es\">", "<a href=\"{1}\">", "http://a.es"},
	{"<a href=\"ht\ntp://a.es\">", "<a href=\"{1}\">", "http://a.es"},
	{"<a href=\"http://a.es/&ntilde;\">", "<a href=\"{1}\">", "http://a.es/\xc3\xb1"},
	{"<a href=\"http://ma\xc3\xb1""ana.es/\">", "<a href=\"{1}\">", "http://ma\xc3\xb1""ana.es/"},
	{"<a href=\"http://a@b.es/\">", "<a href=\"{1}\">", "http://a@b.es/"},
	{"<area href=http://a.es>", "<area href={1}>", "http://a.es"},
	{"<a href=http://a.es href=http://b.es>", "<a href={1} href=http://b.es>", "http://a.es"},
	{"<a href=http://a.es><a href=http://b.es><a href=http://a.es>", "<a href={1}><a href={2}><a href={1}>", "http://b.es"},
	{"<!--[if mso]><a href=http://a.es><![endif]-->", "<!--[if mso]><a href={1}><![endif]-->", "http://a.es"},
	{"<!--[if mso]><v:rect href=http://a.es><![endif]-->", "<!--[if mso]><v:rect href={1}><![endif]-->", "http://a.es"},
	{"<v:roundrect HREF='http://a.es'>", "<v:roundrect HREF='{1}'>", "http://a.es"},
	{"<noscript><a href=http://a.es></noscript>", "<noscript><a href={1}></noscript>", "http://a.es"},
	{"<a href=https://l.example.com/>", "<a href={1}>", "https://l.example.com/"},
	{"<base href=http://b.es/><a href=http://a.es>", "<base href=http://b.es/><a href={1}>", "http://a.es"},
	{"<a href=\"http://a.es/[[x]]\">", "<a href=\"{1}\">", "http://a.es/[[x]]"},
	{"<a href=\"http://a.es/[[[x\">", "<a href=\"{1}\">", "http://a.es/[[[x"},
	/* untouched */
	{"<a href=\"http://a.es/[[[x]]]\">", NULL, NULL}, {"<a href='[[[x]]]'>", NULL, NULL},
	{"<a href=mailto:a@b.es>", NULL, NULL}, {"<a href=tel:+34>", NULL, NULL}, {"<a href=#x>", NULL, NULL},
	{"<a href=javascript:x>", NULL, NULL}, {"<a href=data:x>", NULL, NULL}, {"<a href=/x>", NULL, NULL},
	{"<a href=//a.es/x>", NULL, NULL}, {"<a href=http:x>", NULL, NULL}, {"<a href=http:/x>", NULL, NULL},
	{"<a href=http://>", NULL, NULL}, {"<a href=http:///x>", NULL, NULL}, {"<a href=\"http:\\\\a.es\">", NULL, NULL},
	{"<a href>", NULL, NULL}, {"<a href=\"\">", NULL, NULL}, {"<a>", NULL, NULL}, {"<a href=ftp://a.es>", NULL, NULL},
	{"<a href=https://l.example/v/x>", NULL, NULL}, {"<a href=https://L.EXAMPLE>", NULL, NULL},
	{"<a title=http://a.es>", NULL, NULL}, {"<a title='<a href=http://a.es>'>", NULL, NULL},
	{"<img src=http://a.es>", NULL, NULL}, {"<link href=http://a.es>", NULL, NULL}, {"<b href=http://a.es>", NULL, NULL},
	{"<form action=http://a.es>", NULL, NULL}, {"<a xhref=http://a.es>", NULL, NULL},
	{"<!-- <a href=http://a.es> -->", NULL, NULL}, {"<script>'<a href=http://a.es>'</script>", NULL, NULL},
	{"<template><a href=http://a.es></template>", NULL, NULL}, {"<svg><a href=http://a.es></a></svg>", NULL, NULL},
	{"<svg><a xlink:href=http://a.es></a></svg>", NULL, NULL}, {"<textarea><a href=http://a.es></textarea>", NULL, NULL},
	{"<a href=\"http://a.es/&hellip;\">", NULL, NULL}, {"<base href=http://b.es/><a href=x>", NULL, NULL},
};

START_TEST(links_are_found_and_replaced)
{
	struct template_options o = plain;
	char html[256], want[256];
	o.show_header = false;
	snprintf(html, sizeof html, "<body>%s</body>", links[_i].html);
	snprintf(want, sizeof want, "<body>%s{F}</body>", links[_i].want ? links[_i].want : links[_i].html);
	compile(html, "", &o);
	ck_assert_str_eq(show_html(&t.html), want);
	ck_assert_str_eq(show_html(&t.page), want);
	ck_assert_int_eq(t.links.count > 0, links[_i].url != NULL);
	if (links[_i].url) {
		struct links_url const *last = &t.links.url[t.links.count - 1];
		ck_assert_uint_eq(last->n, strlen(links[_i].url));
		ck_assert_int_eq(memcmp(t.links.octets.s + last->at, links[_i].url, last->n), 0);
	}
	o.track_clicks = false;
	compile(html, "", &o);
	snprintf(want, sizeof want, "<body>%s{F}</body>", links[_i].html);
	ck_assert_str_eq(show_html(&t.html), want);
	ck_assert_uint_eq(t.links.count, 0);
	forget();
}
END_TEST

START_TEST(a_link_that_is_broken_off_stays)
{
	compile("<body>a<a href=http://a.es", "", &plain);
	ck_assert_str_eq(show_html(&t.html), "<body>{H}a{F}<a href=http://a.es");
	forget();
}
END_TEST

START_TEST(two_thousand_links_and_a_long_url_are_replaced)
{
	struct buf html = BUF_ZERO;
	char one[64];
	for (int i = 0; i < 2000; i++) {
		snprintf(one, sizeof one, "<a href=http://a.es/%d>x</a>", i);
		ck_assert(buf_puts(&html, one));
	}
	ck_assert(buf_puts(&html, "<a href=\"http://a.es/"));
	for (int i = 0; i < 5000; i++)
		ck_assert(buf_putc(&html, 'x'));
	ck_assert(buf_puts(&html, "\">y</a>") && buf_putc(&html, 0));
	compile(html.s, "", &plain);
	ck_assert_uint_eq(t.links.count, 2001);
	ck_assert_uint_eq(t.links.url[2000].n, 5000 + strlen("http://a.es/"));
	ck_assert_uint_eq(t.html.count, 2001 + 3);
	buf_free(&html);
	forget();
}
END_TEST

/* --- Words, icons, options --------------------------------------------------------------- */

static bool has(char const *s, char const *what)
{
	return strstr(s, what) != NULL;
}

START_TEST(each_language_has_its_words)
{
	struct words const *w = &words_table[_i];
	struct template_options o = plain;
	o.language = w->language;
	compile("<body>a</body>", "b", &o);
	char *s = show(&t.html);
	ck_assert(has(s, w->unsubscribe) && has(s, w->view) && has(s, URL "/u/{u}") && has(s, URL "/v/{v}"));
	s = show(&t.page);
	ck_assert(has(s, w->unsubscribe) && !has(s, w->view) && has(s, URL "/u/{u}") && !has(s, "{v}") && !has(s, "{o}"));
	char want[400];
	snprintf(want, sizeof want, "%s:\n" URL "/v/{v}\n\nb\n\n%s:\n" URL "/u/{u}\n", w->view, w->unsubscribe);
	ck_assert_str_eq(show(&t.text), want);
	ck_assert_ptr_nonnull(strstr(w->question, "%s"));
	ck_assert_ptr_nonnull(strstr(w->done, "%s"));
	ck_assert_ptr_eq(words_find(w->language), w);
	forget();
}
END_TEST

START_TEST(an_unknown_language_is_spanish)
{
	ck_assert_uint_eq(words_find(0)->language, 3);
	ck_assert_uint_eq(words_find(9)->language, 3);
}
END_TEST

START_TEST(options_take_effect)
{
	struct template_options o = plain;
	compile("<body>a</body>", "", &o);
	ck_assert(has(show(&t.html), URL "/o/{o}.gif"));
	o.track_opens = false;
	compile("<body>a</body>", "", &o);
	ck_assert(!has(show(&t.html), "{o}"));
	o.show_header = false;
	compile("<body>a</body>", "text\n", &o);
	ck_assert_str_eq(show_html(&t.html), "<body>a{F}</body>");
	ck_assert_str_eq(show(&t.text), "text\n\nUnsubscribe:\n" URL "/u/{u}\n");
	forget();
}
END_TEST

START_TEST(icons_are_shown_if_the_plan_has_profiles)
{
	struct template_options o = plain;
	o.social_links = true;
	compile("<body>a</body>", "", &o);
	ck_assert(!has(show(&t.html), "<img src=\"" URL "/s/"));
	o.profile[ACCOUNTS_X] = (struct accounts_text){"https://x.com/a?b=\"&c", 22};
	o.profile[ACCOUNTS_FACEBOOK] = (struct accounts_text){"https://facebook.com/a", 22};
	o.profile[ACCOUNTS_X].n = strlen(o.profile[ACCOUNTS_X].s);
	compile("<body>a</body>", "", &o);
	char *s = show(&t.html);
	ck_assert(has(s, "<a href=\"https://x.com/a?b=&quot;&amp;c\"><img src=\"" URL "/s/x.png\" alt=\"x\""));
	ck_assert(has(s, "<a href=\"https://facebook.com/a\"><img src=\"" URL "/s/facebook.png\""));
	ck_assert(strstr(s, "facebook.png") < strstr(s, "/s/x.png"));
	ck_assert_uint_eq(t.links.count, 0);
	ck_assert(has(show(&t.page), "/s/x.png"));
	o.social_links = false;
	compile("<body>a</body>", "", &o);
	ck_assert(!has(show(&t.html), "/s/"));
	forget();
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("template");
	TCase *c = unit_case("template");
	tcase_add_loop_test(c, header_and_foot_are_where_they_are_seen, 0, sizeof bodies / sizeof *bodies);
	tcase_add_loop_test(c, links_are_found_and_replaced, 0, sizeof links / sizeof *links);
	tcase_add_test(c, a_link_that_is_broken_off_stays);
	tcase_add_test(c, two_thousand_links_and_a_long_url_are_replaced);
	tcase_add_loop_test(c, each_language_has_its_words, 0, WORDS_LANGUAGES);
	tcase_add_test(c, an_unknown_language_is_spanish);
	tcase_add_test(c, options_take_effect);
	tcase_add_test(c, icons_are_shown_if_the_plan_has_profiles);
	suite_add_tcase(s, c);
	return s;
}
