/* Reading bounces and complaints. */
#include "send/bounce.h"

#include "base/ascii.h"
#include "mail/header.h"
#include "mail/transfer.h"
#include "mail/mime.h"
#include "mail/param.h"

#include <string.h>

/* --- Text --------------------------------------------------------------------------------- */

/* Copies s as one line of printable ASCII: a run of other octets becomes one blank. */
static void keep_text(char out[BOUNCE_TEXT], char const *s, size_t n)
{
	size_t len = 0;
	for (size_t i = 0; i < n && len < BOUNCE_TEXT - 1; i++) {
		char c = s[i] > ' ' && ascii_is_print(s[i]) ? s[i] : ' ';
		if (c != ' ' || (len && out[len - 1] != ' '))
			out[len++] = c;
	}
	while (len && out[len - 1] == ' ')
		len--;
	out[len] = 0;
}

static size_t line_length(char const *s, size_t n)
{
	char const *lf = memchr(s, '\n', n);
	return lf ? (size_t)(lf - s) + 1 : n;
}

static bool is_blank_line(char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] != '\r' && s[i] != '\n' && !ascii_is_blank(s[i]))
			return false;
	return true;
}

/* The offset of `needle` in s[0..n), in any case; n: not found. */
static size_t find_text(char const *s, size_t n, char const *needle)
{
	size_t at = 0;
	while (at < n && !ascii_case_starts(s + at, n - at, needle))
		at++;
	return at;
}

/* --- Delivery status (RFC 3464 2.1) --------------------------------------------------------- */

/* The Diagnostic-Code decides, if it has a code: Sendmail writes `Status: 5.1.1` for any refused
   RCPT, even beside `550 5.7.1 ... blacklisted`. */
static void judge_status(struct bounce *out, struct buf const *status, struct buf const *diagnostic)
{
	char const *type = diagnostic->len ? memchr(diagnostic->s, ';', diagnostic->len) : NULL;
	size_t from = type ? (size_t)(type - diagnostic->s) + 1 : 0;
	if (diagnostic->len > from)
		keep_text(out->text, diagnostic->s + from, diagnostic->len - from);
	else
		keep_text(out->text, status->s, status->len);
	if (blame_code(out->status, diagnostic->s, diagnostic->len))
		return;
	if (blame_code(out->status, status->s, status->len) && strcmp(out->status + 1, ".0.0") == 0)
		out->status[0] = 0;
}

/* Reads a block of fields. *failed: it is about a recipient to whom the delivery failed. */
static bool read_recipient(struct bounce *out, char const *s, size_t n, bool *failed)
{
	struct buf action = BUF_ZERO, word = BUF_ZERO, status = BUF_ZERO, diagnostic = BUF_ZERO;
	bool memory = header_find(s, n, "Action", &action) >= 0 && param_word(&word, action.s, action.len)
		&& header_find(s, n, "Status", &status) >= 0
		&& header_find(s, n, "Diagnostic-Code", &diagnostic) >= 0;
	*failed = memory && word.len && ascii_case_is(word.s, word.len, "failed");
	if (*failed)
		judge_status(out, &status, &diagnostic);
	buf_free(&action);
	buf_free(&word);
	buf_free(&status);
	buf_free(&diagnostic);
	return memory;
}

static bool read_delivery_status(struct bounce *out, char const *s, size_t n)
{
	for (size_t at = 0; at < n;) {
		size_t end = at;
		while (end < n) {
			size_t len = line_length(s + end, n - end);
			if (is_blank_line(s + end, len))
				break;
			end += len;
		}
		bool failed = false;
		if (end > at && !read_recipient(out, s + at, end - at, &failed))
			return false;
		if (failed) {
			out->kind = BOUNCE_FAILED;
			return true;
		}
		at = end + (end < n ? line_length(s + end, n - end) : 0);
	}
	return true;
}

/* --- Complaints (RFC 5965) ---------------------------------------------------------------- */

static bool is_complaint(char const *type, size_t n)
{
	static char const *const types[] = {"abuse", "fraud", "virus", "opt-out", "other"};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (ascii_case_is(type, n, types[i]))
			return true;
	return false;
}

static bool read_feedback(struct bounce *out, char const *s, size_t n)
{
	struct buf type = BUF_ZERO;
	bool memory = header_find(s, n, "Feedback-Type", &type) >= 0;
	if (memory && type.len && is_complaint(type.s, type.len)) {
		out->kind = BOUNCE_COMPLAINT;
		keep_text(out->text, type.s, type.len);
		memory = buf_put(&out->returned, s, n) && buf_putc(&out->returned, '\n');
	}
	buf_free(&type);
	return memory;
}

/* Keeps the header of our mail, s[0..n). */
static bool keep_returned(struct bounce *out, char const *s, size_t n)
{
	size_t body, end = header_end(s, n, &body);
	return buf_put(&out->returned, s, end);
}

