/* The dialogue's records in the log. */
#include "smtp/record.h"

#include "base/log.h"

#include <stdlib.h>
#include <unistd.h>

static void start_line(struct log_line *l, struct peer_end const *peer, struct dialogue_record const *r)
{
	log_start(l);
	log_add_number(l, "pid", (uint64_t)getpid());
	log_add_string(l, "ip", peer->ip);
	if (peer->port)
		log_add_number(l, "port", peer->port);
	else
		log_add_string(l, "port", "");
	log_add(l, "user", r->user, r->user_n);
}

static void write_reason(struct peer_end const *peer, struct dialogue_record const *r, char const *reason)
{
	struct log_line l;
	start_line(&l, peer, r);
	log_text(&l, " why: ", reason);
	log_write(&l);
}

static char const *tls_version(bool tls)
{
	char const *version = getenv("SSL_PROTOCOL");
	if (!tls)
		return "";
	return version && *version ? version : "yes";
}

void record_log(struct peer_end const *peer, bool tls, struct dialogue_record const *r, char const *trouble)
{
	struct log_line l;
	char const *reason = r->reason ? r->reason : trouble;
	if (*reason)
		write_reason(peer, r, reason);
	start_line(&l, peer, r);
	log_add(&l, "sender", r->sender, r->sender_n);
	log_add_number(&l, "rcpts", r->rcpts);
	log_add_number(&l, "size", r->size);
	log_add_string(&l, "verdict", r->verdict);
	log_add(&l, "id", r->id, r->id_n);
	log_add(&l, "uuid", r->uuid, r->uuid_n);
	log_add_string(&l, "tls", tls_version(tls));
	log_add_number(&l, "ms", r->ms);
	log_write(&l);
}
