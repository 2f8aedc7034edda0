/* A campaign that comes by HTTP. It becomes a message like those of SMTP clients, for the queue
   service. */
#ifndef WEB_CAMPAIGN_H
#define WEB_CAMPAIGN_H

#include "base/buf.h"
#include "mail/message.h"
#include "service/answer.h"
#include "service/ask.h"
#include "smtp/rcptset.h"
#include "web/login.h"

#include <stdbool.h>

#define CAMPAIGN_OCTETS 512000             /* of a message at most; these three limits are the SMTP door's */
#define CAMPAIGN_RECIPIENTS 50000
#define CAMPAIGN_RECIPIENT_OCTETS (2 << 20)
#define CAMPAIGN_SECONDS 60                /* to wait for the queue service */

/* Strings; UTF-8. NULL: absent. */
struct campaign {
	char const *subject;
	char const *name;       /* in the platform's lists; else they have the subject */
	char const *text, *html;
	char const *message_id; /* with brackets: a repeat within 24 hours gets the same number */
	struct message_options options;
	struct rcptset recipients; /* with the sender; set by campaign_start and campaign_add */
};

/* Appends the message: header fields, text and HTML. prefix: the start of the option fields' names,
   such as `X-Teenvio-`. False: out of memory. */
bool campaign_compose(struct buf *out, struct campaign const *c, char const *prefix);

/* Prepares the recipients of an empty campaign. sender: a normalized address. False: errno. */
bool campaign_start(struct campaign *c, char const *sender, size_t n);

enum campaign_added { CAMPAIGN_ADDED, CAMPAIGN_BAD_ADDRESS, CAMPAIGN_FULL, CAMPAIGN_NO_MEMORY };

/* Adds a recipient, unless it is there already: s[0..n) is an address as a person writes it. */
enum campaign_added campaign_add(struct campaign *c, char const *s, size_t n);

/* Frees the memory. */
void campaign_free(struct campaign *c);

/* The origin of a campaign: the user, and the address and port of the request. */
struct campaign_origin {
	struct web_user const *user; /* with its ticket */
	char const *queue;           /* socket of the queue service */
	char const *address;         /* the client's */
	char const *host;            /* ours */
	bool https;
	bool is_real; /* it is delivered even if the plan has sandbox=yes */
};

/* Hands a composed message to the queue service. The answer is the one that a client of the SMTP
   door would get. reason: the reason of a failure, for the log. */
void campaign_submit(struct campaign *c, struct buf const *message, struct campaign_origin const *origin,
	struct answer *answer, char reason[ASK_REASON]);

#endif