static bool is_token_octet(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c);
}

bool bounce_token(char const *header, size_t n, size_t *at, char const **token, size_t *len)
{
	static char const *const fields[] = {"List-Unsubscribe:", "Return-Path:", "Original-Mail-From:"};
	while (*at < n) {
		if (*at == 0 || header[*at - 1] == '\n') {
			/* Is the field ours? Its continuation lines share the answer. */
			bool ours = false;
			for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
				ours = ours || ascii_case_starts(header + *at, n - *at, fields[i]);
			if (!ours && !ascii_is_blank(header[*at])) {
				do
					*at += line_length(header + *at, n - *at);
				while (*at < n && ascii_is_blank(header[*at]));
				continue;
			}
		}
		if (!is_token_octet(header[*at])) {
			++*at;
			continue;
		}
		size_t from = *at;
		while (*at < n && is_token_octet(header[*at]))
			++*at;
		*token = header + from;
		*len = *at - from;
		return true;
	}
	return false;
}

/* --- Servers that send plain text ----------------------------------------------------------- */

/* Finds the copy of our mail: it begins with a line of hyphens and words, or with its header. */
static size_t find_copy(char const *s, size_t n)
{
	size_t at = 0;
	while (at < n && !ascii_case_starts(s + at, n - at, "---") && !ascii_case_starts(s + at, n - at, "Received:")
		&& !ascii_case_starts(s + at, n - at, "Return-Path:"))
		at += line_length(s + at, n - at);
	return at;
}

static bool is_qmail(char const *s, size_t n)
{
	size_t at = 0;
	while (at < n && is_blank_line(s + at, line_length(s + at, n - at)))
		at += line_length(s + at, n - at);
	return ascii_case_starts(s + at, n - at, "Hi. This is the") || find_text(s, n, "\n--- Below this line is a copy of") < n;
}

/* Reads qmail's format, QSBMF, and Yahoo's, which differs in its first words: paragraphs of
   `<address>:` and a reason. The reply of a remote server decides before qmail's own code. */
static void read_qmail(struct bounce *out, char const *s, size_t n)
{
	size_t at = 0, end = find_copy(s, n);
	while (at < end && s[at] != '<')
		at += line_length(s + at, end - at);
	if (at >= end)
		return;
	size_t stop = at;
	while (stop < end) {
		size_t len = line_length(s + stop, end - stop);
		if (is_blank_line(s + stop, len))
			break;
		stop += len;
	}
	out->kind = BOUNCE_FAILED;
	size_t said = at + find_text(s + at, stop - at, "Remote host said:");
	size_t reason = at + line_length(s + at, stop - at);
	keep_text(out->text, s + reason, stop > reason ? stop - reason : 0);
	if (!blame_code(out->status, s + said, stop - said))
		blame_code(out->status, s + at, stop - at);
}

/* Keeps the line with the first enhanced code. False: there is no code. */
static bool keep_reply(struct bounce *out, char const *s, size_t n)
{
	if (!blame_code(out->status, s, n))
		return false;
	size_t at = find_text(s, n, out->status);
	while (at > 0 && s[at - 1] != '\n')
		at--;
	keep_text(out->text, s + at, line_length(s + at, n - at));
	return true;
}

/* Has the field the word? -1: out of memory. */
static int has_field(struct mime *m, char const *name, char const *word)
{
	char const *value;
	int found = mime_field(m, name, &value);
	if (found <= 0)
		return found;
	size_t n = strlen(value);
	return find_text(value, n, word) < n;
}

/* Keeps the paragraph that is about the address, or the one after it, if the address has a line of its own. */
static void keep_paragraph(struct bounce *out, char const *s, size_t n, char const *address)
{
	size_t at = find_text(s, n, address);
	at += line_length(s + at, n - at);
	while (at < n && is_blank_line(s + at, line_length(s + at, n - at)))
		at += line_length(s + at, n - at);
	size_t stop = at;
	while (stop < n && !is_blank_line(s + stop, line_length(s + stop, n - stop)))
		stop += line_length(s + stop, n - stop);
	keep_text(out->text, s + at, stop - at);
}

/* Reads the bounce of a server with a format of its own. Some name the failed address in a field.
   Of the others only a reply with a code of class 5 counts. */
static bool read_words(struct bounce *out, struct mime *m, char const *text, size_t n)
{
	char const *address;
	size_t end = find_copy(text, n);
	int daemon = has_field(m, "From", "mailer-daemon"), postmaster = has_field(m, "From", "postmaster@");
	int named = mime_field(m, "X-Failed-Recipients", &address);
	if (daemon < 0 || postmaster < 0 || named < 0)
		return false;
	if (named || daemon || postmaster) {
		bool has_code = keep_reply(out, text, end);
		if (named && !has_code)
			keep_paragraph(out, text, end, address);
		if (named || out->status[0] == '5')
			out->kind = BOUNCE_FAILED;
		else
			out->status[0] = out->text[0] = 0;
	}
	return true;
}

