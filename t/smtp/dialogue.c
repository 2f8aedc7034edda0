/* The engine of the dialogue, without any I/O. Every transcript of t/smtp/dialogue is fed whole,
   octet by octet, and in two pieces cut at every place. The replies and the calls of the hooks
   must always be the same. Other tests make hooks fail and clients leave. */
#include "smtp/dialogue.h"
#include "unit.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

/* The argument of the hooks: their results, and a record of their calls. */
struct world {
	struct buf replies, calls, body;
	enum dialogue_tls tls;
	enum dialogue_lookup login, plan, sender;
	bool full;              /* there is no room for a body */
	char const *answers[4]; /* the queue's, one after the other: code and line */
	int runs;
	bool over;
	struct accounts_plan settings;
};

static void keep_reply(void *arg, char const *s, size_t n)
{
	struct world *w = arg;
	ck_assert(n >= 6 && n <= REPLY_LINE && s[n - 2] == '\r' && s[n - 1] == '\n');
	buf_put(&w->replies, s, n);
}

static enum dialogue_lookup check_login(void *arg, char const *u, size_t un, char const *p, size_t pn)
{
	struct world *w = arg;
	buf_puts(&w->calls, "login ");
	buf_put(&w->calls, u, un);
	buf_putc(&w->calls, '/');
	buf_put(&w->calls, p, pn);
	buf_putc(&w->calls, '\n');
	if (w->login != DIALOGUE_YES)
		return w->login;
	return pn == 7 && memcmp(p, "secreto", 7) == 0 ? DIALOGUE_YES : DIALOGUE_NO;
}

static void note_delay(void *arg)
{
	struct world *w = arg;
	buf_puts(&w->calls, "delay\n");
}

static enum dialogue_lookup read_plan(void *arg, char const *p, size_t n, struct accounts_plan *out)
{
	struct world *w = arg;
	(void)p, (void)n;
	*out = w->settings;
	return w->plan;
}

static enum dialogue_lookup check_sender(void *arg, char const *p, size_t pn, char const *a, size_t n)
{
	struct world *w = arg;
	(void)p, (void)pn;
	return n >= 5 && memcmp(a, "otro@", 5) == 0 ? DIALOGUE_NO : w->sender;
}

static enum dialogue_tls look_for_tls(void *arg)
{
	return ((struct world *)arg)->tls;
}

static bool start_body(void *arg)
{
	struct world *w = arg;
	w->body.len = 0;
	return true;
}

static bool write_body(void *arg, char const *s, size_t n)
{
	struct world *w = arg;
	buf_put(&w->body, s, n);
	return !w->full;
}

static void run_queue(void *arg, struct dialogue const *s, bool empty, char const *e, size_t n, struct answer *out)
{
	struct world *w = arg;
	char const *answer = w->runs < 4 && w->answers[w->runs] ? w->answers[w->runs]
		: empty ? "0 Kcontacts=1 fa8896c2351f8b7e73ac3a3d209c6ac5" : "0 Kid=1166 fa8896c2351f8b7e73ac3a3d209c6ac5";
	w->runs++;
	buf_puts(&w->calls, empty ? "queue nothing " : "queue ");
	buf_puts(&w->calls, dialogue_protocol(s));
	buf_putc(&w->calls, ' ');
	for (size_t i = 0; i < n; i++)
		buf_putc(&w->calls, e[i] ? e[i] : '|');
	buf_putc(&w->calls, '\n');
	if (!empty)
		buf_put(&w->calls, w->body.s, w->body.len);
	char const *text = strchr(answer, ' ') + 1;
	answer_read(out, atoi(answer), text, strlen(text));
}

static void keep_record(void *arg, struct dialogue const *s, struct dialogue_record const *r)
{
	struct world *w = arg;
	char line[600];
	(void)s;
	snprintf(line, sizeof line, "log %s%s%s %.*s %.*s %u %llu %.*s %.*s\n", r->verdict,
		r->reason ? ":" : "", r->reason ? r->reason : "", (int)r->user_n, r->user,
		(int)r->sender_n, r->sender, (unsigned)r->rcpts, (unsigned long long)r->size,
		(int)r->id_n, r->id ? r->id : "", (int)r->uuid_n, r->uuid ? r->uuid : "");
	buf_puts(&w->calls, line);
}

