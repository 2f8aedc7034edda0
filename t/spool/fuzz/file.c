/* The reader of spool files: a file that it accepts is written again, and read the same. Also the
   Received field, made from hostile values: one line, which the reader accepts. */
#include "mail/address.h"
#include "base/ascii.h"
#include "spool/file.h"
#include "fuzz.h"

static bool same_slice(struct slice a, struct slice b)
{
	return fuzz_same(a.s, a.n, b.s, b.n);
}

/* Completes what the writer wrote with the rest of the file, and reads it. (A number may
   have lost its zeros.) */
static void check_written(struct buf *out, struct spoolfile const *f, char const *end)
{
	struct spoolfile g;
	char const *rest = f->delivered.s + f->delivered.n;
	must(buf_put(out, rest, (size_t)(end - rest)));
	must(spoolfile_read(&g, out->s, out->len) == NULL);
	must(same_slice(f->sender, g.sender) && f->send == g.send && same_slice(f->id, g.id));
	must(same_slice(f->user, g.user) && same_slice(f->plan, g.plan) && same_slice(f->ip, g.ip));
	must(same_slice(f->date, g.date) && f->recipients == g.recipients && same_slice(f->delivered, g.delivered));
	must(same_slice(f->message, g.message));
}

static void check_read(char const *s, size_t n)
{
	struct spoolfile f;
	struct buf out = BUF_ZERO;
	struct slice to, before = {NULL, 0}, id;
	uint64_t send;
	size_t at = 0;
	uint32_t count = 0;
	char const *wrong = spoolfile_read(&f, s, n);
	if (wrong) {
		must(*wrong && ascii_only(wrong, strlen(wrong)) && !strchr(wrong, '\n'));
		return;
	}
	must(f.id.n == 32 && address_is_plan(f.plan.s, f.plan.n) && address_login_plan(f.user.s, f.user.n));
	must(address_check(f.sender.s, f.sender.n, true) == ADDRESS_OK);
	must(f.message.s >= s && f.message.s + f.message.n == s + n);
	must(spoolfile_head(&out, &f));
	while (spoolfile_recipient(&f, &at, &to)) {
		must(address_check(to.s, to.n, true) == ADDRESS_OK);
		if (count++) {
			size_t len = to.n < before.n ? to.n : before.n;
			int d = memcmp(before.s, to.s, len);
			must(d < 0 || (d == 0 && before.n < to.n));
		}
		before = to;
		must(buf_puts(&out, SPOOLFILE_DELIVERED) && buf_put(&out, to.s, to.n) && buf_putc(&out, '\n'));
	}
	must(count == f.recipients && count > 0);
	check_written(&out, &f, s + n);
	must(spoolfile_identity(s, n < SPOOLFILE_HEAD ? n : SPOOLFILE_HEAD, &send, &id));
	must(send == f.send && id.s == f.id.s && id.n == 32);
	buf_free(&out);
}

/* Uses the lines of the input as the client's values. */
static void check_trace(char const *s, size_t n)
{
	static char const id[] = "fa8896c2351f8b7e73ac3a3d209c6ac5";
	struct buf words = BUF_ZERO, out = BUF_ZERO;
	char const *word[6] = {"", "", "", "", "", ""};
	struct spoolfile f;
	must(buf_put(&words, s, n) && buf_putc(&words, 0));
	char *at = words.s;
	for (size_t i = 0; i < 6 && at; i++) {
		word[i] = at;
		at = strchr(at, '\n');
		if (at)
			*at++ = 0;
	}
	must(buf_puts(&out, "Return-Path: <a@b.es>\nX-Saca-Send: 7\nX-Saca-Id: ") && buf_puts(&out, id));
	must(buf_puts(&out, "\nX-Saca-User: v.acme\nX-Saca-Ip: "));
	must(buf_puts(&out, "192.0.2.7"));
	must(buf_puts(&out, "\nX-Saca-Date: 2013-09-12T11:59:19Z\nX-Saca-Recipients: 1\nDelivered-To: c@d.es\n"));
	size_t begin = out.len;
	struct trace t = {.helo = word[1], .ip = word[0], .host = word[2], .proto = word[3], .tls = word[4],
		.cipher = word[5], .id = id, .date = "Thu, 12 Sep 2013 13:59:15 +0200"};
	must(trace_received(&out, &t));
	must(out.s[out.len - 1] == '\n' && !memchr(out.s + begin, '\n', out.len - begin - 1));
	must(buf_puts(&out, "Subject: x\n\nx\n"));
	must(spoolfile_read(&f, out.s, out.len) == NULL);
	must(f.send == 7 && fuzz_same(f.message.s, f.message.n, "Subject: x\n\nx\n", 14));
	buf_free(&out);
	buf_free(&words);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char *s = fuzz_copy(data, n);
	check_read(s, n);
	check_trace(s, n);
	free(s);
	return 0;
}