static bool read_text(struct bounce *out, struct mime *m, char const *text, size_t n)
{
	if (!is_qmail(text, n))
		return read_words(out, m, text, n);
	read_qmail(out, text, n);
	return true;
}

/* --- The message ------------------------------------------------------------------------------ */

static bool is_status(char const *type)
{
	return strcmp(type, "message/delivery-status") == 0 || strcmp(type, "message/global-delivery-status") == 0;
}

static bool is_returned(char const *type)
{
	return strcmp(type, "message/rfc822") == 0 || strcmp(type, "text/rfc822-headers") == 0
		|| strcmp(type, "message/global") == 0 || strcmp(type, "message/global-headers") == 0;
}

static bool read_parts(struct bounce *out, struct mime *m, char const *message, bool from_nobody, unsigned int nested);

static bool read_nested(struct bounce *out, char const *s, size_t n, bool from_nobody, unsigned int nested)
{
	enum mime_fault fault;
	struct mime *m = mime_read(s, n, &fault);
	bool memory = fault != MIME_NO_MEMORY && read_parts(out, m, s, from_nobody, nested);
	mime_free(m);
	return memory;
}

/* Decodes the part's body, and passes it to `reader`. */
static bool read_decoded(struct bounce *out, struct mime_part const *part, char const *message,
	bool (*reader)(struct bounce *, char const *, size_t))
{
	struct buf octets = BUF_ZERO;
	bool memory = transfer_decode(part, message, &octets) && reader(out, octets.len ? octets.s : "", octets.len);
	buf_free(&octets);
	return memory;
}

static bool read_report(struct bounce *out, struct mime *m, char const *message, bool *is_report)
{
	for (size_t i = 0; i < mime_count(m); i++) {
		struct mime_part const *part = mime_part(m, i);
		bool status = is_status(part->type), feedback = strcmp(part->type, "message/feedback-report") == 0;
		*is_report = *is_report || status || feedback || strcmp(part->type, "multipart/report") == 0;
		if (status && out->kind == BOUNCE_IGNORED && !read_decoded(out, part, message, read_delivery_status))
			return false;
		if (feedback && out->kind == BOUNCE_IGNORED && !read_decoded(out, part, message, read_feedback))
			return false;
		if (out->kind == BOUNCE_COMPLAINT && is_returned(part->type) && !read_decoded(out, part, message, keep_returned))
			return false;
	}
	return true;
}

static bool read_plain(struct bounce *out, struct mime *m, char const *message)
{
	for (size_t i = 0; i < mime_count(m); i++) {
		struct mime_part const *part = mime_part(m, i);
		if (strcmp(part->type, "text/plain") != 0)
			continue;
		struct buf text = BUF_ZERO;
		bool memory = transfer_decode(part, message, &text)
			&& read_text(out, m, text.len ? text.s : "", text.len);
		buf_free(&text);
		return memory;
	}
	return true;
}

/* Reads Hotmail's complaint: not a report, but our mail in a mail of staff@hotmail.com. */
static bool read_hotmail(struct bounce *out, struct mime *m, char const *message)
{
	int from = has_field(m, "From", "staff@hotmail.com"), subject = has_field(m, "Subject", "complaint about message");
	if (from < 0 || subject < 0)
		return false;
	for (size_t i = 0; from && subject && i < mime_count(m); i++) {
		struct mime_part const *part = mime_part(m, i);
		if (!is_returned(part->type))
			continue;
		out->kind = BOUNCE_COMPLAINT;
		keep_text(out->text, "abuse", strlen("abuse"));
		return read_decoded(out, part, message, keep_returned);
	}
	return true;
}

static bool read_parts(struct bounce *out, struct mime *m, char const *message, bool from_nobody, unsigned int nested)
{
	bool is_report = false;
	if (!read_report(out, m, message, &is_report) || (!is_report && !read_hotmail(out, m, message)))
		return false;
	if (is_report || out->kind != BOUNCE_IGNORED)
		return true;
	/* a report inside a forwarded message */
	for (size_t i = 0; nested < BOUNCE_NESTED && i < mime_count(m); i++) {
		struct mime_part const *part = mime_part(m, i);
		if (strcmp(part->type, "message/rfc822") != 0)
			continue;
		if (!read_nested(out, message + part->body, part->end - part->body, false, nested + 1))
			return false;
		if (out->kind != BOUNCE_IGNORED)
			return true;
	}
	return !from_nobody || read_plain(out, m, message);
}

bool bounce_read(struct bounce *out, char const *message, size_t n, bool from_nobody)
{
	*out = (struct bounce){.kind = BOUNCE_IGNORED};
	return read_nested(out, message, n, from_nobody, 0);
}

void bounce_free(struct bounce *b)
{
	buf_free(&b->returned);
}
