/* The dialogue's log. */
#include "smtp/log.h"

#include "smtp/logline.h"
#include "base/num.h"

#include <skalibs/strerr.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void start(struct logline *l, char const *ip, struct dialogue_record const *r)
{
	logline_start(l, PROG);
	logline_add(l, "ip", ip, strlen(ip));
	logline_add(l, "user", r->user, r->user_n);
}

static void add_number(struct logline *l, char const *key, uint64_t v)
{
	char number[NUM_FMT];
	logline_add(l, key, number, num_fmt(number, v));
}

/* A log that is gone does not stop the mail. */
static void finish(struct logline *l)
{
	logline_end(l);
	if (write(2, l->s, l->len) < 0)
		return;
}

/* For whoever is asked why. */
static void write_reason(char const *ip, struct dialogue_record const *r, char const *reason)
{
	struct logline l;
	start(&l, ip, r);
	logline_text(&l, " why: ", reason);
	finish(&l);
}

void log_write(char const *ip, bool tls, struct dialogue_record const *r, char const *trouble)
{
	struct logline l;
	char const *reason = r->reason ? r->reason : trouble;
	char const *version = getenv("SSL_PROTOCOL");
	if (!tls)
		version = "";
	else if (!version || !*version)
		version = "yes";
	if (*reason)
		write_reason(ip, r, reason);
	start(&l, ip, r);
	logline_add(&l, "sender", r->sender, r->sender_n);
	add_number(&l, "rcpts", r->rcpts);
	add_number(&l, "size", r->size);
	logline_add(&l, "verdict", r->verdict, strlen(r->verdict));
	logline_add(&l, "id", r->id, r->id_n);
	logline_add(&l, "uuid", r->uuid, r->uuid_n);
	logline_add(&l, "tls", version, strlen(version));
	add_number(&l, "ms", r->ms);
	finish(&l);
}
