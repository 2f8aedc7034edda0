/* A list that is searched by name or number, newest first. */
#include "web/panel.h"

#include "base/num.h"

#include <string.h>

void panel_list(struct page *p, struct panel_list const *list)
{
	char const *search = page_text_field(p, "q");
	uint64_t number = 0;
	struct buf pattern = BUF_ZERO;
	(void)num_scan(search, strlen(search), INT64_MAX, &number);
	page_pattern(p, &pattern, search);
	struct store_value const values[] = {store_number(p->plan), store_string(pattern.s), store_number(number)};
	struct paged const rows = {.path = list->path, .name = "q", .value = search, .select = list->select, .more = *search ? list->found : NULL,
		.key = list->key, .newest_first = true, .values = values, .n = *search ? 3 : 1, .print_head = list->print_head,
		.print_row = list->print_row};
	page_start(p, "200 OK", list->area, page_word(p, list->title));
	page_print(p, "<div class=\"head\"><div><h1>%w</h1>", list->title);
	page_print(p, list->what ? "<p class=\"soft\">%w</p></div>" : "</div>", list->what);
	page_search(p, list->path, list->label, search);
	page_print(p, "</div><section class=\"card\">");
	if (!paged_print(p, &rows))
		page_empty(p, *search ? TEXT_NONE_FOUND : list->empty, *search ? TEXT_NONE_FOUND_WHY : list->empty_why,
			*search ? list->path : NULL);
	page_print(p, "</section>");
	paged_links(p, &rows);
	page_end(p);
	buf_free(&pattern);
}
