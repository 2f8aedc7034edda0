/* The engine of the dialogue, with hooks that record their calls. However the client's octets are
   cut, replies and calls are the same. Each line, body and chunk gets exactly one reply. Every
   reply line is printable and short. The spooler accepts every envelope that is queued.

   The last octets choose a failure of the hooks, unusual settings, and the cuts. Failure and
   settings count only if their high bit is set, so that a plain transcript has neither. */
#include "base/ascii.h"
#include "spool/envelope.h"
#include "base/log.h"
#include "smtp/dialogue.h"
#include "fuzz.h"

struct world {
	struct buf replies, calls, body;
	uint8_t fails;
	bool full, started;
	struct dialogue_config const *config;
};

enum { LOGIN_DEAD = 1, PLAN_DEAD = 2, SENDER_DEAD = 4, DISK_FULL = 8, QUEUE_BAD = 16, TLS_DEAD = 32, NO_TLS = 64 };

/* Checks a reply line: RFC 5321 sections 4.2 and 4.5.3.1.5. */
static void check_reply_line(void *arg, char const *s, size_t n)
{
	struct world *w = arg;
	must(n >= 6 && n <= REPLY_LINE && s[n - 2] == '\r' && s[n - 1] == '\n');
	must(s[0] >= '2' && s[0] <= '5' && ascii_is_digit(s[1]) && ascii_is_digit(s[2]));
	must(s[3] == ' ' || s[3] == '-');
	for (size_t i = 0; i < n - 2; i++)
		must(ascii_is_print(s[i]));
	must(buf_put(&w->replies, s, n));
}

static void note(struct world *w, char const *what, char const *s, size_t n)
{
	must(buf_puts(&w->calls, what) && buf_put(&w->calls, s, n) && buf_putc(&w->calls, '\n'));
}

static enum dialogue_lookup login(void *arg, char const *u, size_t un, char const *p, size_t pn)
{
	struct world *w = arg;
	must(un > 0 && un <= DIALOGUE_USER && un + pn + 3 <= DIALOGUE_CREDENTIALS);
	must(!memchr(u, 0, un) && !memchr(p, 0, pn) && address_login_plan(u, un));
	note(w, "login ", u, un);
	note(w, "password ", p, pn);
	if (w->fails & LOGIN_DEAD)
		return DIALOGUE_UNKNOWN;
	return fuzz_same(p, pn, "secreto", 7) ? DIALOGUE_YES : DIALOGUE_NO;
}

static void delay(void *arg)
{
	note(arg, "delay", "", 0);
}

static enum dialogue_lookup plan(void *arg, char const *p, size_t n, struct accounts_plan *out)
{
	struct world *w = arg;
	must(address_is_plan(p, n));
	out->maxrcpt = fuzz_same(p, n, "corto", 5) ? 2 : 0;
	return w->fails & PLAN_DEAD ? DIALOGUE_UNKNOWN : n == 1 ? DIALOGUE_NO : DIALOGUE_YES;
}

static enum dialogue_lookup sender(void *arg, char const *p, size_t pn, char const *a, size_t n)
{
	struct world *w = arg;
	must(address_is_plan(p, pn) && address_check(a, n, true) == ADDRESS_OK);
	if (w->fails & SENDER_DEAD)
		return DIALOGUE_UNKNOWN;
	return n > 5 && memcmp(a, "otro@", 5) == 0 ? DIALOGUE_NO : DIALOGUE_YES;
}

static enum dialogue_tls tls(void *arg)
{
	struct world *w = arg;
	return w->fails & TLS_DEAD ? DIALOGUE_TLS_BROKEN : w->fails & NO_TLS ? DIALOGUE_TLS_NONE : DIALOGUE_TLS_READY;
}

static bool body_start(void *arg)
{
	struct world *w = arg;
	note(w, "body", "", 0);
	w->body.len = 0;
	w->started = true;
	return !(w->fails & DISK_FULL) || !(w->fails & QUEUE_BAD);
}

static bool body(void *arg, char const *s, size_t n)
{
	struct world *w = arg;
	must(w->started);
	must(buf_put(&w->body, s, n));
	return !(w->fails & DISK_FULL) || w->body.len < 100;
}

static void check_envelope(struct dialogue const *s, char const *envelope, size_t n)
{
	struct envelope e;
	size_t len;
	envelope_init(&e, ENVELOPE_MAX);
	must(envelope_feed(&e, envelope, n) == ENVELOPE_DONE);
	must(e.count == s->rcpts.count && e.pending.len == 0);
	char const *from = envelope_sender(&e, &len);
	must(fuzz_same(from, len, s->sender, s->sender_n));
	envelope_free(&e);
}

