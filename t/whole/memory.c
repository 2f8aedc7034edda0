/* Memory runs out anywhere. Each task runs again and again: its first allocation fails, then
   its second, and so on, alone or with all later ones. Each time the task must report the
   failure, change nothing else and leak nothing (the sanitizer checks). It must succeed once
   no allocation fails.

   The linker replaces malloc, calloc and realloc by the functions here: see the Makefile. */
#include "accounts/accounts.h"
#include "base/ascii.h"
#include "mail/cid.h"
#include "mail/encword.h"
#include "spool/envelope.h"
#include "mail/header.h"
#include "mail/html_meta.h"
#include "mail/iso2022jp.h"
#include "mail/message.h"
#include "mail/mime.h"
#include "mail/mime_tree.h"
#include "mail/transfer.h"
#include "mail/param.h"
#include "mail/qp.h"
#include "spool/seen_format.h"
#include "smtp/dialogue.h"
#include "spool/file.h"
#include "import/content.h"
#include "import/convert.h"
#include "import/convert_header.h"
#include "unit.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* --- Allocations that fail ------------------------------------------------------------- */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);

static bool armed, forever;
static size_t left;   /* allocations that still succeed */
static size_t failed;

static bool fails(void)
{
	if (!armed)
		return false;
	if (left) {
		left--;
		return false;
	}
	if (failed && !forever)
		return false;
	failed++;
	return true;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

/* --- Work -------------------------------------------------------------------------------- */

/* Each returns false if an allocation failed. None asserts: check allocates. Buffers double in
   size: `pad` octets at their beginning move the point at which that happens. */
static size_t pad;
static char const padding[] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

static bool start(struct buf *b)
{
	return buf_put(b, padding, pad);
}

static char message_text[2000];
static size_t message_n;
static char const message_format[] =
	"Subject: =?utf-8?q?hola=C3=B1?= =?utf-8?b?w7E=?= x\nMessage-ID: <1@b>\nX-Teenvio-Language: 4\n"
	"Content-Type: multipart/related; boundary*0=\"=_a\"; boundary*1*=%%62\n"
	"--=_ab\nContent-Type: multipart/alternative; boundary=in\n\n"
	"--in\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nh=F3la=\n\n"
	"--in\nContent-Type: text/html; charset=iso-2022-jp\n\n<meta charset=x><img src=cid:a><img src=cid:b><p style=\"b:url(cid:c)\">\n"
	"--in--\n"
	"--=_ab\nContent-Type: image/gif\nContent-ID: <a>\nContent-Disposition: inline; filename=\"%.*s\"\n"
	"Content-Transfer-Encoding: base64\n\nR0lGODlhAQABAAAAACw=\n"
	"--=_ab\nContent-ID: <A>\nContent-Transfer-Encoding: x-none\n\nGIF89a\n--=_ab--\n";

static void write_message(void)
{
	message_n = (size_t)snprintf(message_text, sizeof message_text, message_format, (int)pad, padding);
}

static bool does_mime(void)
{
	struct message msg;
	char const *subject;
	struct buf out = BUF_ZERO;
	bool good = message_read(&msg, message_text, message_n) == MESSAGE_OK
		&& mime_field(msg.mime, "Subject", &subject) == 1;
	for (size_t i = 0; good && i < mime_count(msg.mime); i++)
		good = transfer_decode(mime_part(msg.mime, i), message_text, &out);
	good = good && mime_tree_draw(&out, &msg);
	buf_free(&out);
	message_free(&msg);
	return good;
}

/* In memory, as in t/import/fuzz/content.c. */
bool webfolder_put(struct webfolder *w, char const *type, char const *s, size_t n,
	char hash[WEBFOLDER_HEX], char path[WEBFOLDER_PATH])
{
	(void)w, (void)s;
	snprintf(hash, WEBFOLDER_HEX, "%064zu", n);
	snprintf(path, WEBFOLDER_PATH, "i/%s.%s", hash, type);
	return true;
}

static bool does_content(void)
{
	struct message msg;
	struct content c;
	bool good = false;
	if (message_read(&msg, message_text, message_n) == MESSAGE_OK) {
		good = content_read(&c, &msg, "http://h", NULL) == CONTENT_OK;
		content_free(&c);
	}
	message_free(&msg);
	return good;
}

static bool does_header(void)
{
	static char const block[] = "A: b\n c\nB: d\nSubject: " "0123456789012345678901234567890123456789012345678901234567890123456789\n";
	struct buf value = BUF_ZERO;
	bool good = header_find(block, strlen(block), "subject", &value) == 1 && header_unfold(&value, " b\n c\n", 6);
	buf_free(&value);
	return good;
}

static bool does_param(void)
{
	static char const value[] = "text/html (x); a*1*=%41; a*0*=utf-8'es'b; name=\"q\\\"q\"; c=d";
	struct buf out = BUF_ZERO, charset = BUF_ZERO, word = BUF_ZERO, type = BUF_ZERO, name = BUF_ZERO;
	bool good = param_word(&word, value, strlen(value)) && param_type(&type, value, strlen(value))
		&& param_find(&out, &charset, value, strlen(value), "a") == 1
		&& param_find(&name, NULL, value, strlen(value), "name") == 1
		&& param_find(&name, &charset, value, strlen(value), "none") == 0;
	buf_free(&out);
	buf_free(&charset);
	buf_free(&word);
	buf_free(&type);
	buf_free(&name);
	return good;
}

static bool does_encword(void)
{
	static char const value[] = "x =?utf-8?q?a_b?= =?utf-8?b?w7E=?= y";
	struct encword e;
	struct encword_run run;
	struct buf scratch = BUF_ZERO, out = BUF_ZERO;
	int r;
	encword_start(&e, value, strlen(value));
	while ((r = encword_next(&e, &run, &scratch)) > 0)
		;
	bool good = r == 0 && start(&out) && convert_header(value, &out) && qp_decode(&out, "a=41=\n b ", 9) && qp_decode_word(&out, "a_=41=", 6);
	buf_free(&scratch);
	buf_free(&out);
	return good;
}

static char const *find(void *data, char const *id, size_t n)
{
	(void)data, (void)id;
	return n ? "http://h/i" : NULL;
}

static bool does_html(void)
{
	static char const html[] = "<?xml encoding='a'?><meta charset=b><img src='cid:a'><img srcset='cid:b 1x,cid:c'>"
		"<p style=\"b:url(&quot\\63id:a&quot)\"><style>a{b:image-set('cid:0123456789012345678901234567890123456789012345678901234567890123456789' 1x)}";
	struct buf out = BUF_ZERO, again = BUF_ZERO;
	bool good = start(&out) && html_meta_correct(html, strlen(html), &out) && cid_rewrite(out.s, out.len, find, NULL, &again);
	buf_free(&out);
	buf_free(&again);
	return good;
}

static bool does_convert(void)
{
	static char const *const labels[] = {"utf-8", "iso-8859-1", "iso-2022-jp", "windows-1255", "gb18030", "utf-16", "none"};
	static char const text[] = "\x1b$B$\"$$\x1b(B a\xff\x81\xe0 \x1b(I1\x1b$(D0! <meta charset=koi8-r>";
	struct buf out = BUF_ZERO;
	bool good = buf_puts(&out, "before");
	for (size_t i = 0; good && i < sizeof labels / sizeof *labels; i++) {
		size_t before = out.len;
		good = convert_to_utf8(labels[i], text, sizeof text - 1, &out);
		if (!good && out.len != before)
			abort();
		good = good && convert_html(NULL, text, sizeof text - 1, &out) && convert_octets(text, sizeof text - 1, &out);
	}
	buf_free(&out);
	return good;
}

static bool hash_known(char const *hash, size_t n)
{
	(void)hash;
	return n == 4;
}

static bool does_accounts(void)
{
	char text[4000];
	size_t n = 0;
	struct accounts a = {.count = 0};
	for (int i = 0; i < 40; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "plan p%d\nsender p%d a@b.es\nuser u.p%d HASH\nx\n", i, i, i);
	bool good = accounts_read(&a, text, n, hash_known);
	accounts_free(&a);
	return good;
}

static bool does_envelope(void)
{
	struct envelope e;
	char record[40];
	envelope_init(&e, 64);
	envelope_feed(&e, "Fa@b.es", 8);
	for (int i = 0; i < 150; i++)
		envelope_feed(&e, record, (size_t)snprintf(record, sizeof record, "Tcontact%d@d.es", i * 7 % 40) + 1);
	enum envelope_state state = envelope_feed(&e, "", 1);
	envelope_free(&e);
	return state == ENVELOPE_DONE;
}

static bool does_spoolfile(void)
{
	static char const id[] = "fa8896c2351f8b7e73ac3a3d209c6ac5";
	struct spoolfile f = {.sender = {"a@b.es", 6}, .send = 7, .id = {id, 32}, .user = {"v.acme", 6},
		.ip = {"::1", 3}, .date = {"2013-09-12T11:59:19Z", 20}, .recipients = 1};
	struct trace t = {"helo", "::1", "host", "ESMTPSA", "TLSv1.2", "AES", id, "Thu"};
	struct buf out = BUF_ZERO, seen = BUF_ZERO, trace = BUF_ZERO;
	bool good = start(&out) && start(&trace) && start(&seen) && spoolfile_head(&out, &f) && trace_received(&trace, &t)
		&& seen_put(&seen, id, 7, id, "2013-09-12T11:59:19Z");
	buf_free(&out);
	buf_free(&seen);
	buf_free(&trace);
	return good;
}

/* A session replies to each failure with a temporary error, and continues. */
static char said[20000];
static size_t said_n;

static void say(void *arg, char const *s, size_t n)
{
	(void)arg;
	if (said_n + n >= sizeof said)
		abort();
	memcpy(said + said_n, s, n);
	said_n += n;
	said[said_n] = 0;
}

static enum dialogue_lookup login(void *arg, char const *u, size_t un, char const *p, size_t pn)
{
	(void)arg, (void)u, (void)un, (void)p, (void)pn;
	return DIALOGUE_YES;
}

static enum dialogue_lookup plan(void *arg, char const *p, size_t n, struct accounts_plan *out)
{
	(void)arg, (void)p, (void)n, (void)out;
	return DIALOGUE_YES;
}

static enum dialogue_lookup sender(void *arg, char const *p, size_t pn, char const *a, size_t n)
{
	(void)arg, (void)p, (void)pn, (void)a, (void)n;
	return DIALOGUE_YES;
}

static void delay(void *arg)
{
	(void)arg;
}

static enum dialogue_tls tls(void *arg)
{
	(void)arg;
	return DIALOGUE_TLS_NONE;
}

static bool body_start(void *arg)
{
	(void)arg;
	return true;
}

static bool body(void *arg, char const *s, size_t n)
{
	(void)arg, (void)s, (void)n;
	return true;
}

static void queue(void *arg, struct dialogue const *s, bool empty, char const *e, size_t n, struct answer *out)
{
	(void)arg, (void)s, (void)empty, (void)e, (void)n;
	answer_read(out, 0, "Kid=1 fa8896c2351f8b7e73ac3a3d209c6ac5", 38);
}

static void record(void *arg, struct dialogue const *s, struct dialogue_record const *r)
{
	(void)arg, (void)s, (void)r;
}

static uint64_t no_clock(void *arg)
{
	(void)arg;
	return 0;
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static bool does_dialogue(void)
{
	static unsigned char const key[SIPHASH_KEY] = "sal y pimienta!";
	static struct dialogue_config const config = {
		.host = "h", .brand = "b", .url = "u", .date = "d", .max_size = 512000, .max_rcpt = 50000,
		.max_rcpt_octets = 1 << 20, .max_line = DIALOGUE_LINE, .max_auth_line = DIALOGUE_AUTH_LINE,
		.max_errors = 10, .max_logins = 3, .cleartext = true,
	};
	static struct dialogue_hooks const hooks = {
		.reply = say, .login = login, .delay = delay, .plan = plan, .sender = sender, .tls = tls,
		.body_start = body_start, .body = body, .queue = queue, .log = record, .clock = no_clock, .over = never,
	};
	struct dialogue s;
	char text[8000] = " ", command[60];
	size_t n = 1, used, wanted = 0;
	said_n = 0;
	n += (size_t)snprintf(text + n, sizeof text - n, "AUTH PLAIN AHYuYQB4\r\nMAIL FROM:<a@b.%.*s>\r\n", (int)(pad % 60) + 1, padding);
	for (int i = 0; i < 70; i++) {
		snprintf(command, sizeof command, "RCPT TO:<contact-number-%d@d.es>\r\n", i);
		n += (size_t)snprintf(text + n, sizeof text - n, "%s", command);
	}
	n += (size_t)snprintf(text + n, sizeof text - n, "DATA\r\nx\r\n.\r\nRSET\r\nQUIT\r\n");
	dialogue_start(&s, &config, &hooks, key, false);
	if (dialogue_feed(&s, text + 1, n - 1, &used) != DIALOGUE_CLOSE && !strstr(said, "\r\n421 "))
		abort();
	dialogue_free(&s);
	for (char const *at = said; (at = strstr(at, "\r\n")); at += 2)
		wanted++;
	/* greeting, AUTH, MAIL, RCPTs, DATA, body, RSET, QUIT */
	bool good = wanted == 1 + 2 + 70 + 2 + 2 && strstr(said, "\r\n250 OK id=1 ") && !strstr(said, "\r\n451 ");
	if (!good && !strstr(said, "\r\n451 "))
		abort();
	return good;
}

static struct {
	char const *name;
	bool (*work)(void);
} const works[] = {
	{"mime", does_mime}, {"content", does_content}, {"header", does_header}, {"param", does_param},
	{"encword", does_encword}, {"html", does_html}, {"convert", does_convert}, {"accounts", does_accounts},
	{"envelope", does_envelope}, {"spoolfile", does_spoolfile}, {"dialogue", does_dialogue},
};

/* Returns how many allocations were made to fail. */
static size_t fail_each(size_t which)
{
	write_message();
	for (size_t n = 0;; n++) {
		left = n;
		failed = 0;
		armed = true;
		bool good = works[which].work();
		armed = false;
		if (!failed) {
			ck_assert_msg(good, "%s with all memory it wants", works[which].name);
			return n;
		}
		ck_assert_msg(!good, "%s says nothing of allocation %zu", works[which].name, n);
	}
}

START_TEST(each_function_reports_that_memory_ran_out)
{
	for (pad = 0; pad < sizeof padding - 1; pad++) {
		forever = false;
		size_t n = fail_each((size_t)_i);
		ck_assert_uint_gt(n, 0);
		forever = true;
		ck_assert_uint_eq(fail_each((size_t)_i), n);
	}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("memory");
	TCase *c = unit_case("memory");
	tcase_add_loop_test(c, each_function_reports_that_memory_ran_out, 0, sizeof works / sizeof *works);
	suite_add_tcase(s, c);
	return s;
}
