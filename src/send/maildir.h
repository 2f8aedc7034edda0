/* The mails of one send as files of a Maildir, without sending them. */
#ifndef SEND_MAILDIR_H
#define SEND_MAILDIR_H

#include "send/job.h"
#include "send/ledger.h"

#include <stdbool.h>
#include <stdint.h>

struct maildir_counts {
	uint64_t written, malformed, left; /* left: unsubscribed or suppressed */
};

/* Writes MAILDIR/new/SEND.CONTACT, lines ended by LF, for each contact of the send's group that
   may be mailed, even if its mail was delivered before. Makes the Maildir if it does not exist.
   Does not change the store. False: reason, of STORE_REASON octets. */
bool maildir_write(char const *path, struct ledger *l, struct job *j, struct job_settings const *settings,
	struct maildir_counts *counts, char *reason);

#endif