static void queue(void *arg, struct dialogue const *s, bool empty, char const *envelope, size_t n, struct answer *out)
{
	static struct {
		int code;
		char const *text;
	} const bad[] = {
		{31, ""}, {53, ""}, {71, ""}, {-1, ""}, {0, ""}, {82, "Denvios insuficientes: quedan 1, hacen falta 2"},
		{82, "Zsin disco"}, {0, "Krepeat=1166 fa8896c2351f8b7e73ac3a3d209c6ac5"}, {0, "D\r\n250 OK"}, {111, "K"},
	};
	static char const *const good[] = {
		"Kid=1166 fa8896c2351f8b7e73ac3a3d209c6ac5", "Kcontacts=3 fa8896c2351f8b7e73ac3a3d209c6ac5",
	};
	struct world *w = arg;
	must(s->logged_in && s->rcpts.count > 0 && w->started);
	must(!s->plan.maxrcpt || s->rcpts.count <= s->plan.maxrcpt);
	must(s->rcpts.count <= s->config->max_rcpt && s->rcpts.octets <= s->config->max_rcpt_octets);
	must(empty || (w->body.len > 0 && s->data.size <= s->config->max_size && w->body.len <= s->data.size));
	must(!s->config->plain_queue || !empty);
	check_envelope(s, envelope, n);
	note(w, empty ? "queue nothing " : "queue ", dialogue_protocol(s), strlen(dialogue_protocol(s)));
	note(w, "", envelope, n);
	if (!empty)
		note(w, "", w->body.s, w->body.len);
	int code = 0;
	char const *text = good[empty];
	if (w->fails & QUEUE_BAD) {
		size_t i = (s->rcpts.count + (w->fails & 15)) % (sizeof bad / sizeof *bad);
		code = bad[i].code;
		text = bad[i].text;
	}
	answer_read(out, code, text, strlen(text));
}

/* Checks that any record makes one printable line. */
static void keep_record(void *arg, struct dialogue const *s, struct dialogue_record const *r)
{
	struct log_line l;
	(void)s;
	log_start(&l);
	log_add(&l, "user", r->user, r->user_n);
	log_add(&l, "sender", r->sender, r->sender_n);
	log_add(&l, "verdict", r->verdict, strlen(r->verdict));
	log_add(&l, "id", r->id, r->id_n);
	log_add(&l, "uuid", r->uuid, r->uuid_n);
	log_end(&l);
	for (size_t i = 0; i < l.len; i++)
		must(i == l.len - 1 ? l.s[i] == '\n' : ascii_is_print(l.s[i]));
	note(arg, "", l.s, l.len);
}

