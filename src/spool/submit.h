/* The queue service: a request, from the socket to the reply. The message is checked and
   committed in this process. The peer is not trusted: a plan counts only with its ticket
   (service/ticket.h), and only copies of the peer's memory files are used. */
#ifndef SPOOL_SUBMIT_H
#define SPOOL_SUBMIT_H

#include "service/serve.h"
#include "service/ticket.h"
#include "spool/spool.h"

#include <stdint.h>

struct submit {
	struct spool const *spool;
	struct hash_key ticket_key;
	char const *senders;      /* the path of senders.cdb */
	char const *host;         /* for the Received field; NULL: the request's */
	uint64_t residue, hosts;  /* spool/number.h */
	uint64_t recipients, octets; /* limits of a message */
};

/* Handles one request and replies. arg: a struct submit. For serve_workers. */
void submit_handle(void *arg, struct serve_request *r);

#endif
