/* A list that is searched by name or number, newest first. */
#include "web/panel.h"

#include "base/num.h"

#include <string.h>

void panel_list(struct page *p, struct panel_list const *list)
{
	char const *search = page_text_field(p, "q");
	uint64_t before = page_number_field(p, "before"), number = 0;
	struct store_value first = store_number(before ? before : INT64_MAX);
	struct buf pattern = BUF_ZERO;
	page_start(p, "200 OK", list->area, page_word(p, list->title));
	page_print(p, "<div class=\"head\"><div><h1>%w</h1></div>", list->title);
	page_search(p, list->path, list->label, search);
	page_print(p, "</div><section class=\"card\">");
	if (*search) {
		(void)num_scan(search, strlen(search), INT64_MAX, &number);
		page_pattern(p, &pattern, search);
		page_run(p, list->select_found, STORE_VALUES(store_number(p->plan), first, store_string(pattern.s), store_number(number)),
			list->print_row, p);
		buf_free(&pattern);
	} else {
		page_run(p, list->select_all, STORE_VALUES(store_number(p->plan), first), list->print_row, p);
	}
	if (p->rows)
		page_print(p, "</tbody></table>");
	else
		page_empty(p, *search ? TEXT_NONE_FOUND : list->empty, *search ? TEXT_NONE_FOUND_WHY : list->empty_why);
	page_print(p, "</section>");
	page_paging(p, list->path, "before", "q", search, !before);
	page_end(p);
}
