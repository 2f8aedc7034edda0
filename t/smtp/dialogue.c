/* The dialogue without a world: every transcript of t/smtp/dialogue is fed whole, octet by
   octet, and cut in two at every place, and must say and queue the same each time. And
   what a transcript cannot show: failures of the world, and clients that leave. */
#include "smtp/dialogue.h"
#include "unit.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

/* A world that writes down what happens. */
struct world {
	struct buf said, did, body;
	enum dialogue_tls tls;
	enum dialogue_lookup login, plan, sender;
	bool full;         /* no room for a body */
	char const *texts[4]; /* what the queue answers, one after the other: code and text */
	int runs;
	bool over;
	struct accounts_plan settings;
};

static void say(void *arg, char const *s, size_t n)
{
	struct world *w = arg;
	ck_assert(n >= 6 && n <= REPLY_LINE && s[n - 2] == '\r' && s[n - 1] == '\n');
	buf_put(&w->said, s, n);
}

static enum dialogue_lookup login(void *arg, char const *u, size_t un, char const *p, size_t pn)
{
	struct world *w = arg;
	buf_puts(&w->did, "login ");
	buf_put(&w->did, u, un);
	buf_putc(&w->did, '/');
	buf_put(&w->did, p, pn);
	buf_putc(&w->did, '\n');
	if (w->login != DIALOGUE_YES)
		return w->login;
	return pn == 7 && memcmp(p, "secreto", 7) == 0 ? DIALOGUE_YES : DIALOGUE_NO;
}

static void delay(void *arg)
{
	struct world *w = arg;
	buf_puts(&w->did, "delay\n");
}

static enum dialogue_lookup plan(void *arg, char const *p, size_t n, struct accounts_plan *out)
{
	struct world *w = arg;
	(void)p, (void)n;
	*out = w->settings;
	return w->plan;
}

static enum dialogue_lookup sender(void *arg, char const *p, size_t pn, char const *a, size_t n)
{
	struct world *w = arg;
	(void)p, (void)pn;
	return n >= 5 && memcmp(a, "otro@", 5) == 0 ? DIALOGUE_NO : w->sender;
}

static enum dialogue_tls tls(void *arg)
{
	return ((struct world *)arg)->tls;
}

static bool body_start(void *arg)
{
	struct world *w = arg;
	w->body.len = 0;
	return true;
}

static bool body(void *arg, char const *s, size_t n)
{
	struct world *w = arg;
	buf_put(&w->body, s, n);
	return !w->full;
}

static void queue(void *arg, struct dialogue const *s, bool empty, char const *e, size_t n, struct answer *out)
{
	struct world *w = arg;
	char const *answer = w->runs < 4 && w->texts[w->runs] ? w->texts[w->runs]
		: empty ? "0 Kcontacts=1 fa8896c2351f8b7e73ac3a3d209c6ac5" : "0 Kid=1166 fa8896c2351f8b7e73ac3a3d209c6ac5";
	w->runs++;
	buf_puts(&w->did, empty ? "queue nothing " : "queue ");
	buf_puts(&w->did, dialogue_protocol(s));
	buf_putc(&w->did, ' ');
	for (size_t i = 0; i < n; i++)
		buf_putc(&w->did, e[i] ? e[i] : '|');
	buf_putc(&w->did, '\n');
	if (!empty)
		buf_put(&w->did, w->body.s, w->body.len);
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
	buf_puts(&w->did, line);
}

static uint64_t no_clock(void *arg)
{
	(void)arg;
	return 7;
}

static bool is_over(void *arg)
{
	struct world *w = arg;
	return w->over;
}

static struct dialogue_config const usual = {
	.host = "api.example.com", .brand = "teenvio.com", .url = "http://teenvio.com/", .date = "hoy",
	.max_size = 512000, .max_rcpt = 50000, .max_rcpt_octets = 2 << 20, .max_line = DIALOGUE_LINE,
	.max_auth_line = DIALOGUE_AUTH_LINE, .max_errors = 10, .max_logins = 3, .cleartext = true,
};
static unsigned char const key[SIPHASH_KEY] = "sal y pimienta!";