static uint64_t stopped_clock(void *arg)
{
	(void)arg;
	return 7;
}

static bool is_over(void *arg)
{
	struct world *w = arg;
	return w->over;
}

static struct dialogue_config const default_config = {
	.host = "api.example.com", .brand = "teenvio.com", .url = "http://teenvio.com/", .date = "hoy",
	.max_size = 512000, .max_rcpt = 50000, .max_rcpt_octets = 2 << 20, .max_line = DIALOGUE_LINE,
	.max_auth_line = DIALOGUE_AUTH_LINE, .max_errors = 10, .max_logins = 3, .cleartext = true,
};
static unsigned char const key[SIPHASH_KEY] = "sal y pimienta!";

static struct dialogue session;
static struct world world;
static struct dialogue_config config;
static struct dialogue_hooks const hooks = {
	.arg = &world, .reply = keep_reply, .login = check_login, .delay = note_delay, .plan = read_plan,
	.sender = check_sender, .tls = look_for_tls, .body_start = start_body, .body = write_body,
	.queue = run_queue, .log = keep_record, .clock = stopped_clock, .over = is_over,
};

static void open_session(void)
{
	dialogue_start(&session, &config, &hooks, key, false);
}

static void setup(void)
{
	config = default_config;
	world = (struct world){.plan = DIALOGUE_YES, .sender = DIALOGUE_YES, .login = DIALOGUE_YES};
	open_session();
}

static void teardown(void)
{
	dialogue_free(&session);
	buf_free(&world.replies);
	buf_free(&world.calls);
	buf_free(&world.body);
}

/* An input buffer, used as saca-smtpd uses its own. */
struct feeder {
	char room[1 + 65536];
	size_t len;
};

static enum dialogue_next feed(struct feeder *f, char const *s, size_t n)
{
	size_t used;
	enum dialogue_next next = DIALOGUE_READ;
	memcpy(f->room + 1 + f->len, s, n);
	f->len += n;
	next = dialogue_feed(&session, f->room + 1, f->len, &used);
	memmove(f->room + 1, f->room + 1 + used, f->len - used);
	f->len -= used;
	return next;
}

static enum dialogue_next talk(char const *text)
{
	static struct feeder f;
	f.len = 0;
	return feed(&f, text, strlen(text));
}

static void expect(struct buf *b, char const *text)
{
	buf_putc(b, 0);
	b->len--;
	ck_assert_str_eq(b->s, text);
}

static void expect_end(struct buf *b, char const *text)
{
	buf_putc(b, 0);
	b->len--;
	size_t n = strlen(text);
	ck_assert_msg(b->len >= n && strcmp(b->s + b->len - n, text) == 0, "%s\ndoes not end in\n%s", b->s, text);
}

/* --- Transcripts ------------------------------------------------------------------------- */

static char transcript[65536];
static size_t transcript_n;

/* Runs the transcript: its first `cut` octets in one piece, then pieces of `step`. Returns the
   replies and the calls. */
static struct buf run_transcript(size_t cut, size_t step)
{
	static struct feeder f;
	enum dialogue_next next = DIALOGUE_READ;
	struct buf all = BUF_ZERO;
	f.len = 0;
	open_session();
	for (size_t at = 0; at < transcript_n && next == DIALOGUE_READ;) {
		size_t n = at < cut ? cut - at : step;
		if (n > transcript_n - at)
			n = transcript_n - at;
		next = feed(&f, transcript + at, n);
		at += n;
	}
	dialogue_end(&session, DIALOGUE_VANISHED);
	dialogue_free(&session);
	buf_put(&all, world.replies.s, world.replies.len);
	buf_put(&all, world.calls.s, world.calls.len);
	world.replies.len = world.calls.len = 0;
	world.runs = 0;
	return all;
}

