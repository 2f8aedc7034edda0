/* The SMTP sessions of saca-send: one process each (send/session.h). A process that dies is
   replaced; its mail is in doubt. */
#ifndef SEND_POOL_H
#define SEND_POOL_H

#include "send/session.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define POOL_MAX 256 /* sessions */

struct pool_session {
	pid_t pid;
	int fd;
	bool is_busy;  /* has a mail */
	unsigned died; /* processes that died one after another without an outcome */
};

struct pool {
	struct session_server const *server;
	size_t n;
	struct pool_session session[POOL_MAX];
};

/* Starts n processes. False: errno; call pool_close. */
bool pool_open(struct pool *p, size_t n, struct session_server const *server);

/* Gives session i, which is not busy, a mail. False: errno; no process can be started. */
bool pool_give(struct pool *p, size_t i, char const *from, size_t from_len, char const *to, size_t to_len,
	char const *mail, size_t n);

/* Fills poll[0..n) for ppoll(2): of sessions that are not busy, fd is -1. */
void pool_watch(struct pool const *p, struct pollfd *poll);

/* Reads the outcome of the mail of session i, which poll(2) says can be read. False: errno; its
   processes die again and again, or none can be started. */
bool pool_read(struct pool *p, size_t i, struct session_result *result);

/* Ends the sessions that are not busy, and waits for them. */
void pool_close(struct pool *p);

#endif
