/* The MIME parser: the same tree however the message is cut, a tree that is one, and what
   is made of it: the judgement, the bodies decoded, the options, the drawing. */
#include "base/ascii.h"
#include "mail/message.h"
#include "mail/mime.h"
#include "mail/mimetree.h"
#include "fuzz.h"

static struct mime *read_message(uint8_t const *s, size_t n, struct fuzz_cuts *cuts, enum mime_fault *fault)
{
	struct mime *m = mime_new();
	must(m);
	for (size_t at = 0, k; at < n; at += k) {
		k = cuts ? fuzz_piece(cuts, n - at) : n - at;
		char *piece = fuzz_copy(s + at, k);
		mime_push(m, piece, k);
		free(piece);
	}
	*fault = mime_finish(m);
	must(mime_finish(m) == *fault && *fault != MIME_NO_MEMORY);
	return m;
}

static void check_part(struct mime const *m, size_t i, size_t n)
{
	struct mime_part const *p = mime_part(m, i);
	must(i ? p->parent < i : p->parent == MIME_NONE);
	must(p->header <= p->body && p->body <= p->end && p->end <= n);
	must(p->type && p->charset && p->id && p->start && p->filename && p->label && p->disposition);
	must(strchr(p->type, '/'));
	must(p->leaf == (strncmp(p->type, "multipart/", 10) && strncmp(p->type, "message/", 8)));
	if (!i) {
		must(p->depth == 0);
		return;
	}
	struct mime_part const *parent = mime_part(m, p->parent), *before = mime_part(m, i - 1);
	must(!parent->leaf && p->depth == parent->depth + 1 && p->depth <= MIME_DEPTH);
	must(p->header >= parent->body);
	/* one whose header was cut short by a delimiter is empty and stands at that */
	must(p->end <= parent->end || p->body == p->end);
	must(before == parent || before->end <= p->header);
}

static bool same_part(struct mime_part const *a, struct mime_part const *b)
{
	return a->parent == b->parent && a->depth == b->depth && a->header == b->header && a->body == b->body
		&& a->end == b->end && !strcmp(a->type, b->type) && !strcmp(a->charset, b->charset) && !strcmp(a->id, b->id) && !strcmp(a->start, b->start)
		&& !strcmp(a->filename, b->filename) && !strcmp(a->label, b->label) && !strcmp(a->disposition, b->disposition)
		&& a->encoding == b->encoding && a->attachment == b->attachment && a->leaf == b->leaf;
}

static void check_cut(struct mime const *m, uint8_t const *s, size_t n, enum mime_fault fault, uint8_t where)
{
	struct fuzz_cuts cuts = FUZZ_CUTS(where);
	enum mime_fault other;
	size_t len, other_len;
	struct mime *cut = read_message(s, n, &cuts, &other);
	must(other == fault && mime_count(cut) == mime_count(m));
	for (size_t i = 0; i < mime_count(m); i++)
		must(same_part(mime_part(m, i), mime_part(cut, i)));
	char const *header = mime_header(m, &len), *other_header = mime_header(cut, &other_len);
	must(fuzz_same(header, len, other_header, other_len));
	mime_free(cut);
}

static void check_use(struct mime *m, char const *message, enum mime_fault fault)
{
	struct message msg;
	struct message_options options;
	struct buf out = BUF_ZERO;
	enum message_verdict verdict = message_judge(m, fault, &msg);
	must((fault == MIME_OK) == (verdict <= MESSAGE_NO_BOTH));
	char reason[REFUSAL_TEXT];
	message_reason(reason, verdict);
	must(strlen(reason) <= 200 && !*reason == (verdict == MESSAGE_OK));
	if (verdict == MESSAGE_OK) {
		must(msg.text < mime_count(m) && msg.html < mime_count(m) && msg.text != msg.html);
		must(!strcmp(mime_part(m, msg.text)->type, "text/plain") && !strcmp(mime_part(m, msg.html)->type, "text/html"));
		must(mime_part(m, msg.text)->encoding != MIME_UNKNOWN && mime_part(m, msg.html)->encoding != MIME_UNKNOWN);
	}
	for (size_t i = 0; i < mime_count(m); i++) {
		struct mime_part const *p = mime_part(m, i);
		enum message_use use = message_use(m, &msg, i);
		must((use == MESSAGE_TEXT) == (i == msg.text) && (use == MESSAGE_HTML)
			== (msg.html != MIME_NONE && (i == msg.html || message_continues(m, &msg, i))));
		must(use != MESSAGE_INLINE || (p->leaf && *p->id));
		out.len = 0;
		must(message_decode(p, message, &out));
		must(out.len <= p->end - p->body);
		must(p->encoding == MIME_BASE64 || p->encoding == MIME_QP || out.len == p->end - p->body);
	}
	message_options(m, "X-Teenvio-", &options);
	must(options.language >= 3 && options.language <= 18);
	out.len = 0;
	must(mimetree_draw(&out, m, &msg, message));
	size_t lines = 0;
	for (size_t i = 0; i < out.len; i++) {
		must(ascii_is_print(out.s[i]) || out.s[i] == '\n');
		lines += out.s[i] == '\n';
	}
	must(lines == mime_count(m) + 1);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	enum mime_fault fault;
	uint8_t where = fuzz_choice(data, &n);
	char *message = fuzz_copy(data, n);
	struct mime *m = read_message(data, n, NULL, &fault);
	must(mime_count(m) >= 1 && mime_count(m) <= MIME_PARTS);
	for (size_t i = 0; i < mime_count(m); i++)
		check_part(m, i, n);
	check_cut(m, data, n, fault, where);
	check_use(m, message, fault);
	mime_free(m);
	free(message);
	return 0;
}
