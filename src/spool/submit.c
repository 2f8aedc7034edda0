/* A request to the queue service. */
#include "spool/submit.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/log.h"
#include "mail/message.h"
#include "service/answer.h"
#include "service/submission.h"
#include "spool/commit.h"
#include "spool/input.h"
#include "spool/login.h"
#include "spool/settings.h"
#include "ucspi/peer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

/* A request in progress. */
struct work {
	struct submit const *submit;
	struct serve_request *peer;
	struct submission in;
	struct spool_login login;
	char ip[PEER_IP];
	struct spool_request request;
	struct spool_result result;
	struct envelope envelope;
	bool is_violation; /* the peer broke the protocol */
	bool is_silent;    /* the peer gets no reply */
};

static struct buf message_copy, envelope_copy; /* of the peer's memory files */

/* --- Results: each function returns false, so that the step that fails can return it ------ */

static bool refuse_request(struct work *s, int code, enum refusal r, char const *word, uint64_t a)
{
	spool_refuse(&s->result, code, r, word, a, 0);
	return false;
}

static bool fail_request(struct work *s, int code, char const *what)
{
	spool_fail(&s->result, code, what);
	return false;
}

static bool reject_request(struct work *s, int code, char const *why)
{
	s->result.code = code;
	snprintf(s->result.why, sizeof s->result.why, "%s", why);
	return false;
}

/* Ends a request whose peer broke the protocol. */
static bool reject_peer(struct work *s, char const *why)
{
	s->is_violation = true;
	return reject_request(s, ANSWER_REFUSED, why);
}

static bool drop_peer(struct work *s, char const *why)
{
	s->is_silent = true;
	return reject_peer(s, why);
}

/* --- Steps: false when the result is final ----------------------------------------------- */

static bool read_settings(struct work *s)
{
	if (s->peer->fds_n != 0 && s->peer->fds_n != 2)
		return drop_peer(s, "dropped a request: it has one descriptor");
	if (!submission_read(&s->in, s->peer->data, s->peer->n))
		return reject_peer(s, "refused a request: it is malformed");
	if (s->peer->fds_n != (s->in.is_inside ? 0 : 2))
		return drop_peer(s, s->in.is_inside ? "dropped a request: it has a message and descriptors"
			: "dropped a request: it has neither a message nor descriptors");
	word_copy(s->ip, sizeof s->ip, s->in.value[SUBMISSION_IP]);
	if (!s->in.value[SUBMISSION_USER])
		return reject_peer(s, "refused a request: it has no SACA_USER");
	char const *wrong = spool_login_read(&s->login, s->in.value[SUBMISSION_USER], s->in.value[SUBMISSION_PLAN]);
	return wrong ? reject_peer(s, wrong) : true;
}

static bool check_ticket(struct work *s)
{
	char const *text = s->in.value[SUBMISSION_TICKET];
	char ticket[SUBMISSION_VALUE];
	size_t n = text ? strlen(text) : 0, len = 0;
	if (!n || !base64_decode(ticket, &len, text, n))
		return reject_peer(s, "refused a request: it has no ticket");
	switch (ticket_check(&s->submit->ticket_key, s->in.value[SUBMISSION_USER], ticket, len, clock_boot_seconds())) {
	case TICKET_VALID:
		return true;
	case TICKET_EXPIRED:
		return reject_request(s, ANSWER_LATER, "refused a request: its ticket has expired");
	case TICKET_FORGED:
		break;
	}
	return reject_peer(s, "refused a request: its ticket is not one of this login");
}

static bool read_plan(struct work *s)
{
	s->request.plan = s->login.plan;
	s->request.user = s->login.user;
	char const *sandbox = s->in.value[SUBMISSION_SANDBOX];
	if (sandbox && strcmp(sandbox, "no"))
		return reject_peer(s, "refused a request: its SACA_SANDBOX is not `no`");
	enum settings r = settings_read(&s->request, s->submit->senders);
	if (r == SETTINGS_OK) {
		s->request.sandbox = s->request.sandbox && !sandbox;
		return true;
	}
	s->result.code = ANSWER_LATER;
	settings_explain(s->result.why, r, s->submit->senders, s->login.plan);
	return false;
}

/* Copies a memory file of the peer's. */
static bool copy_file(struct work *s, struct buf *out, int fd, uint64_t max)
{
	if (!serve_is_memory_file(fd))
		return drop_peer(s, "dropped a request: a descriptor is not a memory file");
	switch (input_copy(out, fd, max)) {
	case INPUT_OK:
		return true;
	case INPUT_LARGE:
		return refuse_request(s, ANSWER_REFUSED, REFUSAL_SIZE, NULL, max);
	case INPUT_FAILED:
		break;
	}
	return fail_request(s, ANSWER_READ, "copy the message or the envelope");
}

static bool copy_input(struct work *s)
{
	if (s->in.is_inside) {
		if (s->in.message_n > s->submit->octets)
			return refuse_request(s, ANSWER_REFUSED, REFUSAL_SIZE, NULL, s->submit->octets);
	} else {
		if (!copy_file(s, &message_copy, s->peer->fds[0], s->submit->octets)
			|| !copy_file(s, &envelope_copy, s->peer->fds[1], ENVELOPE_OCTETS(s->submit->recipients)))
			return false;
		s->in.message = message_copy.s;
		s->in.message_n = message_copy.len;
		s->in.envelope = envelope_copy.s;
		s->in.envelope_n = envelope_copy.len;
	}
	s->request.message = s->in.message;
	s->request.n = s->in.message_n;
	return true;
}