static void check_every_cut(char const *name)
{
	char path[300];
	snprintf(path, sizeof path, "t/smtp/dialogue/%s", name);
	FILE *file = fopen(path, "rb");
	ck_assert_msg(file, "%s", path);
	transcript_n = fread(transcript, 1, sizeof transcript, file);
	fclose(file);
	struct buf whole = run_transcript(0, transcript_n);
	for (size_t cut = 0; cut <= transcript_n; cut++) {
		/* cut 0: octet by octet */
		struct buf piece = cut ? run_transcript(cut, transcript_n) : run_transcript(0, 1);
		ck_assert_msg(piece.len == whole.len && memcmp(piece.s, whole.s, whole.len) == 0,
			"%s cut at %zu:\n%.*s\nnot\n%.*s", name, cut, (int)piece.len, piece.s, (int)whole.len, whole.s);
		buf_free(&piece);
	}
	buf_free(&whole);
}

START_TEST(every_cut_of_a_transcript_gives_the_same)
{
	int n = 0;
	DIR *dir = opendir("t/smtp/dialogue");
	ck_assert(dir);
	dialogue_free(&session);
	world.replies.len = 0;
	for (struct dirent *d; (d = readdir(dir));) {
		size_t len = strlen(d->d_name);
		if (len > 5 && strcmp(d->d_name + len - 5, ".smtp") == 0) {
			check_every_cut(d->d_name);
			n++;
		}
	}
	closedir(dir);
	ck_assert_int_gt(n, 20);
}
END_TEST

/* --- Answers of the hooks ------------------------------------------------------------------- */

#define LOGIN "AUTH PLAIN AHZpY3Rvci5hY21lAHNlY3JldG8=\r\n" /* victor.acme, secreto */
#define ENVELOPE LOGIN "MAIL FROM:<r@d.es>\r\nRCPT TO:<u@d.es>\r\n"
#define BODY "DATA\r\nSubject: x\r\n\r\nx\r\n.\r\n"
#define ID "fa8896c2351f8b7e73ac3a3d209c6ac5"

static struct {
	char const *first, *second, *reply, *log;
} const verdicts[] = {
	{"0 Kid=7 " ID, NULL, "250 OK id=7 " ID "\r\n", "log ok victor.acme r@d.es 1 17 7 " ID "\n"},
	{"0 Rid=7 " ID, NULL, "250 OK id=7 " ID "\r\n", "log repeat victor.acme r@d.es 1 17 7 " ID "\n"},
	{"0 ", NULL, "250 OK\r\n", "log ok victor.acme r@d.es 1 17  \n"},
	{"0 basura", NULL, "250 OK\r\n", "log ok victor.acme r@d.es 1 17  \n"},
	{"82 Dfalta algo", "0 Kcontacts=1 " ID, "500 Internal error - falta algo\r\n", "log refused:falta algo victor.acme r@d.es 1 17  " ID "\n"},
	{"31 ", "0 Kcontacts=1 " ID, "500 Internal error - mensaje rechazado\r\n", "log refused:mensaje rechazado victor.acme r@d.es 1 17  " ID "\n"},
	{"82 Dfalta algo", "82 Zno ahora", "451 no ahora\r\n", "log tempfail victor.acme r@d.es 1 17  \n"},
	{"82 Dfalta algo", "53 ", "451 Message not stored, try again later\r\n", "log tempfail victor.acme r@d.es 1 17  \n"},
	{"82 Dfalta algo", "82 Dtampoco", "500 Internal error - tampoco\r\n", "log refused:tampoco victor.acme r@d.es 1 17  \n"},
	{"82 Zno ahora", NULL, "451 no ahora\r\n", "log tempfail victor.acme r@d.es 1 17  \n"},
	{"82 ", NULL, "451 Message not stored, try again later\r\n", "log tempfail victor.acme r@d.es 1 17  \n"},
	{"53 ", NULL, "452 Insufficient system storage\r\n", "log tempfail victor.acme r@d.es 1 17  \n"},
	{"71 ", NULL, "451 Message not stored, try again later\r\n", "log tempfail victor.acme r@d.es 1 17  \n"},
	{"-1 ", NULL, "451 Message not stored, try again later\r\n", "log tempfail victor.acme r@d.es 1 17  \n"},
	{"82 Duna\nlinea", "0 Kcontacts=1 " ID, "500 Internal error - una\r\n", "log refused:una victor.acme r@d.es 1 17  " ID "\n"},
};

