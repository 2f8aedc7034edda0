/* Unsubscriptions: between a contact and a sender. */
#ifndef SEND_UNSUBSCRIBE_H
#define SEND_UNSUBSCRIBE_H

#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

enum unsubscribe_type {
	UNSUBSCRIBE_MAIL = 0,      /* by the contact, from a mail */
	UNSUBSCRIBE_USER = 10,     /* by the platform's user */
	UNSUBSCRIBE_BOUNCE = 20,   /* automatic; holds for all senders of the plan */
	UNSUBSCRIBE_COMPLAINT = 30
};

/* Opens an unsubscription, unless one is open for this contact and sender. Call it in a
   transaction that holds the plan's lock (lock_plan): the new id is the plan's highest plus one.
   send: the send that caused it, or 0. *is_new: a row was written. */
enum store_result unsubscribe_contact(struct store *s, uint64_t plan, uint64_t contact, uint64_t sender,
	enum unsubscribe_type type, uint64_t send, char const *at, bool *is_new);

#endif
