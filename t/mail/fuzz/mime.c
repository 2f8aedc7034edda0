/* A message: its parts are a tree, the verdict agrees with the parts, bodies can be decoded, options
   read and the tree drawn. */
#include "base/ascii.h"
#include "mail/message.h"
#include "mail/mime.h"
#include "mail/mime_tree.h"
#include "mail/transfer.h"
#include "fuzz.h"

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
	/* a part whose header a delimiter cut short is empty, and begins at the delimiter */
	must(p->end <= parent->end || p->body == p->end);
	must(before == parent || before->end <= p->header);
}

static void check_use(struct message const *msg, enum message_verdict verdict)
{
	struct message_options options;
	struct buf out = BUF_ZERO;
	char reason[REFUSAL_TEXT];
	size_t used[BODY_IGNORED + 1] = {0};
	must(verdict != MESSAGE_NO_MEMORY);
	message_reason(reason, verdict);
	must(!*reason == (verdict == MESSAGE_OK));
	for (size_t i = 0; i < mime_count(msg->mime); i++) {
		struct mime_part const *p = mime_part(msg->mime, i);
		enum body_use use = msg->use[i];
		used[use]++;
		if (use == BODY_TEXT || use == BODY_HTML)
			must(!strcmp(p->type, use == BODY_TEXT ? "text/plain" : "text/html") && p->encoding != MIME_UNKNOWN);
		must(use != BODY_INLINE || (p->leaf && *p->id));
		must((use == BODY_CONTAINER) == !strncmp(p->type, "multipart/", 10));
		out.len = 0;
		must(transfer_decode(p, msg->s, &out));
		/* a line end may be put between base64 and a footer */
		must(out.len <= p->end - p->body);
		must(p->encoding == MIME_BASE64 || p->encoding == MIME_QP || out.len == p->end - p->body);
	}
	must((verdict == MESSAGE_OK) <= (used[BODY_TEXT] && used[BODY_HTML]));
	must((verdict == MESSAGE_NO_TEXT || verdict == MESSAGE_NO_BOTH) <= !used[BODY_TEXT]);
	message_options(msg->mime, "X-Teenvio-", &options);
	must(options.language >= 3 && options.language <= 18);
	out.len = 0;
	must(mime_tree_draw(&out, msg));
	size_t lines = 0;
	for (size_t i = 0; i < out.len; i++) {
		must(ascii_is_print(out.s[i]) || out.s[i] == '\n');
		lines += out.s[i] == '\n';
	}
	must(lines == mime_count(msg->mime) + 1);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char *s = fuzz_copy(data, n);
	struct message msg;
	enum message_verdict verdict = message_read(&msg, s, n);
	must(mime_count(msg.mime) >= 1 && mime_count(msg.mime) <= MIME_PARTS);
	for (size_t i = 0; i < mime_count(msg.mime); i++)
		check_part(msg.mime, i, n);
	check_use(&msg, verdict);
	message_free(&msg);
	free(s);
	return 0;
}