START_TEST(the_reply_and_the_log_follow_the_queue)
{
	world.answers[0] = verdicts[_i].first;
	world.answers[1] = verdicts[_i].second;
	talk(ENVELOPE BODY);
	expect_end(&world.replies, verdicts[_i].reply);
	expect_end(&world.calls, verdicts[_i].log);
	ck_assert_int_eq(world.runs, verdicts[_i].second ? 2 : 1);
}
END_TEST

START_TEST(a_client_that_vanishes_in_a_body_has_its_contacts_queued)
{
	talk(ENVELOPE "DATA\r\nSubject: x\r\n");
	world.replies.len = 0;
	dialogue_end(&session, DIALOGUE_VANISHED);
	expect(&world.replies, "");
	expect_end(&world.calls, "queue nothing ESMTPA Fr@d.es|Tu@d.es||\nlog vanished victor.acme r@d.es 1 12  " ID "\n");
}
END_TEST

START_TEST(a_timeout_in_a_body_queues_the_contacts)
{
	talk(ENVELOPE "BDAT 3\r\nabc");
	dialogue_end(&session, DIALOGUE_TIMEOUT);
	expect_end(&world.calls, "queue nothing ESMTPA Fr@d.es|Tu@d.es||\nlog timeout victor.acme r@d.es 1 3  " ID "\n");
	expect_end(&world.replies, "\r\n421 api.example.com Timeout, closing connection\r\n");
}
END_TEST

static char const *const nothing[] = {
	ENVELOPE,                            /* leaves before DATA */
	ENVELOPE "RSET\r\n",
	ENVELOPE "QUIT\r\n",
	ENVELOPE "BDAT 3\r\nabcRSET\r\n",    /* between chunks */
	ENVELOPE "BDAT 3\r\nabcEHLO x\r\n",
	ENVELOPE "BDAT 3\r\nabcQUIT\r\n",
	ENVELOPE "DATA",                     /* not a whole line */
};

START_TEST(a_transaction_without_a_body_queues_nothing)
{
	talk(nothing[_i]);
	dialogue_end(&session, DIALOGUE_VANISHED);
	ck_assert_int_eq(world.runs, 0);
	expect_end(&world.calls, strstr(nothing[_i], "abc") ? "log abandoned victor.acme r@d.es 1 3  \n"
		: "log abandoned victor.acme r@d.es 1 0  \n");
}
END_TEST

START_TEST(a_shutdown_queues_nothing)
{
	talk(ENVELOPE "DATA\r\nx\r\n");
	dialogue_end(&session, DIALOGUE_SHUTDOWN);
	ck_assert_int_eq(world.runs, 0);
	expect_end(&world.replies, "421 api.example.com Service shutting down, closing connection\r\n");
}
END_TEST

START_TEST(over_maxrcpt_a_client_that_vanishes_queues_nothing)
{
	world.settings.maxrcpt = 1;
	talk(ENVELOPE "RCPT TO:<v@d.es>\r\nDATA\r\nx\r\n");
	dialogue_end(&session, DIALOGUE_VANISHED);
	ck_assert_int_eq(world.runs, 0);
}
END_TEST

START_TEST(with_a_plain_queue_a_refusal_runs_it_once)
{
	config.plain_queue = true;
	world.answers[0] = "31 ";
	talk(ENVELOPE BODY);
	expect_end(&world.replies, "500 Internal error - mensaje rechazado\r\n");
	talk("MAIL FROM:<r@d.es>\r\nRCPT TO:<u@d.es>\r\nDATA\r\n.\r\n");
	expect_end(&world.replies, "500 Internal error - el mensaje esta vacio\r\n");
	ck_assert_int_eq(world.runs, 1);
}
END_TEST

START_TEST(a_body_without_room_is_452)
{
	world.full = true;
	talk(ENVELOPE BODY);
	expect_end(&world.replies, "452 Insufficient system storage\r\n");
	ck_assert_int_eq(world.runs, 0);
}
END_TEST

