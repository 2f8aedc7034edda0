/* Inspecting a piece: the text is what follows the last NUL. Each list has the strings that it counts; a piece whose
   text is what its HTML shows has no words of its own. */
#include "web/inspect.h"
#include "fuzz.h"

static void check_list(struct inspect_list const *l)
{
	size_t n = 0;
	for (size_t at = 0; at < l->strings.len; at += strlen(l->strings.s + at) + 1)
		n++;
	must(n == (l->count < INSPECT_LISTED ? l->count : INSPECT_LISTED));
	must(!l->strings.len || l->strings.s[l->strings.len - 1] == 0);
}

static struct inspection inspect(char const *html, size_t n, char const *text, size_t tn)
{
	struct inspection i = {.images = 0};
	must(inspect_piece(&i, html, n, text, tn));
	must(i.images_without_alt <= i.images);
	check_list(&i.links);
	check_list(&i.html_words);
	check_list(&i.text_words);
	check_list(&i.html_links);
	check_list(&i.text_links);
	must(i.has_text || (!i.html_words.count && !i.text_words.count && !i.html_links.count && !i.text_links.count));
	return i;
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	size_t html = n;
	while (html && data[html - 1])
		html--;
	char *text = fuzz_copy(data + html, n - html), *copy = fuzz_copy(data, html ? html - 1 : 0);
	struct inspection i = inspect(copy, html ? html - 1 : 0, text, n - html);
	inspection_free(&i);
	/* a text without markup, on both sides */
	bool plain = !memchr(text, '<', n - html) && !memchr(text, '&', n - html);
	i = inspect(text, n - html, text, n - html);
	must(!plain || (!i.html_words.count && !i.text_words.count && !i.html_links.count && !i.text_links.count));
	inspection_free(&i);
	free(text);
	free(copy);
	return 0;
}
