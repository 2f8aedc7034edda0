/* The octets of a message that decide whether it is a repeat. */
#include "spool/fingerprint.h"

#include "base/ascii.h"
#include "base/scan.h"
#include "mail/header.h"
#include "mail/param.h"

#include <string.h>

#define BOUNDARIES 100 /* boundaries that are compared; those of later parts count as text */

/* A number for a delimiter line of boundary i, which no length reaches. */
#define DELIMITER(i, closes) (UINT64_MAX - 2 * (uint64_t)(i) - (closes))

struct reader {
	struct siphash *hash;
	char const *s;
	size_t n;
	struct buf boundary[BOUNDARIES];
	size_t boundaries;
};

static void add_number(struct siphash *h, uint64_t v)
{
	unsigned char octets[8];
	for (int i = 8; i-- > 0; v >>= 8)
		octets[i] = (unsigned char)v;
	siphash_add(h, octets, sizeof octets);
}

/* Adds an item after its length: different lists of items never are the same octets. */
static void add_item(struct siphash *h, char const *s, size_t n)
{
	add_number(h, n);
	if (n)
		siphash_add(h, s, n);
}

/* --- Headers ---------------------------------------------------------------------------- */

static bool is_made_anew(struct header_field const *f)
{
	static char const *const names[] = {"Date", "Received", "Return-Path", "Delivered-To", "X-Original-To",
		"X-Received", "Received-SPF", "Authentication-Results", "DKIM-Signature", "ARC-Seal",
		"ARC-Message-Signature", "ARC-Authentication-Results"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (ascii_case_is(f->name, f->name_len, names[i]))
			return true;
	return false;
}

/* The length of the parameter at the start of s[0..n), up to the next `;` outside quotes. */
static size_t parameter_length(char const *s, size_t n)
{
	bool quoted = false;
	size_t i = 0;
	for (; i < n && (quoted || s[i] != ';'); i++) {
		if (s[i] == '"')
			quoted = !quoted;
		else if (quoted && s[i] == '\\' && i + 1 < n)
			i++;
	}
	return i;
}

/* Is it a boundary: `boundary=x`, `boundary*0=x`...? */
static bool is_boundary(char const *s, size_t n)
{
	static char const name[] = "boundary";
	size_t len = sizeof name - 1;
	if (n <= len || !ascii_case_is(s, len, name))
		return false;
	return s[len] == '=' || s[len] == '*' || ascii_is_blank(s[len]);
}

/* Adds an unfolded Content-Type, each parameter but the boundary. */
static void add_parameters(struct siphash *h, char const *s, size_t n)
{
	for (size_t at = 0, len; at < n; at += len + 1) {
		while (at < n && ascii_is_blank(s[at]))
			at++;
		len = parameter_length(s + at, n - at);
		if (!is_boundary(s + at, len))
			add_item(h, s + at, len);
	}
}

/* Keeps the boundary of a Content-Type for the delimiter lines after it. */
static bool keep_boundary(struct reader *r, struct buf const *value)
{
	if (r->boundaries == BOUNDARIES)
		return true;
	struct buf *b = &r->boundary[r->boundaries];
	int found = param_find(b, NULL, value->s, value->len, "boundary");
	if (found == 1 && b->len)
		r->boundaries++;
	return found >= 0;
}

static bool add_content_type(struct reader *r, struct header_field const *f)
{
	struct buf value = BUF_ZERO;
	bool done = header_unfold(&value, f->value, f->value_len) && keep_boundary(r, &value);
	if (done)
		add_parameters(r->hash, value.s, value.len);
	buf_free(&value);
	return done;
}

static bool add_header(struct reader *r, char const *s, size_t n, bool is_main)
{
	struct header_field f;
	for (size_t at = 0, from = 0; header_next(s, n, &at, &f); from = at) {
		if (is_main && is_made_anew(&f))
			continue;
		if (!ascii_case_is(f.name, f.name_len, "Content-Type"))
			add_item(r->hash, s + from, at - from);
		else if (!add_content_type(r, &f))
			return false;
	}
	return true;
}

/* --- The body --------------------------------------------------------------------------- */

/* Is s[0..n), a line without its end, a delimiter line? *closes: it is `--BOUNDARY--`, not
   `--BOUNDARY`. *i: the index of the boundary. */
static bool is_delimiter(struct reader const *r, char const *s, size_t n, size_t *i, bool *closes)
{
	while (n && (ascii_is_blank(s[n - 1]) || s[n - 1] == '\r'))
		n--;
	if (n < 2 || s[0] != '-' || s[1] != '-')
		return false;
	for (*i = 0; *i < r->boundaries; ++*i) {
		struct buf const *b = &r->boundary[*i];
		if (n < b->len + 2 || memcmp(s + 2, b->s, b->len))
			continue;
		*closes = n == b->len + 4 && s[n - 1] == '-' && s[n - 2] == '-';
		if (*closes || n == b->len + 2)
			return true;
	}
	return false;
}

/* Adds the header block at *at, and moves *at to its body. */
static bool add_block(struct reader *r, size_t *at, bool is_main)
{
	size_t body, header = header_end(r->s + *at, r->n - *at, &body);
	bool done = add_header(r, r->s + *at, header, is_main);
	*at += body;
	return done;
}

static bool add_body(struct reader *r, size_t at)
{
	size_t text = at; /* the start of the octets that are not added yet */
	while (at < r->n) {
		char const *nl = scan_for(r->s + at, '\n', r->n - at);
		size_t next = nl ? (size_t)(nl - r->s) + 1 : r->n;
		size_t i;
		bool closes;
		if (!is_delimiter(r, r->s + at, (nl ? next - 1 : next) - at, &i, &closes)) {
			at = next;
			continue;
		}
		add_item(r->hash, r->s + text, at - text);
		add_number(r->hash, DELIMITER(i, closes));
		at = next;
		if (!closes && !add_block(r, &at, false))
			return false;
		text = at;
	}
	add_item(r->hash, r->s + text, r->n - text);
	return true;
}

bool fingerprint_add(struct siphash *h, char const *message, size_t n)
{
	struct reader r = {.hash = h, .s = message, .n = n};
	size_t at = header_mark(message, n);
	bool done = add_block(&r, &at, true) && add_body(&r, at);
	for (size_t i = 0; i < BOUNDARIES; i++)
		buf_free(&r.boundary[i]);
	return done;
}