START_TEST(unreadable_accounts_are_451_until_they_are_readable)
{
	world.sender = DIALOGUE_UNKNOWN;
	talk(LOGIN "MAIL FROM:<r@d.es>\r\n");
	expect_end(&world.replies, "451 Accounts cannot be read now, try again later\r\n");
	world.sender = DIALOGUE_YES;
	talk("MAIL FROM:<r@d.es>\r\n");
	expect_end(&world.replies, "250 OK\r\n");
}
END_TEST

START_TEST(a_login_that_cannot_be_checked_is_454)
{
	world.login = DIALOGUE_UNKNOWN;
	talk(LOGIN);
	expect_end(&world.replies, "454 Temporary authentication failure\r\n");
	expect_end(&world.calls, "log auth-tempfail victor.acme  0 0  \n");
}
END_TEST

START_TEST(a_failed_login_is_delayed_and_logged)
{
	talk("AUTH LOGIN\r\ndmljdG9yLmFjbWU=\r\nbWFsYQ==\r\n");
	expect(&world.calls, "login victor.acme/mala\ndelay\nlog auth-failed victor.acme  0 0  \n");
	world.calls.len = 0;
	talk("AUTH LOGIN\r\ndmljdG9y\r\nbWFsYQ==\r\n"); /* victor has no plan: no call */
	expect(&world.calls, "delay\nlog auth-failed victor  0 0  \n");
}
END_TEST

/* --- TLS --------------------------------------------------------------------------------------- */

START_TEST(starttls_drops_login_and_buffered_commands)
{
	world.tls = DIALOGUE_TLS_READY;
	ck_assert_int_eq(talk("EHLO x\r\n" LOGIN "STARTTLS\r\nMAIL FROM:<r@d.es>\r\n"), DIALOGUE_START_TLS);
	expect_end(&world.replies, "220 Ready to start TLS\r\n");
	dialogue_tls_started(&session);
	talk("MAIL FROM:<r@d.es>\r\n");
	expect_end(&world.replies, "530 Authentication required\r\n");
	talk("STARTTLS\r\n");
	expect_end(&world.replies, "503 TLS is already active\r\n");
	config.cleartext = false;
	talk("EHLO x\r\n");
	expect_end(&world.replies, "250-CHUNKING\r\n250 AUTH LOGIN PLAIN\r\n");
}
END_TEST

START_TEST(starttls_is_refused_with_the_code_of_its_reason)
{
	talk("STARTTLS\r\n");
	expect_end(&world.replies, "502 STARTTLS is not offered here\r\n");
	world.tls = DIALOGUE_TLS_BROKEN;
	talk("STARTTLS\r\n");
	expect_end(&world.replies, "454 TLS not available due to temporary reason\r\n");
	world.tls = DIALOGUE_TLS_READY;
	talk("STARTTLS x\r\n");
	expect_end(&world.replies, "501 This command takes no argument\r\n");
	talk(ENVELOPE "STARTTLS\r\n");
	expect_end(&world.replies, "503 not permitted during a mail transaction\r\n");
}
END_TEST

START_TEST(the_protocol_is_named_as_in_rfc_3848)
{
	ck_assert_str_eq(dialogue_protocol(&session), "SMTP");
	talk("HELO x\r\n");
	ck_assert_str_eq(dialogue_protocol(&session), "SMTP");
	talk("EHLO x\r\n");
	ck_assert_str_eq(dialogue_protocol(&session), "ESMTP");
	session.tls = true;
	ck_assert_str_eq(dialogue_protocol(&session), "ESMTPS");
	talk(LOGIN "MAIL FROM:<r@d.es> SMTPUTF8\r\n");
	ck_assert_str_eq(dialogue_protocol(&session), "UTF8SMTPSA");
}
END_TEST

START_TEST(the_octets_after_starttls_are_wiped)
{
	char room[] = "\0STARTTLS\r\nAUTH PLAIN AHZpY3Rvci5hY21lAHNlY3JldG8=\r\n";
	size_t n = sizeof room - 2, used, after = strlen("STARTTLS\r\n");
	world.tls = DIALOGUE_TLS_READY;
	ck_assert_int_eq(dialogue_feed(&session, room + 1, n, &used), DIALOGUE_START_TLS);
	ck_assert_uint_eq(used, n);
	for (size_t i = after; i < n; i++)
		ck_assert_int_eq(room[1 + i], 0);
}
END_TEST

