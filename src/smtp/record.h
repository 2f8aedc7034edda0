/* The dialogue's records in the log: saca-smtpd(8), THE LOG. */
#ifndef SMTP_RECORD_H
#define SMTP_RECORD_H

#include "smtp/dialogue.h"
#include "ucspi/peer.h"

#include <stdbool.h>

/* Writes a record to descriptor 2. If there is a reason, r's own or else `trouble` (printable
   ASCII, "" for none), a line with it is written first. */
void record_log(struct peer_end const *peer, bool tls, struct dialogue_record const *r, char const *trouble);

#endif