static bool read_envelope(struct work *s)
{
	char word[128];
	envelope_init(&s->envelope, (size_t)s->submit->recipients);
	enum envelope_state state = envelope_feed(&s->envelope, s->in.envelope, s->in.envelope_n);
	s->request.envelope = &s->envelope;
	if (state == ENVELOPE_DONE)
		return true;
	if (state == ENVELOPE_MORE)
		return reject_request(s, ANSWER_READ, "the envelope ends too early");
	if (state == ENVELOPE_NO_MEMORY) {
		errno = ENOMEM;
		return fail_request(s, ANSWER_MEMORY, "read the envelope");
	}
	envelope_bad(&s->envelope, word, sizeof word);
	return refuse_request(s, envelope_code(state), envelope_refusal(state), word, 0);
}

/* Checks that the message can become a campaign, as saca-mime does in the line. */
static bool check_message(struct work *s)
{
	struct message message;
	if (s->request.n == 0)
		return true;
	enum message_verdict verdict = message_read(&message, s->request.message, s->request.n);
	message_free(&message);
	if (verdict == MESSAGE_OK)
		return true;
	s->result.code = verdict == MESSAGE_NO_MEMORY ? ANSWER_MEMORY : ANSWER_REFUSED;
	message_reason(s->result.text, verdict);
	return false;
}

static bool client_has_gone(void *peer)
{
	return serve_is_abandoned(peer);
}

static void commit_message(struct work *s)
{
	struct submission const *in = &s->in;
	s->request.residue = s->submit->residue;
	s->request.hosts = s->submit->hosts;
	s->request.origin = (struct trace){.helo = in->value[SUBMISSION_HELO], .ip = s->ip,
		.host = s->submit->host ? s->submit->host : in->value[SUBMISSION_HOST], .proto = in->value[SUBMISSION_PROTO],
		.tls = in->value[SUBMISSION_PROTOCOL], .cipher = in->value[SUBMISSION_CIPHER]};
	s->request.is_abandoned = client_has_gone;
	s->request.client = s->peer;
	spool_commit(s->submit->spool, &s->request, &s->result);
}

/* --- The reply --------------------------------------------------------------------------- */

static void reply_to_peer(struct work *s)
{
	char packet[1 + ANSWER_LINE];
	size_t n = 0;
	int code = s->result.code;
	if (s->result.text[0]) {
		n = answer_format(packet + 1, code, s->result.is_repeat, s->result.text);
		code = code ? ANSWER_WRITTEN : 0;
	}
	packet[0] = (char)code;
	(void)serve_reply(s->peer, packet, n + 1); /* a commit stays even if the client has gone */
}

/* Limits the log: of requests that break the protocol, one a second is logged. */
static bool is_worth_a_line(struct work const *s)
{
	static uint64_t next;
	uint64_t now = clock_ms();
	if (!s->is_violation)
		return s->result.why[0];
	if (now < next)
		return false;
	next = now + 1000;
	return true;
}

/* Writes a line that names the client. */
static void format_why(struct log_line *line, struct work const *s, char const *why)
{
	log_start(line);
	log_add_string(line, "ip", s->ip);
	log_add_string(line, "user", s->in.value[SUBMISSION_USER] ? s->in.value[SUBMISSION_USER] : "");
	log_text(line, " why: ", why);
}

static void log_why(struct work const *s)
{
	struct log_line line;
	format_why(&line, s, s->result.why);
	log_write(&line);
}

static void prepare_late_line(struct work const *s)
{
	static struct log_line line;
	format_why(&line, s, "the request took more than 600 seconds: the worker ends");
	log_end(&line);
	serve_set_late_line(&line);
}
_Static_assert(SERVE_SECONDS == 600, "the text of prepare_late_line says 600");

/* Answers the question of option -t: the service works if it can open new/. */
static void answer_probe(struct work *s)
{
	int new = spool_folder_open(s->submit->spool, SPOOL_NEW);
	if (new < 0) {
		strerr_warnwusys("open the folder new of the spool");
		return;
	}
	fd_close(new);
	(void)serve_reply(s->peer, "", 1);
}

void submit_handle(void *arg, struct serve_request *peer)
{
	struct work s = {.submit = arg, .peer = peer, .ip = "unknown"};
	if (serve_is_probe(peer)) {
		answer_probe(&s);
		return;
	}
	bool is_readable = read_settings(&s);
	prepare_late_line(&s);
	if (is_readable && check_ticket(&s) && read_plan(&s) && copy_input(&s) && read_envelope(&s) && check_message(&s))
		commit_message(&s);
	if (!s.is_silent)
		reply_to_peer(&s);
	if (is_worth_a_line(&s))
		log_why(&s);
	envelope_free(&s.envelope);
	input_empty(&message_copy);
	input_empty(&envelope_copy);
	if (s.result.is_stuck)
		strerr_dief(EXIT_TEMPORARY, "unable to release a lock: the worker ends");
}