static char const *const logins[] = {
	LOGIN, "AUTH LOGIN\r\ndmljdG9yLmFjbWU=\r\nc2VjcmV0bw==\r\n", "AUTH PLAIN\r\nAHZpY3Rvci5hY21lAHNlY3JldG8=\r\n",
	"AUTH PLAIN AHZpY3Rvci5hY21lAHNlY3JldG8= x\r\n", "AUTH FOO AHZpY3Rvci5hY21lAHNlY3JldG8=\r\n",
};

START_TEST(credentials_are_wiped_from_the_input)
{
	char room[200];
	size_t used;
	strcpy(room + 1, logins[_i]);
	dialogue_feed(&session, room + 1, strlen(logins[_i]), &used);
	ck_assert_uint_eq(used, strlen(logins[_i]));
	for (size_t i = 0; i + 6 <= used; i++) {
		ck_assert_int_ne(memcmp(room + 1 + i, "secret", 6), 0);
		ck_assert_int_ne(memcmp(room + 1 + i, "ZWNyZX", 6), 0);
		ck_assert_int_ne(memcmp(room + 1 + i, "NlY3Jl", 6), 0);
		ck_assert_int_ne(memcmp(room + 1 + i, "c2VjcmV0", 8), 0);
	}
}
END_TEST

/* --- Limits -------------------------------------------------------------------------------------- */

static void fill(struct feeder *f, char c, size_t n)
{
	static char piece[1000];
	memset(piece, c, sizeof piece);
	for (; n; n -= n < sizeof piece ? n : sizeof piece)
		feed(f, piece, n < sizeof piece ? n : sizeof piece);
}

START_TEST(a_message_may_have_max_size_octets_and_no_more)
{
	static struct feeder f;
	f.len = 0;
	feed(&f, ENVELOPE "DATA\r\n", strlen(ENVELOPE "DATA\r\n"));
	fill(&f, 'x', 511998 + (size_t)_i);
	feed(&f, "\r\n.\r\n", 5);
	expect_end(&world.replies, _i ? "552 message size exceeds fixed maximum message size (512000) bytes\r\n" : "250 OK id=1166 " ID "\r\n");
	ck_assert_int_eq(world.body.len <= 512000, 1);
}
END_TEST

START_TEST(a_line_of_a_million_octets_gets_one_reply_and_no_memory)
{
	static struct feeder f;
	f.len = 0;
	world.replies.len = 0;
	fill(&f, 'A', 1000000);
	ck_assert_uint_le(f.len, DIALOGUE_LINE);
	expect(&world.replies, "");
	feed(&f, "\r\nNOOP\r\n", 8);
	expect(&world.replies, "500 Syntax error\r\n250 OK\r\n");
}
END_TEST

START_TEST(recipient_50001_is_452_and_a_repeated_one_is_accepted)
{
	char line[64];
	talk(LOGIN "MAIL FROM:<r@d.es>\r\n");
	world.replies.len = 0;
	for (unsigned i = 0; i < 50001; i++) {
		snprintf(line, sizeof line, "RCPT TO:<contacto%05u@dominio-%u.es>\r\n", i, i % 97);
		talk(line);
		if (i < 50000)
			world.replies.len = 0;
	}
	expect(&world.replies, "452 Too many recipients\r\n");
	talk("RCPT TO:<CONTACTO00000@dominio-0.es>\r\n");
	expect_end(&world.replies, "250 Accepted\r\n");
	ck_assert_uint_eq(session.rcpts.count, 50000);
}
END_TEST

START_TEST(recipients_over_max_rcpt_octets_are_452)
{
	config.max_rcpt_octets = 11;
	talk(LOGIN "MAIL FROM:<r@d.es>\r\nRCPT TO:<a@b.es>\r\nRCPT TO:<c@d.es>\r\nRCPT TO:<e@f>\r\n");
	expect_end(&world.replies, "250 Accepted\r\n452 Too many recipients\r\n250 Accepted\r\n");
}
END_TEST