static struct dialogue session;
static struct world world;
static struct dialogue_config config;
static struct dialogue_hooks const hooks = {
	.arg = &world, .reply = say, .login = login, .delay = delay, .plan = plan, .sender = sender, .tls = tls,
	.body_start = body_start, .body = body, .queue = queue, .log = keep_record, .clock = no_clock,
	.over = is_over,
};

static void open_session(void)
{
	dialogue_start(&session, &config, &hooks, key, false);
}

static void setup(void)
{
	config = usual;
	world = (struct world){.plan = DIALOGUE_YES, .sender = DIALOGUE_YES, .login = DIALOGUE_YES};
	open_session();
}

static void teardown(void)
{
	dialogue_free(&session);
	buf_free(&world.said);
	buf_free(&world.did);
	buf_free(&world.body);
}

/* Feeds octets as saca-smtpd does: what was not taken comes again with what follows. */
struct feeder {
	char room[1 + 65536];
	size_t len;
};

static enum dialogue_next give(struct feeder *f, char const *s, size_t n)
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
	return give(&f, text, strlen(text));
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

/* One session over the transcript, cut where told; what it said and did, in one. */
static struct buf replay(size_t cut, size_t step)
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
		next = give(&f, transcript + at, n);
		at += n;
	}
	dialogue_end(&session, DIALOGUE_VANISHED);
	dialogue_free(&session);
	buf_put(&all, world.said.s, world.said.len);
	buf_put(&all, world.did.s, world.did.len);
	world.said.len = world.did.len = 0;
	world.runs = 0;
	return all;
}

static void same_at_every_cut(char const *name)
{
	char path[300];
	snprintf(path, sizeof path, "t/smtp/dialogue/%s", name);
	FILE *file = fopen(path, "rb");
	ck_assert_msg(file, "%s", path);
	transcript_n = fread(transcript, 1, sizeof transcript, file);
	fclose(file);
	struct buf whole = replay(0, transcript_n);
	for (size_t cut = 0; cut <= transcript_n; cut++) {
		/* the first round goes octet by octet */
		struct buf piece = cut ? replay(cut, transcript_n) : replay(0, 1);
		ck_assert_msg(piece.len == whole.len && memcmp(piece.s, whole.s, whole.len) == 0,
			"%s cut at %zu:\n%.*s\nnot\n%.*s", name, cut, (int)piece.len, piece.s, (int)whole.len, whole.s);
		buf_free(&piece);
	}
	buf_free(&whole);
}

START_TEST(transcripts)
{
	int n = 0;
	DIR *dir = opendir("t/smtp/dialogue");
	ck_assert(dir);
	dialogue_free(&session);
	world.said.len = 0;
	for (struct dirent *d; (d = readdir(dir));) {
		size_t len = strlen(d->d_name);
		if (len > 5 && strcmp(d->d_name + len - 5, ".smtp") == 0) {
			same_at_every_cut(d->d_name);
			n++;
		}
	}
	closedir(dir);
	ck_assert_int_gt(n, 20);
}
END_TEST

/* --- What the world does ------------------------------------------------------------------- */

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
	{"82 Dfalta algo", "82 Dtampoco", "451 Message not stored, try again later\r\n", "log tempfail victor.acme r@d.es 1 17  \n"},
	{"82 Zno ahora", NULL, "451 no ahora\r\n", "log tempfail victor.acme r@d.es 1 17  \n"},
	{"82 ", NULL, "451 Message not stored, try again later\r\n", "log tempfail victor.acme r@d.es 1 17  \n"},
	{"53 ", NULL, "452 Insufficient system storage\r\n", "log tempfail victor.acme r@d.es 1 17  \n"},
	{"71 ", NULL, "451 Message not stored, try again later\r\n", "log tempfail victor.acme r@d.es 1 17  \n"},
	{"-1 ", NULL, "451 Message not stored, try again later\r\n", "log tempfail victor.acme r@d.es 1 17  \n"},
	{"82 Duna\nlinea", "0 Kcontacts=1 " ID, "500 Internal error - una\r\n", "log refused:una victor.acme r@d.es 1 17  " ID "\n"},
};

