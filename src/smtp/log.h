/* The dialogue's log: saca-smtpd(8), THE LOG. */
#ifndef SMTP_LOG_H
#define SMTP_LOG_H

#include "smtp/dialogue.h"

#include <stdbool.h>

/* Writes a record to descriptor 2. Before it stands why, where there is a reason: the record's
   own, or else trouble, printable ASCII ("" for none). ip: the client's address. */
void log_write(char const *ip, bool tls, struct dialogue_record const *r, char const *trouble);

#endif