static uint64_t clock_of(void *arg)
{
	(void)arg;
	return 7;
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

/* --- Sessions --------------------------------------------------------------------------- */

struct session {
	struct dialogue s;
	struct world w;
	struct dialogue_hooks hooks;
};

static void begin(struct session *x, struct dialogue_config const *config, uint8_t fails, bool under_tls)
{
	static unsigned char const key[SIPHASH_KEY] = "sal y pimienta!";
	memset(x, 0, sizeof *x);
	x->w.fails = fails;
	x->w.config = config;
	x->hooks = (struct dialogue_hooks){
		.arg = &x->w, .reply = check_reply_line, .login = login, .delay = delay, .plan = plan, .sender = sender, .tls = tls,
		.body_start = body_start, .body = body, .queue = queue, .log = keep_record, .clock = clock_of,
		.over = never,
	};
	dialogue_start(&x->s, config, &x->hooks, key, under_tls);
}

static void finish(struct session *x, enum dialogue_end why)
{
	dialogue_end(&x->s, why);
	dialogue_free(&x->s);
}

static void free_session(struct session *x)
{
	buf_free(&x->w.replies);
	buf_free(&x->w.calls);
	buf_free(&x->w.body);
}

/* Counts the replies from octet `at` on. *last: the code of the last one. */
static unsigned int count_replies(struct buf const *said, size_t at, int *last)
{
	unsigned int count = 0;
	while (at < said->len) {
		char const *line = said->s + at;
		if (line[3] == ' ') {
			count++;
			*last = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
		}
		at += (size_t)((char const *)memchr(line, '\n', said->len - at) - line) + 1;
	}
	return count;
}

/* Checks the number of replies to the octet c. was_body: it was fed inside a body. */
static void check_replies(struct session const *x, char c, bool was_body, size_t said, enum dialogue_next next)
{
	int last = 0;
	unsigned int count = count_replies(&x->w.replies, said, &last), wanted;
	if (dialogue_in_body(&x->s))
		wanted = !was_body && x->s.reading == READING_BODY; /* the 354; a chunk gets its reply at its end */
	else
		wanted = was_body || c == '\n';
	if (next == DIALOGUE_CLOSE && last == 421)
		wanted++; /* too many errors */
	must(count == wanted);
}

/* The offsets after each STARTTLS. A client waits there, so a piece must end there. */
struct stops {
	size_t at[64], count;
};

static void play(struct session *x, uint8_t const *data, size_t n, struct fuzz_cuts *cuts, bool single, struct stops *stops)
{
	char *room = malloc(n + 1);
	size_t len = 0, stop = 0;
	enum dialogue_next next = DIALOGUE_READ;
	must(room);
	for (size_t at = 0, k; at < n && next != DIALOGUE_CLOSE; at += k) {
		while (!single && stop < stops->count && stops->at[stop] <= at)
			stop++;
		size_t to = !single && stop < stops->count ? stops->at[stop] : n;
		k = single ? 1 : cuts ? fuzz_piece(cuts, to - at) : to - at;
		bool was_body = dialogue_in_body(&x->s);
		size_t said = x->w.replies.len, used;
		/* the input and the octet before it, and no octet more: the sanitizer sees what exceeds it */
		char *exact = malloc(1 + len + k);
		must(exact);
		memcpy(exact + 1, room, len);
		memcpy(exact + 1 + len, data + at, k);
		next = dialogue_feed(&x->s, exact + 1, len + k, &used);
		must(used <= len + k);
		len = len + k - used;
		must(len < x->s.config->max_auth_line);
		memcpy(room, exact + 1 + used, len);
		free(exact);
		if (single)
			check_replies(x, (char)data[at], was_body, said, next);
		if (next == DIALOGUE_START_TLS) {
			must(len == 0);
			if (single && stops->count < 64)
				stops->at[stops->count++] = at + 1;
			else if (single)
				next = DIALOGUE_CLOSE;
			if (next == DIALOGUE_START_TLS)
				dialogue_tls_started(&x->s);
		}
	}
	free(room);
}

static void check_same(struct session *a, struct session *b)
{
	must(fuzz_same(a->w.replies.s, a->w.replies.len, b->w.replies.s, b->w.replies.len));
	must(fuzz_same(a->w.calls.s, a->w.calls.len, b->w.calls.s, b->w.calls.len));
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	static struct session single, cut, whole;
	struct stops stops = {.count = 0};
	uint8_t fails = fuzz_choice(data, &n), settings = fuzz_choice(data, &n), where = fuzz_choice(data, &n);
	fails = fails & 0x80 ? fails & 0x7f : 0;
	settings = settings & 0x80 ? settings : 0;
	struct dialogue_config config = {
		.host = "api.example.com", .brand = "teenvio.com", .url = "http://teenvio.com/", .date = "hoy",
		.max_size = settings & 1 ? 40 : 512000, .max_rcpt = settings & 2 ? 3 : 50000,
		.max_rcpt_octets = settings & 2 ? 60 : 2 << 20,
		.max_line = settings & 4 ? 64 : DIALOGUE_LINE, .max_auth_line = settings & 4 ? 96 : DIALOGUE_AUTH_LINE,
		.max_errors = 10, .max_logins = 3, .cleartext = !(settings & 8), .any_sender = settings & 16,
		.plain_queue = settings & 32,
	};
	enum dialogue_end why = where % 3 == 0 ? DIALOGUE_VANISHED : where % 3 == 1 ? DIALOGUE_TIMEOUT : DIALOGUE_SHUTDOWN;
	struct fuzz_cuts cuts = FUZZ_CUTS(where);
	if (n > 1 << 16)
		return 0;
	begin(&single, &config, fails, settings & 64);
	begin(&cut, &config, fails, settings & 64);
	begin(&whole, &config, fails, settings & 64);
	play(&single, data, n, NULL, true, &stops);
	if (stops.count < 64) {
		play(&cut, data, n, &cuts, false, &stops);
		play(&whole, data, n, NULL, false, &stops);
	}
	finish(&single, why);
	finish(&cut, why);
	finish(&whole, why);
	if (stops.count < 64) {
		check_same(&single, &cut);
		check_same(&single, &whole);
	}
	free_session(&single);
	free_session(&cut);
	free_session(&whole);
	return 0;
}