START_TEST(a_command_or_8192_octets_of_a_body_are_progress)
{
	static struct feeder f;
	f.len = 0;
	uint64_t before = session.progress;
	feed(&f, "NOO", 3);
	ck_assert_uint_eq(session.progress, before);
	feed(&f, "P\r\n", 3);
	ck_assert_uint_gt(session.progress, before);
	feed(&f, ENVELOPE "DATA\r\n", strlen(ENVELOPE "DATA\r\n"));
	before = session.progress;
	fill(&f, 'x', DIALOGUE_PROGRESS - 1);
	ck_assert_uint_eq(session.progress, before);
	fill(&f, 'x', 2);
	ck_assert_uint_gt(session.progress, before);
}
END_TEST

START_TEST(a_line_that_is_too_long_is_progress_at_its_end)
{
	static struct feeder f;
	f.len = 0;
	uint64_t before = session.progress;
	fill(&f, 'x', DIALOGUE_LINE + 1);
	ck_assert_uint_eq(session.progress, before);
	feed(&f, "\r\n", 2);
	ck_assert_uint_gt(session.progress, before);
}
END_TEST

START_TEST(a_session_that_is_over_stops_between_the_messages_of_a_burst)
{
	static char const burst[] = ENVELOPE "BDAT 3 LAST\r\nabcMAIL FROM:<r@d.es>\r\nRCPT TO:<u@d.es>\r\nBDAT 3 LAST\r\nabc";
	size_t used;
	char room[sizeof burst];
	world.over = true;
	memcpy(room + 1, burst, sizeof burst - 1);
	ck_assert_int_eq(dialogue_feed(&session, room + 1, sizeof burst - 1, &used), DIALOGUE_READ);
	ck_assert_int_eq(world.runs, 1);
	ck_assert_uint_eq(used, strstr(burst, "abcMAIL") + 3 - burst);
	dialogue_end(&session, DIALOGUE_SHUTDOWN);
	ck_assert_int_eq(world.runs, 1);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("dialogue");
	TCase *c = unit_case("dialogue");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, every_cut_of_a_transcript_gives_the_same);
	tcase_add_loop_test(c, the_reply_and_the_log_follow_the_queue, 0, sizeof verdicts / sizeof *verdicts);
	tcase_add_test(c, a_session_that_is_over_stops_between_the_messages_of_a_burst);
	tcase_add_test(c, a_line_that_is_too_long_is_progress_at_its_end);
	tcase_add_test(c, a_client_that_vanishes_in_a_body_has_its_contacts_queued);
	tcase_add_test(c, a_timeout_in_a_body_queues_the_contacts);
	tcase_add_loop_test(c, a_transaction_without_a_body_queues_nothing, 0, sizeof nothing / sizeof *nothing);
	tcase_add_test(c, a_shutdown_queues_nothing);
	tcase_add_test(c, over_maxrcpt_a_client_that_vanishes_queues_nothing);
	tcase_add_test(c, with_a_plain_queue_a_refusal_runs_it_once);
	tcase_add_test(c, a_body_without_room_is_452);
	tcase_add_test(c, unreadable_accounts_are_451_until_they_are_readable);
	tcase_add_test(c, a_login_that_cannot_be_checked_is_454);
	tcase_add_test(c, a_failed_login_is_delayed_and_logged);
	tcase_add_test(c, starttls_drops_login_and_buffered_commands);
	tcase_add_test(c, starttls_is_refused_with_the_code_of_its_reason);
	tcase_add_test(c, the_protocol_is_named_as_in_rfc_3848);
	tcase_add_test(c, the_octets_after_starttls_are_wiped);
	tcase_add_loop_test(c, credentials_are_wiped_from_the_input, 0, sizeof logins / sizeof *logins);
	tcase_add_loop_test(c, a_message_may_have_max_size_octets_and_no_more, 0, 2);
	tcase_add_test(c, a_line_of_a_million_octets_gets_one_reply_and_no_memory);
	tcase_add_test(c, recipient_50001_is_452_and_a_repeated_one_is_accepted);
	tcase_add_test(c, recipients_over_max_rcpt_octets_are_452);
	tcase_add_test(c, a_command_or_8192_octets_of_a_body_are_progress);
	suite_add_tcase(s, c);
	return s;
}
