/* Inspecting a piece: links, images without alternative text, what HTML and text do not share. */
#include "web/inspect.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct inspection inspect(char const *html, char const *text)
{
	struct inspection i = {.images = 0};
	ck_assert(inspect_piece(&i, html, strlen(html), text, strlen(text)));
	return i;
}

/* True if the list has these strings, each with a NUL. */
#define has(l, ...) do { \
		static char const *const wanted[] = {__VA_ARGS__, NULL}; \
		size_t at = 0, n = 0; \
		for (; wanted[n]; at += strlen(wanted[n++]) + 1) { \
			ck_assert_msg(at < (l).strings.len, "lacks %s", wanted[n]); \
			ck_assert_str_eq((l).strings.s + at, wanted[n]); \
		} \
		ck_assert_uint_eq((l).strings.len, at); \
		ck_assert_uint_eq((l).count, n); \
	} while (0)

START_TEST(links_are_listed_in_their_order)
{
	struct inspection i = inspect("<a href='https://a.es/?x=1&amp;y=2' href=second>x</a><A HREF=mailto:b@c.es><area href=#c><a name=d>"
		"<!-- <a href=hidden> --><script>'<a href=hidden>'</script><link href=style>", "");
	has(i.links, "https://a.es/?x=1&y=2", "mailto:b@c.es", "#c");
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
	struct inspection i = inspect("<p class=rojo>Ma&ntilde;ana hay REBAJAS</p><img alt='tienda'>",
		"mañana rebajas, ofertas y Ofertas en la tienda: 2026 con sol rojo");
	has(i.text_words, "2026", "ofertas", "rojo");
	ck_assert_uint_eq(i.html_words.count, 0);
	inspection_free(&i);
}
END_TEST

START_TEST(words_that_the_text_lacks_are_listed_once)
{
	struct inspection i = inspect("<title>Nada</title><style>color{}</style><h1>Hasta el 50&nbsp;%</h1><p>Envío gratis</p><p>gratis</p>"
		"<!-- comentario --><script>guion</script><img alt=logotipo><!--[if mso]><p>Outlook</p><![endif]-->", "Hasta el 40 %");
	has(i.html_words, "50", "envío", "gratis");
	has(i.text_words, "40");
	inspection_free(&i);
}
END_TEST

START_TEST(tags_of_inline_elements_do_not_divide_words)
{
	struct inspection i = inspect("<p>Re<b>ba</b>jas</p><p>Hola</p>Mundo<br>entero", "Rebajas hola mundo entero");
	ck_assert_uint_eq(i.html_words.count + i.text_words.count, 0);
	inspection_free(&i);
	i = inspect("<td>Hola</td><td>Mundo</td>", "holamundo");
	has(i.html_words, "hola", "mundo");
	inspection_free(&i);
}
END_TEST

START_TEST(capitals_quotes_and_invisible_characters_do_not_count)
{
	struct inspection i = inspect("<p>¡OFERTÓN! “Última”&hellip; Ξενοδοχείο Ёлка ŁÓDŹ seg\xc2\xad" "uro\xe2\x80\x8c</p>",
		"ofertón, última: ξενοδοχείο ёлка łódź segu\xe2\x80\x8dro");
	ck_assert_uint_eq(i.html_words.count, 0);
	ck_assert_uint_eq(i.text_words.count, 0);
	inspection_free(&i);
}
END_TEST

START_TEST(addresses_are_compared_as_addresses)
{
	struct inspection i = inspect("<a href='https://a.es/'>Tienda</a><a href=' https://a.es/x?b=1&amp;c=2 '>x</a><a href='mailto:y@a.es'>y</a>"
		"<p>https://a.es/visible</p>", "Tienda (https://a.es), <https://a.es/visible>. HTTPS://otro.es/p.");
	has(i.html_links, "https://a.es/x?b=1&c=2");
	has(i.text_links, "HTTPS://otro.es/p");
	ck_assert_uint_eq(i.html_words.count, 0);
	ck_assert_uint_eq(i.text_words.count, 0);
	inspection_free(&i);
}
END_TEST

START_TEST(a_piece_without_text_is_not_compared)
{
	struct inspection i = inspect("<p>hola mundo</p><a href='https://a.es'>x</a>", " \r\n");
	ck_assert(!i.has_text);
	ck_assert_uint_eq(i.html_words.count + i.html_links.count, 0);
	inspection_free(&i);
	i = inspect("", "hola");
	has(i.text_words, "hola");
	inspection_free(&i);
	i = inspect("", "\xff\xfe \xc3");
	ck_assert(!i.has_text);
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
	struct inspection i = {.images = 0};
	ck_assert(inspect_piece(&i, html.s, html.len, text.s, text.len));
	ck_assert_uint_eq(i.links.count, 1000);
	ck_assert_uint_eq(i.links.strings.len, INSPECT_LISTED * 2);
	ck_assert_uint_eq(i.text_words.count, 1000);
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
	tcase_add_test(c, words_that_the_text_lacks_are_listed_once);
	tcase_add_test(c, tags_of_inline_elements_do_not_divide_words);
	tcase_add_test(c, capitals_quotes_and_invisible_characters_do_not_count);
	tcase_add_test(c, addresses_are_compared_as_addresses);
	tcase_add_test(c, a_piece_without_text_is_not_compared);
	tcase_add_test(c, long_lists_are_cut_and_counted);
	suite_add_tcase(s, c);
	return s;
}