START_TEST(hears_the_queue)
{
	world.texts[0] = verdicts[_i].first;
	world.texts[1] = verdicts[_i].second;
	talk(ENVELOPE BODY);
	expect_end(&world.said, verdicts[_i].reply);
	expect_end(&world.did, verdicts[_i].log);
	ck_assert_int_eq(world.runs, verdicts[_i].second ? 2 : 1);
}
END_TEST

START_TEST(imports_contacts_when_the_client_leaves)
{
	talk(ENVELOPE "DATA\r\nSubject: x\r\n");
	world.said.len = 0;
	dialogue_end(&session, DIALOGUE_VANISHED);
	expect(&world.said, "");
	expect_end(&world.did, "queue nothing ESMTPA Fr@d.es|Tu@d.es||\nlog vanished victor.acme r@d.es 1 12  " ID "\n");
}
END_TEST

START_TEST(imports_contacts_at_a_timeout)
{
	talk(ENVELOPE "BDAT 3\r\nabc");
	dialogue_end(&session, DIALOGUE_TIMEOUT);
	expect_end(&world.did, "queue nothing ESMTPA Fr@d.es|Tu@d.es||\nlog timeout victor.acme r@d.es 1 3  " ID "\n");
	expect_end(&world.said, "\r\n421 api.example.com Timeout, closing connection\r\n");
}
END_TEST

static char const *const nothing[] = {
	ENVELOPE,                            /* gone before DATA */
	ENVELOPE "RSET\r\n",
	ENVELOPE "QUIT\r\n",
	ENVELOPE "BDAT 3\r\nabcRSET\r\n",    /* between chunks */
	ENVELOPE "BDAT 3\r\nabcEHLO x\r\n",
	ENVELOPE "BDAT 3\r\nabcQUIT\r\n",
	ENVELOPE "DATA",                     /* no line: no command */
};

START_TEST(imports_nothing)
{
	talk(nothing[_i]);
	dialogue_end(&session, DIALOGUE_VANISHED);
	ck_assert_int_eq(world.runs, 0);
	expect_end(&world.did, strstr(nothing[_i], "abc") ? "log abandoned victor.acme r@d.es 1 3  \n"
		: "log abandoned victor.acme r@d.es 1 0  \n");
}
END_TEST

START_TEST(imports_nothing_at_a_shutdown)
{
	talk(ENVELOPE "DATA\r\nx\r\n");
	dialogue_end(&session, DIALOGUE_SHUTDOWN);
	ck_assert_int_eq(world.runs, 0);
	expect_end(&world.said, "421 api.example.com Service shutting down, closing connection\r\n");
}
END_TEST

START_TEST(imports_nothing_over_the_plan)
{
	world.settings.maxrcpt = 1;
	talk(ENVELOPE "RCPT TO:<v@d.es>\r\nDATA\r\nx\r\n");
	dialogue_end(&session, DIALOGUE_VANISHED);
	ck_assert_int_eq(world.runs, 0);
}
END_TEST

START_TEST(plain_queue_runs_once)
{
	config.plain_queue = true;
	world.texts[0] = "31 ";
	talk(ENVELOPE BODY);
	expect_end(&world.said, "500 Internal error - mensaje rechazado\r\n");
	talk("MAIL FROM:<r@d.es>\r\nRCPT TO:<u@d.es>\r\nDATA\r\n.\r\n");
	expect_end(&world.said, "500 Internal error - el mensaje esta vacio\r\n");
	ck_assert_int_eq(world.runs, 1);
}
END_TEST

START_TEST(no_room_is_temporary)
{
	world.full = true;
	talk(ENVELOPE BODY);
	expect_end(&world.said, "452 Insufficient system storage\r\n");
	ck_assert_int_eq(world.runs, 0);
}
END_TEST

