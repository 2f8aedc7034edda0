/* A send that this process works on: its row and its piece, compiled for its mails. */
#ifndef SEND_JOB_H
#define SEND_JOB_H

#include "accounts/senders.h"
#include "send/linkkeys.h"
#include "send/publish.h"
#include "send/refusals.h"
#include "send/render.h"
#include "send/template.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The same for all sends: the options of saca-send. Strings and pointers must outlive the jobs. */
struct job_settings {
	struct linkkeys const *keys;
	char const *senders;           /* the path of senders.cdb; NULL: no names, no profiles */
	char const *url, *host, *prefix, *bounce_host;
	char const *brand;             /* render_brand */
	int published;                 /* a descriptor of the folder of published files */
};

enum job_contact_origin {
	JOB_NEW,      /* no row of delivery yet */
	JOB_DEFERRED, /* tried before */
	JOB_IN_DOUBT  /* `begun`: another process may have handed it over */
};

struct job_contact {
	uint64_t id;
	enum job_contact_origin origin;
	uint64_t tries;            /* made before */
	char first_at[DATE_ISO];   /* of the first try; "" before it */
	unsigned lost;             /* tries since then that ended without a reply */
	size_t address, address_len; /* in job.addresses */
};

#define JOB_BATCH 100 /* contacts read at a time */

struct job {
	uint64_t plan, send, group, sender;
	uint64_t total;          /* contacts of the group when it was imported */
	unsigned language;
	bool track_clicks;
	struct buf strings;      /* subject, address, name, plan: what render.send points to */
	struct template template; /* empty after job_publish */
	struct render render;

	/* The contacts read: contact[next..count) have not begun. */
	struct job_contact contact[JOB_BATCH];
	size_t next, count;
	struct buf addresses;
	uint64_t cursor;         /* contacts up to this number have been read */
	bool all_read;           /* cursor is the last contact's number */
	uint64_t *flying;        /* the contacts of mails that wait for their outcome; one for each session */
	size_t in_flight;        /* the number of contacts in flying */
	struct refusals refusals;
};

/* Writes the present time for a Date field. False: the year has not four digits. */
bool job_date(char out[DATE_RFC5322]);

/* Reads a send's row and piece, inside a transaction, and compiles them. The caller frees *out;
   NULL: the store does not have the send. STORE_REFUSED: another row is missing. */
enum store_result job_load(struct job **out, struct store *s, uint64_t plan, uint64_t send,
	struct job_settings const *settings);

/* Writes links and the sender's name to the store, inside a transaction. */
enum store_result job_put_links(struct job *j, struct store *s);

/* Calls publish_begin (send/publish.h) for the send. False: errno. */
bool job_publish(struct job *j, struct job_settings const *settings, struct publish_file *f);

/* Frees what only job_put_links and job_publish need. */
void job_forget_template(struct job *j);

/* Frees the job; NULL is allowed. */
void job_free(struct job *j);

/* Appends a contact's mail, and its envelope sender, to out. address[0..n) is the contact's, in
   the form of address_normalize; date: RFC 5322. False: out of memory, or a token cannot be
   written. */
bool job_mail(struct buf *out, struct job *j, struct job_settings const *settings, char const *date,
	char const *address, size_t n, struct job_contact const *c);
bool job_envelope(struct buf *out, struct job *j, struct job_settings const *settings, struct job_contact const *c);

#endif
