/* The text of a spool file. The reader accepts exactly what the writer writes: these
   fields, in this order, each on one line. */
#include "spool/file.h"

#include "mail/address.h"
#include "base/ascii.h"
#include "base/date.h"
#include "base/num.h"

#include <string.h>

#define SEND_MAX INT64_MAX /* numbers are keys of a table: signed there */
#define VALUE_MAX 998      /* RFC 5322 2.1.1 */
#define SANDBOX "X-Saca-Sandbox: "

/* --- Writing ------------------------------------------------------------------------ */

static bool put_field(struct buf *out, char const *name, char const *s, size_t n, char const *end)
{
	return buf_puts(out, name) && buf_put(out, s, n) && buf_puts(out, end);
}

bool spoolfile_head(struct buf *out, struct spoolfile const *f)
{
	char send[NUM_FMT], recipients[NUM_FMT];
	size_t sn = num_fmt(send, f->send), rn = num_fmt(recipients, f->recipients);
	return put_field(out, "Return-Path: <", f->sender.s, f->sender.n, ">\n")
		&& (!f->send || put_field(out, "X-Saca-Send: ", send, sn, "\n"))
		&& put_field(out, "X-Saca-Id: ", f->id.s, f->id.n, "\n")
		&& put_field(out, "X-Saca-User: ", f->user.s, f->user.n, "\n")
		&& put_field(out, "X-Saca-Ip: ", f->ip.s, f->ip.n, "\n")
		&& put_field(out, "X-Saca-Date: ", f->date.s, f->date.n, "\n")
		&& (!f->sandbox || buf_puts(out, SANDBOX "yes\n"))
		&& put_field(out, "X-Saca-Recipients: ", recipients, rn, "\n");
}

/* --- Reading ------------------------------------------------------------------------ */

/* The octets that are not parsed yet. */
struct rest {
	char const *s, *end;
};

/* Takes the next line if it begins with name. *value: its other octets. */
static bool take_field(struct rest *r, char const *name, struct slice *value)
{
	size_t left = (size_t)(r->end - r->s), n = strlen(name);
	if (left < n || memcmp(r->s, name, n))
		return false;
	char const *nl = memchr(r->s + n, '\n', left - n);
	if (!nl)
		return false;
	*value = (struct slice){r->s + n, (size_t)(nl - r->s) - n};
	r->s = nl + 1;
	return true;
}

/* Has v 1 to VALUE_MAX octets, no blanks and no control octets? */
static bool is_word(struct slice v)
{
	return v.n > 0 && v.n <= VALUE_MAX && !ascii_has_space(v.s, v.n);
}

static bool is_address(struct slice v)
{
	return address_check(v.s, v.n, true) == ADDRESS_OK;
}

static bool is_id(struct slice v)
{
	return v.n == 32 && ascii_is_lowhex(v.s, v.n);
}

/* Parses Return-Path, X-Saca-Send (optional) and X-Saca-Id. */
static char const *read_identity(struct rest *r, struct spoolfile *f)
{
	struct slice v;
	if (!take_field(r, "Return-Path: <", &v) || v.n == 0 || v.s[v.n - 1] != '>')
		return "no Return-Path field at its beginning";
	f->sender = (struct slice){v.s, v.n - 1};
	if (!is_address(f->sender))
		return "the sender in Return-Path is not an address";
	f->send = 0;
	if (take_field(r, "X-Saca-Send: ", &v) && (!num_scan(v.s, v.n, SEND_MAX, &f->send) || f->send == 0))
		return "X-Saca-Send is not a number of a send";
	if (!take_field(r, "X-Saca-Id: ", &f->id) || !is_id(f->id))
		return "no X-Saca-Id field, or not 32 digits in it";
	return NULL;
}

static char const *read_login(struct rest *r, struct spoolfile *f)
{
	if (!take_field(r, "X-Saca-User: ", &f->user) || !is_word(f->user))
		return "no X-Saca-User field, or no login in it";
	size_t plan = address_login_plan(f->user.s, f->user.n);
	if (!plan)
		return "the login in X-Saca-User names no plan";
	f->plan = (struct slice){f->user.s + plan, f->user.n - plan};
	return NULL;
}

static char const *read_origin(struct rest *r, struct spoolfile *f)
{
	if (!take_field(r, "X-Saca-Ip: ", &f->ip) || !is_word(f->ip))
		return "no X-Saca-Ip field, or nothing in it";
	if (!take_field(r, "X-Saca-Date: ", &f->date) || !date_is_iso(f->date.s, f->date.n))
		return "no X-Saca-Date field, or no date in it";
	struct slice v;
	f->sandbox = take_field(r, SANDBOX, &v);
	if (f->sandbox && (v.n != 3 || memcmp(v.s, "yes", 3)))
		return "X-Saca-Sandbox is not yes";
	return NULL;
}