START_TEST(accounts_that_cannot_be_read)
{
	world.sender = DIALOGUE_UNKNOWN;
	talk(LOGIN "MAIL FROM:<r@d.es>\r\n");
	expect_end(&world.said, "451 Accounts cannot be read now, try again later\r\n");
	world.sender = DIALOGUE_YES;
	talk("MAIL FROM:<r@d.es>\r\n");
	expect_end(&world.said, "250 OK\r\n");
}
END_TEST

START_TEST(authenticator_that_fails)
{
	world.login = DIALOGUE_UNKNOWN;
	talk(LOGIN);
	expect_end(&world.said, "454 Temporary authentication failure\r\n");
	expect_end(&world.did, "log auth-tempfail victor.acme  0 0  \n");
}
END_TEST

START_TEST(a_failed_login_is_late_and_logged)
{
	talk("AUTH LOGIN\r\ndmljdG9yLmFjbWU=\r\nbWFsYQ==\r\n");
	expect(&world.did, "login victor.acme/mala\ndelay\nlog auth-failed victor.acme  0 0  \n");
	world.did.len = 0;
	talk("AUTH LOGIN\r\ndmljdG9y\r\nbWFsYQ==\r\n"); /* victor: no plan, nobody is asked */
	expect(&world.did, "delay\nlog auth-failed victor  0 0  \n");
}
END_TEST

/* --- TLS --------------------------------------------------------------------------------------- */

START_TEST(starttls_forgets_everything)
{
	world.tls = DIALOGUE_TLS_READY;
	ck_assert_int_eq(talk("EHLO x\r\n" LOGIN "STARTTLS\r\nMAIL FROM:<r@d.es>\r\n"), DIALOGUE_START_TLS);
	expect_end(&world.said, "220 Ready to start TLS\r\n");
	dialogue_tls_started(&session);
	talk("MAIL FROM:<r@d.es>\r\n");
	expect_end(&world.said, "530 Authentication required\r\n");
	talk("STARTTLS\r\n");
	expect_end(&world.said, "503 TLS is already active\r\n");
	config.cleartext = false;
	talk("EHLO x\r\n");
	expect_end(&world.said, "250-CHUNKING\r\n250 AUTH LOGIN PLAIN\r\n");
}
END_TEST

START_TEST(starttls_refusals)
{
	talk("STARTTLS\r\n");
	expect_end(&world.said, "502 STARTTLS is not offered here\r\n");
	world.tls = DIALOGUE_TLS_BROKEN;
	talk("STARTTLS\r\n");
	expect_end(&world.said, "454 TLS not available due to temporary reason\r\n");
	world.tls = DIALOGUE_TLS_READY;
	talk("STARTTLS x\r\n");
	expect_end(&world.said, "501 This command takes no argument\r\n");
	talk(ENVELOPE "STARTTLS\r\n");
	expect_end(&world.said, "503 not permitted during a mail transaction\r\n");
}
END_TEST

START_TEST(names_protocols)
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

/* --- Limits -------------------------------------------------------------------------------------- */

static void fill(struct feeder *f, char c, size_t n)
{
	static char piece[1000];
	memset(piece, c, sizeof piece);
	for (; n; n -= n < sizeof piece ? n : sizeof piece)
		give(f, piece, n < sizeof piece ? n : sizeof piece);
}

START_TEST(size_to_the_octet)
{
	static struct feeder f;
	f.len = 0;
	give(&f, ENVELOPE "DATA\r\n", strlen(ENVELOPE "DATA\r\n"));
	fill(&f, 'x', 511998 + (size_t)_i);
	give(&f, "\r\n.\r\n", 5);
	expect_end(&world.said, _i ? "552 message size exceeds fixed maximum message size (512000) bytes\r\n" : "250 OK id=1166 " ID "\r\n");
	ck_assert_int_eq(world.body.len <= 512000, 1);
}
END_TEST

START_TEST(a_line_without_end_is_answered_once)
{
	static struct feeder f;
	f.len = 0;
	world.said.len = 0;
	fill(&f, 'A', 1000000);
	ck_assert_uint_le(f.len, DIALOGUE_LINE);
	expect(&world.said, "");
	give(&f, "\r\nNOOP\r\n", 8);
	expect(&world.said, "500 Syntax error\r\n250 OK\r\n");
}
END_TEST

