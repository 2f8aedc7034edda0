/* Inspecting a piece: links, images without alternative text, words missing in the HTML. */
#include "web/inspect.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct inspection inspect(char const *html, char const *text)
{
	struct inspection i = {.link_count = 0};
	ck_assert(inspect_piece(&i, html, strlen(html), text, strlen(text)));
	return i;
}

START_TEST(links_are_listed_in_their_order)
{
	struct inspection i = inspect("<a href='https://a.es/?x=1&amp;y=2' href=second>x</a><A HREF=mailto:b@c.es><area href=#c><a name=d>"
		"<!-- <a href=hidden> --><script>'<a href=hidden>'</script><link href=style>", "");
	ck_assert_uint_eq(i.link_count, 3);
	ck_assert_uint_eq(i.links.len, sizeof "https://a.es/?x=1&y=2\0mailto:b@c.es\0#c");
	ck_assert_mem_eq(i.links.s, "https://a.es/?x=1&y=2\0mailto:b@c.es\0#c", i.links.len);
	inspection_free(&i);
}
END_TEST

START_TEST(images_without_alt_are_counted)
{
	struct inspection i = inspect("<img src=a><img src=b alt=''><IMG ALT=logo src=c><img><image src=d>", "");
	ck_assert_uint_eq(i.images, 4);
	ck_assert_uint_eq(i.images_without_alt, 2);
	inspection_free(&i);
}
END_TEST

START_TEST(words_that_the_html_lacks_are_listed_once)
{
	struct inspection i = inspect("<p>Ma&ntilde;ana hay REBAJAS</p><img alt='tienda'>",
		"mañana rebajas, ofertas y Ofertas en la tienda: 2026 con sol");
	ck_assert_uint_eq(i.word_count, 2);
	ck_assert_mem_eq(i.words.s, "2026\0ofertas", sizeof "2026\0ofertas");
	inspection_free(&i);
	i = inspect("", "");
	ck_assert_uint_eq(i.word_count, 0);
	inspection_free(&i);
	i = inspect("", "hola");
	ck_assert_uint_eq(i.word_count, 1);
	inspection_free(&i);
}
END_TEST

START_TEST(long_lists_are_cut_and_counted)
{
	struct buf html = BUF_ZERO, text = BUF_ZERO;
	char word[40];
	for (int n = 0; n < 1000; n++) {
		buf_puts(&html, "<a href=x>");
		sprintf(word, "word%d ", n);
		buf_puts(&text, word);
	}
	struct inspection i = {.link_count = 0};
	ck_assert(inspect_piece(&i, html.s, html.len, text.s, text.len));
	ck_assert_uint_eq(i.link_count, 1000);
	ck_assert_uint_eq(i.links.len, INSPECT_LISTED * 2);
	ck_assert_uint_eq(i.word_count, 1000);
	inspection_free(&i);
	buf_free(&html);
	buf_free(&text);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("inspect");
	TCase *c = unit_case("inspect");
	tcase_add_test(c, links_are_listed_in_their_order);
	tcase_add_test(c, images_without_alt_are_counted);
	tcase_add_test(c, words_that_the_html_lacks_are_listed_once);
	tcase_add_test(c, long_lists_are_cut_and_counted);
	suite_add_tcase(s, c);
	return s;
}