/* Does a sort before b, by octets? */
static bool is_before(struct slice a, struct slice b)
{
	int d = memcmp(a.s, b.s, a.n < b.n ? a.n : b.n);
	return d ? d < 0 : a.n < b.n;
}

static char const *read_recipients(struct rest *r, struct spoolfile *f)
{
	struct slice v, before = {"", 0};
	uint64_t count;
	if (!take_field(r, "X-Saca-Recipients: ", &v) || !num_scan(v.s, v.n, UINT32_MAX, &count) || count == 0)
		return "no X-Saca-Recipients field, or no number in it";
	f->recipients = (uint32_t)count;
	char const *start = r->s;
	for (uint64_t i = 0; i < count; i++, before = v) {
		if (!take_field(r, SPOOLFILE_DELIVERED, &v))
			return "fewer Delivered-To fields than X-Saca-Recipients says";
		if (!is_address(v))
			return "a recipient in Delivered-To is not an address";
		if (!is_before(before, v))
			return "the recipients are not sorted, or one is repeated";
	}
	f->delivered = (struct slice){start, (size_t)(r->s - start)};
	return NULL;
}

char const *spoolfile_read(struct spoolfile *f, char const *s, size_t n)
{
	struct rest r = {s, s + n};
	struct slice v;
	char const *wrong;
	if ((wrong = read_identity(&r, f)) || (wrong = read_login(&r, f)) || (wrong = read_origin(&r, f))
		|| (wrong = read_recipients(&r, f)))
		return wrong;
	if (!take_field(&r, "Received: ", &v))
		return "no Received field after the recipients";
	f->message = (struct slice){r.s, (size_t)(r.end - r.s)};
	if ((f->send == 0) != (f->message.n == 0))
		return f->send ? "a send without a message" : "a message without the number of a send";
	return NULL;
}

bool spoolfile_recipient(struct spoolfile const *f, size_t *at, struct slice *address)
{
	if (*at >= f->delivered.n)
		return false;
	struct rest r = {f->delivered.s + *at, f->delivered.s + f->delivered.n};
	if (!take_field(&r, SPOOLFILE_DELIVERED, address))
		return false;
	*at = (size_t)(r.s - f->delivered.s);
	return true;
}

bool spoolfile_identity(char const *s, size_t n, uint64_t *send, struct slice *id)
{
	struct rest r = {s, s + n};
	struct spoolfile f;
	if (read_identity(&r, &f))
		return false;
	*send = f.send;
	*id = f.id;
	return true;
}

bool spoolfile_owner(char const *s, size_t n, struct slice *plan)
{
	struct rest r = {s, s + n};
	struct spoolfile f;
	if (read_identity(&r, &f) || read_login(&r, &f))
		return false;
	*plan = f.plan;
	return true;
}

/* --- The Received field ------------------------------------------------------------------ */

/* May c appear unquoted in the field? Domains, addresses and cipher names need no quotes. */
static bool is_token(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c) || (c && strchr(".-_:[]+/%=", c));
}

static bool put_token(struct buf *out, char const *s)
{
	if (!s || !*s)
		return buf_puts(out, "unknown");
	size_t n = strnlen(s, TRACE_TOKEN);
	if (!buf_reserve(out, n))
		return false;
	for (size_t i = 0; i < n; i++)
		out->s[out->len++] = is_token(s[i]) ? s[i] : '?';
	return true;
}

static bool put_tls(struct buf *out, struct trace const *t)
{
	if (!t->tls || !*t->tls)
		return true;
	if (!buf_puts(out, " (") || !put_token(out, t->tls))
		return false;
	if (t->cipher && *t->cipher && (!buf_putc(out, ' ') || !put_token(out, t->cipher)))
		return false;
	return buf_putc(out, ')');
}

bool trace_received(struct buf *out, struct trace const *t)
{
	return buf_puts(out, "Received: from ") && put_token(out, t->helo)
		&& buf_puts(out, " (") && put_token(out, t->ip)
		&& buf_puts(out, ") by ") && put_token(out, t->host)
		&& buf_puts(out, " with ") && put_token(out, t->proto && *t->proto ? t->proto : "SMTP")
		&& put_tls(out, t)
		&& buf_puts(out, " id ") && put_token(out, t->id)
		&& buf_puts(out, "; ") && buf_puts(out, t->date) && buf_putc(out, '\n');
}
