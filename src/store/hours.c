/* Counts by hour and by link: see hours.h. */
#include "store/hours.h"

#include <stdlib.h>
#include <string.h>

static char const add_hour[] =
	"INSERT INTO send_hour (plan_id, send_id, hour, opened, clicked) VALUES ($1, $2, $3, $4, $5)"
	" ON CONFLICT (plan_id, send_id, hour) DO UPDATE SET opened = send_hour.opened + excluded.opened,"
	" clicked = send_hour.clicked + excluded.clicked";
static char const add_link[] =
	"UPDATE link SET people = people + $4, clicks = clicks + $5 WHERE plan_id = $1 AND send_id = $2 AND number = $3";

enum store_result hours_add(struct store *s, uint64_t plan, uint64_t send, char const date[DATE_ISO], int64_t opened, int64_t clicked)
{
	char hour[DATE_ISO] = "";
	strcat(strncat(hour, date, strlen("2013-09-12T11")), ":00:00Z");
	return s->run(s, add_hour, STORE_VALUES(store_number(plan), store_number(send), store_time((struct slice){hour, strlen(hour)}),
		store_integer(opened), store_integer(clicked)), NULL, NULL);
}

enum store_result hours_add_link(struct store *s, uint64_t plan, uint64_t send, uint64_t number, int64_t people, int64_t clicks)
{
	return s->run(s, add_link, STORE_VALUES(store_number(plan), store_number(send), store_number(number), store_integer(people),
		store_integer(clicks)), NULL, NULL);
}

static int compare_links(void const *a, void const *b)
{
	uint64_t const x = ((struct hours_link const *)a)->number, y = ((struct hours_link const *)b)->number;
	return x < y ? -1 : x > y;
}

enum store_result hours_add_links(struct store *s, uint64_t plan, uint64_t send, struct hours_link *link, size_t n)
{
	enum store_result r = STORE_OK;
	if (n)
		qsort(link, n, sizeof *link, compare_links);
	for (size_t i = 0; r == STORE_OK && i < n;) {
		struct hours_link all = link[i];
		while (++i < n && link[i].number == all.number) {
			all.people += link[i].people;
			all.clicks += link[i].clicks;
		}
		r = hours_add_link(s, plan, send, all.number, all.people, all.clicks);
	}
	return r;
}
