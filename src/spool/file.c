/* Files of the spool, written and read. The reader takes exactly what the writer writes:
   these fields, in this order, each on one line. */
#include "spool/file.h"

#include "mail/address.h"
#include "base/ascii.h"
#include "base/date.h"
#include "base/num.h"

#include <string.h>

#define SEND_MAX INT64_MAX /* numbers are keys of a table: signed there */
#define VALUE_MAX 998      /* RFC 5322 2.1.1 */

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
		&& put_field(out, "X-Saca-Recipients: ", recipients, rn, "\n");
}

/* --- Reading ------------------------------------------------------------------------ */

/* What is left to read. */
struct rest {
	char const *s, *end;
};

/* The value of the line that begins with name, if this is the next one. */
static bool take(struct rest *r, char const *name, struct slice *value)
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

/* Not empty, of a line's length, without blanks and control octets. */
static bool is_word(struct slice v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.s[i] <= 0x20 || v.s[i] == 0x7f)
			return false;
	return v.n > 0 && v.n <= VALUE_MAX;
}

static bool is_address(struct slice v)
{
	return address_check(v.s, v.n, true) == ADDRESS_OK;
}

static bool is_id(struct slice v)
{
	return v.n == 32 && ascii_is_lowhex(v.s, v.n);
}

/* Return-Path, X-Saca-Send if there, X-Saca-Id. */
static char const *read_identity(struct rest *r, struct spoolfile *f)
{
	struct slice v;
	if (!take(r, "Return-Path: <", &v) || v.n == 0 || v.s[v.n - 1] != '>')
		return "no Return-Path field at its beginning";
	f->sender = (struct slice){v.s, v.n - 1};
	if (!is_address(f->sender))
		return "the sender in Return-Path is no address";
	f->send = 0;
	if (take(r, "X-Saca-Send: ", &v) && (!num_scan(v.s, v.n, SEND_MAX, &f->send) || f->send == 0))
		return "X-Saca-Send is no number of a send";
	if (!take(r, "X-Saca-Id: ", &f->id) || !is_id(f->id))
		return "no X-Saca-Id field, or not of 32 digits";
	return NULL;
}

static char const *read_origin(struct rest *r, struct spoolfile *f)
{
	if (!take(r, "X-Saca-User: ", &f->user) || !is_word(f->user))
		return "no X-Saca-User field, or no login in it";
	size_t plan = address_login_plan(f->user.s, f->user.n);
	if (!plan)
		return "the login in X-Saca-User names no plan";
	f->plan = (struct slice){f->user.s + plan, f->user.n - plan};
	if (!take(r, "X-Saca-Ip: ", &f->ip) || !is_word(f->ip))
		return "no X-Saca-Ip field, or nothing in it";
	if (!take(r, "X-Saca-Date: ", &f->date) || !date_is_iso(f->date.s, f->date.n))
		return "no X-Saca-Date field, or no date in it";
	return NULL;
}

/* A sorts before B, as octets. */
static bool is_before(struct slice a, struct slice b)
{
	int d = memcmp(a.s, b.s, a.n < b.n ? a.n : b.n);
	return d ? d < 0 : a.n < b.n;
}

static char const *read_recipients(struct rest *r, struct spoolfile *f)
{
	struct slice v, before = {"", 0};
	uint64_t count;
	if (!take(r, "X-Saca-Recipients: ", &v) || !num_scan(v.s, v.n, UINT32_MAX, &count) || count == 0)
		return "no X-Saca-Recipients field, or no number in it";
	f->recipients = (uint32_t)count;
	char const *start = r->s;
	for (uint64_t i = 0; i < count; i++, before = v) {
		if (!take(r, SPOOLFILE_DELIVERED, &v))
			return "fewer Delivered-To fields than X-Saca-Recipients says";
		if (!is_address(v))
			return "a recipient in Delivered-To is no address";
		if (!is_before(before, v))
			return "the recipients are not in order, or one stands there twice";
	}
	f->delivered = (struct slice){start, (size_t)(r->s - start)};
	return NULL;
}

char const *spoolfile_read(struct spoolfile *f, char const *s, size_t n)
{
	struct rest r = {s, s + n};
	struct slice v;
	char const *wrong;
	if ((wrong = read_identity(&r, f)) || (wrong = read_origin(&r, f))
		|| (wrong = read_recipients(&r, f)))
		return wrong;
	if (!take(&r, "Received: ", &v))
		return "no Received field behind the recipients";
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
	if (!take(&r, SPOOLFILE_DELIVERED, address))
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
