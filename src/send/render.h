/* Writes the mails of a send. The parts that all mails share are made once: header fields and
   encoded bodies. A contact's mail is a copy with the contact's tokens. */
#ifndef SEND_RENDER_H
#define SEND_RENDER_H

#include "base/buf.h"
#include "send/template.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RENDER_SEED 8         /* hexadecimal digits in a Message-ID, the first of smtp_id */
#define RENDER_BRAND_MIN 5    /* letters and digits of a brand in Feedback-ID: at least, at most */
#define RENDER_BRAND_MAX 15
#define RENDER_ENVELOPE_MAX 64 /* octets of the local part of an envelope sender (RFC 5321 4.5.3.1.1) */

/* Values that all mails of a send share. Strings are UTF-8 without control characters. */
struct render_send {
	uint64_t plan_id, send_id, sender_id;
	char const *plan;           /* the plan's name */
	struct accounts_text sender;  /* the sender's address */
	struct accounts_text name;    /* the sender's display name; n may be 0 */
	struct accounts_text subject; /* n may be 0 */
	char seed[RENDER_SEED + 1];   /* of the Message-ID */
	char const *host;           /* of Message-ID and List-Id */
	char const *brand;          /* render_brand */
	char const *url;            /* as in struct template_options */
	char const *prefix;         /* of envelope sender and mailto:; NULL: without */
	char const *bounce_host;    /* the domain of envelope sender and mailto: */
};

/* One part of the body. */
struct render_part {
	struct stencil encoded; /* quoted-printable, or with base64 the octets themselves */
	bool base64;            /* the octets are encoded for each mail */
};

/* All zero is empty. The caller frees it. */
struct render {
	struct render_send send;
	struct buf before_to, before_list, after_list, between, end; /* constant stretches */
	struct render_part text, html;
	struct buf scratch;
};

/* Prepares the mails of a send. send's strings must last as long as *r. t may be freed
   afterwards. False: out of memory. */
bool render_start(struct render *r, struct render_send const *send, struct template const *t);
void render_free(struct render *r);

/* Appends the mail of one contact to out, lines ended by CRLF; none begins with a dot, so that SMTP needs no
   other form. date: RFC 5322. The filler has
   the numbers of plan, send and contact. False: out of memory, or a token cannot be written. */
bool render_mail(struct buf *out, struct render *r, char const *date, char const *address, size_t n,
	struct stencil_filler const *filler);

/* Appends the envelope sender, without brackets. False: out of memory, a token cannot be written,
   or the local part is longer than RENDER_ENVELOPE_MAX. */
bool render_envelope(struct buf *out, struct render const *r, struct stencil_filler const *filler);

/* Is a prefix short enough for the envelope senders of a large store (2^28 plans, 2^42 sends and
   contacts)? */
bool render_prefix_fits(char const *prefix);

/* Writes the letters and digits of a brand, at most RENDER_BRAND_MAX, and a NUL. False: there
   are fewer than RENDER_BRAND_MIN. */
bool render_brand(char out[RENDER_BRAND_MAX + 1], char const *brand);

#endif
