/* saca-bounce: run by the MTA for a mail to a bounce address, which it reads on standard
   input. The token in the address names the mail that came back; the message gives the reason.
   Appends a hit. */
#include "base/ascii.h"
#include "base/buf.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/setid.h"
#include "base/version.h"
#include "mail/header.h"
#include "send/bounce.h"
#include "send/hits.h"
#include "send/linkkeys.h"
#include "send/token.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>

#define USAGE "saca-bounce -k link.key hits [recipient]"

enum {
	MESSAGE_OCTETS = 1048576, /* octets read of a message; the relevant parts come first */
	PIECE = 65536
};

/* --- Input -------------------------------------------------------------------------------- */

/* Reads standard input to its end, so that the MTA sees no broken pipe, and keeps the first
   MESSAGE_OCTETS. */
static void read_message(struct buf *message)
{
	static char piece[PIECE];
	for (;;) {
		ssize_t n = fd_read(0, piece, sizeof piece);
		if (n < 0)
			strerr_diefusys(EXIT_MTA_TEMPORARY, "read the message");
		if (n == 0)
			return;
		size_t room = MESSAGE_OCTETS - message->len;
		if (!buf_put(message, piece, (size_t)n < room ? (size_t)n : room))
			strerr_dief(EXIT_MTA_TEMPORARY, "out of memory");
	}
}

/* The recipient: an argument, or what qmail, Postfix and Exim put into the environment. */
static char const *find_recipient(char const *argument)
{
	static char const *const names[] = {"EXT", "ORIGINAL_RECIPIENT", "LOCAL"};
	for (size_t i = 0; !argument && i < sizeof names / sizeof *names; i++)
		argument = getenv(names[i]);
	return argument ? argument : "";
}

/* Is it the empty sender, as MTAs write it? */
static bool is_nobody(char const *s, size_t n)
{
	static char const daemon[] = "MAILER-DAEMON";
	while (n && (s[0] == '<' || s[0] == ' '))
		s++, n--;
	while (n && (s[n - 1] == '>' || s[n - 1] == ' '))
		n--;
	return n == 0 || (n >= sizeof daemon - 1 && ascii_case_is(s, sizeof daemon - 1, daemon)
		&& (n == sizeof daemon - 1 || s[sizeof daemon - 1] == '@'));
}

/* Is the envelope sender empty? It is in SENDER, else in Return-Path. If it is unknown, it is not
   empty. */
static bool is_from_nobody(struct buf const *message)
{
	char const *sender = getenv("SENDER");
	if (sender)
		return is_nobody(sender, strlen(sender));
	struct buf value = BUF_ZERO;
	size_t body, end = header_end(message->s, message->len, &body);
	int found = header_find(message->s, end, "Return-Path", &value);
	if (found < 0)
		strerr_dief(EXIT_MTA_TEMPORARY, "out of memory");
	bool nobody = found && is_nobody(value.s, value.len);
	buf_free(&value);
	return nobody;
}

/* --- Tokens --------------------------------------------------------------------------------- */

/* Reads the token that s[0..n) ends with. The prefix of the address may end in letters, so tries
   each beginning. Only tokens of mail addresses count. */
static bool read_token(struct token *t, char const *s, size_t n, struct linkkeys const *keys)
{
	for (size_t from = n > TOKEN_SIZE ? n - TOKEN_SIZE : 0; from < n; from++)
		if (token_read(t, s + from, n - from, linkkeys_mac, keys))
			return t->kind == TOKEN_BOUNCE || t->kind == TOKEN_UNSUBSCRIBE;
	return false;
}

/* Reads the token in the local part of an address. */
static bool token_of_recipient(struct token *t, char const *recipient, struct linkkeys const *keys)
{
	return read_token(t, recipient, strcspn(recipient, "@"), keys);
}

/* Reads the token in the returned header: a complaint often comes to an address without a token. */
static bool token_of_returned(struct token *t, struct buf const *header, struct linkkeys const *keys)
{
	size_t at = 0, n;
	char const *s;
	while (bounce_token(header->s, header->len, &at, &s, &n))
		if (read_token(t, s, n, keys))
			return true;
	return false;
}

/* --- Hits ------------------------------------------------------------------------------------ */

static void append_hit(char const *hits, enum hit_kind kind, struct token const *t, char const *status, char const *text)
{
	struct hit h = {.kind = kind, .class = kind == HIT_UNSUB ? HIT_PERSON : HIT_NO_CLASS, .plan = t->plan, .send = t->send,
		.contact = t->contact, .seconds = (uint64_t)time(NULL), .status = status, .text = text};
	if (!hits_append(hits, &h, true))
		strerr_diefusys(EXIT_MTA_TEMPORARY, "write to ", hits);
}

/* Counts what a mail reports. whose: the token of its recipient; NULL: it has none. */
static void count_report(char const *hits, struct buf const *message, struct token const *whose, struct linkkeys const *keys)
{
	struct bounce b;
	struct token returned;
	if (!bounce_read(&b, message->s, message->len, is_from_nobody(message)))
		strerr_dief(EXIT_MTA_TEMPORARY, "out of memory");
	if (b.kind == BOUNCE_COMPLAINT && !whose && token_of_returned(&returned, &b.returned, keys))
		whose = &returned;
	if (b.kind == BOUNCE_FAILED && whose)
		append_hit(hits, HIT_BOUNCE, whose, b.status, b.text);
	if (b.kind == BOUNCE_COMPLAINT && whose)
		append_hit(hits, HIT_COMPLAINT, whose, NULL, b.text);
	bounce_free(&b);
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-bounce";
	setid_refuse();
	char const *keyfile = NULL;
	subgetopt l = SUBGETOPT_ZERO;
	for (int c; (c = subgetopt_r(argc, argv, "k:V", &l)) != -1;)
		switch (c) {
		case 'k': keyfile = l.arg; break;
		case 'V': version_exit();
		default: strerr_dieusage(EXIT_MISUSE, USAGE);
		}
	argv += l.ind;
	argc -= l.ind;
	if (!keyfile || argc < 1 || argc > 2)
		strerr_dieusage(EXIT_MISUSE, USAGE);

	struct linkkeys keys;
	if (!linkkeys_read(&keys, keyfile))
		strerr_diefusys(EXIT_MTA_TEMPORARY, "read the keys in ", keyfile);
	struct buf message = BUF_ZERO;
	read_message(&message);
	struct token whose;
	bool known = token_of_recipient(&whose, find_recipient(argv[1]), &keys);
	if (known && whose.kind == TOKEN_UNSUBSCRIBE)
		append_hit(argv[0], HIT_UNSUB, &whose, NULL, NULL);
	else
		count_report(argv[0], &message, known ? &whose : NULL, &keys);
	buf_free(&message);
	return 0;
}
