/* Forgetting a person: removes a contact of a plan, its deliveries and its clicks. */
#ifndef STORE_FORGET_H
#define STORE_FORGET_H

#include "store/store.h"

#include <stdint.h>

struct forgotten {
	bool found;          /* the plan has the contact */
	bool is_marked;      /* it is unsubscribed: a hash of its address stays (store/mark.h) */
	uint64_t groups;     /* memberships that were removed */
	uint64_t deliveries; /* likewise */
};

/* Removes memberships, deliveries and clicks of the contact with that address, and the address. The
   contact's row and its unsubscriptions stay while one of these is open; the address is then
   replaced by its mark. The figures and the totals of the sends change with the rows. One
   transaction, which is repeated after STORE_AGAIN. plan: its name. address: normalized. */
enum store_result store_forget(struct store *s, char const *plan, struct slice address, struct forgotten *out);

#endif