START_TEST(a_full_set_of_recipients)
{
	char line[64];
	talk(LOGIN "MAIL FROM:<r@d.es>\r\n");
	world.said.len = 0;
	for (unsigned i = 0; i < 50001; i++) {
		snprintf(line, sizeof line, "RCPT TO:<contacto%05u@dominio-%u.es>\r\n", i, i % 97);
		talk(line);
		if (i < 50000)
			world.said.len = 0;
	}
	expect(&world.said, "452 Too many recipients\r\n");
	talk("RCPT TO:<CONTACTO00000@dominio-0.es>\r\n");
	expect_end(&world.said, "250 Accepted\r\n");
	ck_assert_uint_eq(session.rcpts.count, 50000);
}
END_TEST

START_TEST(an_octet_limit_of_recipients)
{
	config.max_rcpt_octets = 11;
	talk(LOGIN "MAIL FROM:<r@d.es>\r\nRCPT TO:<a@b.es>\r\nRCPT TO:<c@d.es>\r\nRCPT TO:<e@f>\r\n");
	expect_end(&world.said, "250 Accepted\r\n452 Too many recipients\r\n250 Accepted\r\n");
}
END_TEST

START_TEST(progress_restarts_the_clock)
{
	static struct feeder f;
	f.len = 0;
	uint64_t before = session.progress;
	give(&f, "NOO", 3);
	ck_assert_uint_eq(session.progress, before);
	give(&f, "P\r\n", 3);
	ck_assert_uint_gt(session.progress, before);
	give(&f, ENVELOPE "DATA\r\n", strlen(ENVELOPE "DATA\r\n"));
	before = session.progress;
	fill(&f, 'x', DIALOGUE_PROGRESS - 1);
	ck_assert_uint_eq(session.progress, before);
	fill(&f, 'x', 2);
	ck_assert_uint_gt(session.progress, before);
}
END_TEST

START_TEST(a_line_too_long_restarts_the_clock)
{
	static struct feeder f;
	f.len = 0;
	uint64_t before = session.progress;
	fill(&f, 'x', DIALOGUE_LINE + 1);
	ck_assert_uint_eq(session.progress, before);
	give(&f, "\r\n", 2);
	ck_assert_uint_gt(session.progress, before);
}
END_TEST

/* A burst of messages is no reason to go on for ever. */
START_TEST(stops_between_messages)
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
	Suite *s = suite_create("smtp");
	TCase *c = unit_case("smtp");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, transcripts);
	tcase_add_loop_test(c, hears_the_queue, 0, sizeof verdicts / sizeof *verdicts);
	tcase_add_test(c, stops_between_messages);
	tcase_add_test(c, a_line_too_long_restarts_the_clock);
	tcase_add_test(c, imports_contacts_when_the_client_leaves);
	tcase_add_test(c, imports_contacts_at_a_timeout);
	tcase_add_loop_test(c, imports_nothing, 0, sizeof nothing / sizeof *nothing);
	tcase_add_test(c, imports_nothing_at_a_shutdown);
	tcase_add_test(c, imports_nothing_over_the_plan);
	tcase_add_test(c, plain_queue_runs_once);
	tcase_add_test(c, no_room_is_temporary);
	tcase_add_test(c, accounts_that_cannot_be_read);
	tcase_add_test(c, authenticator_that_fails);
	tcase_add_test(c, a_failed_login_is_late_and_logged);
	tcase_add_test(c, starttls_forgets_everything);
	tcase_add_test(c, starttls_refusals);
	tcase_add_test(c, names_protocols);
	tcase_add_loop_test(c, size_to_the_octet, 0, 2);
	tcase_add_test(c, a_line_without_end_is_answered_once);
	tcase_add_test(c, a_full_set_of_recipients);
	tcase_add_test(c, an_octet_limit_of_recipients);
	tcase_add_test(c, progress_restarts_the_clock);
	suite_add_tcase(s, c);
	return s;
}
