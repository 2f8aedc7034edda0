/* Counts of a send beside its figures, which saca-count keeps so that a page need not count rows.
   They are its contacts by the hour of their first open and first click (send_hour), and the
   contacts and clicks of each link. They change in the transaction that changes delivery and
   click, under the plan's lock. */
#ifndef STORE_HOURS_H
#define STORE_HOURS_H

#include "base/date.h"
#include "store/store.h"

#include <stdint.h>

/* Adds to the hour of the date, which is one of the store. opened, clicked: contacts; below 0 subtracts. */
enum store_result hours_add(struct store *s, uint64_t plan, uint64_t send, char const date[DATE_ISO], int64_t opened, int64_t clicked);

/* Adds to a link's contacts and clicks. */
enum store_result hours_add_link(struct store *s, uint64_t plan, uint64_t send, uint64_t number, int64_t people, int64_t clicks);

/* Contacts and clicks of one link of a send. */
struct hours_link {
	uint64_t number;
	int64_t people, clicks;
};

/* Sorts link[0..n) and adds them. A link that is there several times is written once. */
enum store_result hours_add_links(struct store *s, uint64_t plan, uint64_t send, struct hours_link *link, size_t n);

#endif
