/* A request to the queue service: as it is written, and as it is read. It has

     NAME=value NUL ...    at most SUBMISSION_BLOCK octets, each name at most once
     NUL

   and then either nothing, if the request brings two descriptors (message, envelope), or both
   themselves: the envelope's length in 4 octets, the highest first, the envelope, the message's
   length, the message; they have SUBMISSION_BODY octets at most, lengths included. The reply is
   one octet, an exit code of qmail-queue(8) as in service/answer.h, and the text that belongs on
   descriptor 6. */
#ifndef SERVICE_SUBMISSION_H
#define SERVICE_SUBMISSION_H

#include <stdbool.h>
#include <stddef.h>

#define SUBMISSION_BLOCK 8192  /* octets of the names and values with their NULs */
#define SUBMISSION_VALUE 512   /* octets of a value */
#define SUBMISSION_BODY 65536
#define SUBMISSION_MAX (SUBMISSION_BLOCK + 1 + SUBMISSION_BODY) /* octets of a request */
#define SUBMISSION_LENGTH 4    /* octets of a length */

enum submission_name {
	SUBMISSION_USER,     /* SACA_USER: the login */
	SUBMISSION_PLAN,     /* SACA_PLAN: its plan */
	SUBMISSION_HELO,     /* SACA_HELO */
	SUBMISSION_HOST,     /* SACA_HOST */
	SUBMISSION_PROTO,    /* SACA_PROTO */
	SUBMISSION_TICKET,   /* SACA_TICKET: the login service's ticket, in base64 */
	SUBMISSION_PROTOCOL, /* SSL_PROTOCOL */
	SUBMISSION_CIPHER,   /* SSL_CIPHER */
	SUBMISSION_IP,       /* TCPREMOTEIP: the client's address */
	SUBMISSION_SANDBOX,  /* SACA_SANDBOX: `no`, a real send even if the plan has sandbox=yes */
	SUBMISSION_NAMES
};

/* Writes the block, with its final NUL, to out. value[] has one string per name; NULL or "":
   left out; more than SUBMISSION_VALUE octets: cut. Returns the length. */
size_t submission_format(char out[SUBMISSION_BLOCK + 1], char const *const value[SUBMISSION_NAMES]);

/* Writes a length as SUBMISSION_LENGTH octets, the highest first. */
void submission_format_length(unsigned char out[SUBMISSION_LENGTH], size_t n);

struct submission {
	char const *value[SUBMISSION_NAMES]; /* strings in the request; NULL: not there, or empty */
	bool is_inside;                   /* envelope and message are in the request */
	char const *envelope, *message;
	size_t envelope_n, message_n;
};

/* Reads a request of n octets; the pointers are into s. False: it is malformed, and must be
   refused. The caller checks that it came without descriptors if is_inside, and with two if not. */
bool submission_read(struct submission *r, char const *s, size_t n);

#endif
