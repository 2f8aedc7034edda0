/* A request as a CGI/1.1 program gets it (RFC 3875): the environment, and the body on
   standard input. */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "base/buf.h"
#include "web/form.h"

#include <stdbool.h>
#include <stddef.h>

/* Strings of the environment; "": the variable is not set. */
struct request {
	char const *method, *path; /* REQUEST_METHOD, PATH_INFO */
	char const *query, *type;  /* QUERY_STRING, CONTENT_TYPE */
	char const *address;       /* REMOTE_ADDR */
	char const *cookie, *authorization, *user_agent, *languages; /* HTTP_... */
	bool https;                /* HTTPS is set, and not `off` */
	struct buf query_octets, body; /* the octets that the forms point into */
};

/* Reads the environment. */
void request_start(struct request *r);

/* Is it GET or HEAD? */
bool request_is_get(struct request const *r);

/* The value of another header field: name in CGI's spelling, `HTTP_SEC_FETCH_SITE`. "" where
   it is absent. */
char const *request_field(char const *name);

/* Adds the fields of QUERY_STRING to the form. */
enum form_fault request_query(struct request *r, struct form *f);

/* Reads the body, CONTENT_LENGTH octets and at most `most`, and adds its fields to the form.
   False: errno; EMSGSIZE: it is larger; EPROTO: it ended early, or CONTENT_LENGTH is not a
   number. *fault is set if the call returns true. */
bool request_body(struct request *r, size_t most, struct form *f, enum form_fault *fault);

/* Ends the answer: closes standard output, then reads and drops the rest of the body, at most 64
   MB. Some servers (Apache) close the connection when a program ends before it has read what they
   write. */
void request_end(struct request const *r);

/* Frees the memory. */
void request_free(struct request *r);

#endif
