/* Pausing, resuming and cancelling a send. */
#ifndef WEB_SENDSTATE_H
#define WEB_SENDSTATE_H

#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

enum send_change {
	SEND_PAUSE,  /* a new or sending one */
	SEND_RESUME, /* a paused one becomes new */
	SEND_CANCEL  /* a new, sending or paused one */
};

/* Changes the state of a send, in a transaction. A saca-send that works on it stops after the mails in
   flight, since its claim is gone. reason: why it is paused, for people. now: of store_now. *changed
   is false if the plan has no such send, or its state does not allow the change. */
enum store_result send_change_state(struct store *s, uint64_t plan, uint64_t send, enum send_change change,
	char const *reason, char const *now, bool *changed);

#endif
