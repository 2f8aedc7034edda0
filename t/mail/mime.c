/* The parser: each sample of t/mail/samples reads the same however it is cut, bodies lie where
   they should, limits are where they are said to be, and nothing takes long. */
#include "mail/header.h"
#include "mail/mime.h"
#include "unit.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* check writes a record for every assertion; where there are millions, only failures are
   told. */
#define must(x) do { if (!(x)) ck_abort_msg("%s", #x); } while (0)

/* --- Dumps: everything that the parser knows, as text ---------------------------------- */

static void put(struct buf *b, char const *s)
{
	must(buf_puts(b, s));
}

static void put_number(struct buf *b, size_t n)
{
	char s[32];
	snprintf(s, sizeof s, " %zu", n);
	put(b, s);
}

static void dump(struct buf *out, struct mime const *m, enum mime_fault fault, size_t size)
{
	put_number(out, fault);
	for (size_t i = 0; i < mime_count(m); i++) {
		struct mime_part const *p = mime_part(m, i);
		char const *const strings[] = {p->type, p->charset, p->id, p->start, p->filename, p->label, p->disposition};
		size_t const numbers[] = {p->parent, p->depth, p->header, p->body, p->end, p->encoding,
			p->attachment, p->leaf};
		must(i ? p->parent < i : p->parent == MIME_NONE);
		must(p->depth == (i ? mime_part(m, p->parent)->depth + 1 : 0));
		must(p->header <= p->body);
		must(p->body <= p->end);
		must(p->end <= size);
		put(out, "\n");
		for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
			put_number(out, numbers[k]);
		for (size_t k = 0; k < sizeof strings / sizeof *strings; k++) {
			put(out, "|");
			put(out, strings[k]);
		}
	}
	must(buf_putc(out, 0));
}

/* Pushes s[0..n) in pieces of `step`, the first of `first`, each in memory of its own so
   that a read past it is seen; says whether it was told of a fault at the end only. */
static struct mime *read_pieces(char const *s, size_t n, size_t first, size_t step, enum mime_fault *fault)
{
	struct mime *m = mime_new();
	must(m);
	for (size_t at = 0, k = first; at < n; at += k, k = step) {
		if (k > n - at)
			k = n - at;
		char *copy = malloc(k ? k : 1);
		memcpy(copy, s + at, k);
		mime_push(m, copy, k);
		free(copy);
	}
	*fault = mime_finish(m);
	must(mime_finish(m) == *fault);
	return m;
}

static void read_dump(struct buf *out, char const *s, size_t n, size_t first, size_t step)
{
	enum mime_fault fault;
	struct mime *m = read_pieces(s, n, first, step, &fault);
	out->len = 0;
	dump(out, m, fault, n);
	mime_free(m);
}

/* --- The samples ------------------------------------------------------------------------ */

static struct {
	char *name;
	struct buf content;
} samples[200];
static size_t sample_count;

static void load_samples(void)
{
	char path[4096];
	char const *top = getenv("TOP");
	snprintf(path, sizeof path, "%s/t/mail/samples", top ? top : ".");
	DIR *dir = opendir(path);
	if (!dir) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	for (struct dirent *e; (e = readdir(dir)) && sample_count < 200;) {
		size_t n = strlen(e->d_name);
		if (n < 4 || strcmp(e->d_name + n - 4, ".eml"))
			continue;
		snprintf(path, sizeof path, "%s/t/mail/samples/%s", top ? top : ".", e->d_name);
		FILE *f = fopen(path, "rb");
		struct buf *b = &samples[sample_count].content;
		for (int c; f && (c = getc(f)) != EOF;)
			buf_putc(b, (char)c);
		if (!f || fclose(f)) {
			perror(path);
			exit(EXIT_FAILURE);
		}
		samples[sample_count++].name = strdup(e->d_name);
	}
	closedir(dir);
}

START_TEST(reads_the_same_however_cut)
{
	struct buf const *s = &samples[_i].content;
	struct buf whole = BUF_ZERO, cut = BUF_ZERO;
	read_dump(&whole, s->s, s->len, s->len, 1);
	for (size_t at = 0; at <= s->len; at++) {
		read_dump(&cut, s->s, s->len, at, s->len);
		if (strcmp(cut.s, whole.s))
			ck_abort_msg("%s cut at %zu", samples[_i].name, at);
	}
	for (size_t step = 1; step < 8; step++) {
		read_dump(&cut, s->s, s->len, step, step);
		ck_assert_msg(!strcmp(cut.s, whole.s), "%s by %zu", samples[_i].name, step);
	}
	buf_free(&whole);
	buf_free(&cut);
}
END_TEST

START_TEST(survives_being_cut_off)
{
	struct buf const *s = &samples[_i].content;
	struct buf out = BUF_ZERO;
	for (size_t n = 0; n <= s->len; n++)
		read_dump(&out, s->s, n, n / 2, n);
	buf_free(&out);
}
END_TEST

/* The types, the depths and the bodies without their CRs: what CRLF must not change. */
static void outline(struct buf *out, char const *s, size_t n)
{
	enum mime_fault fault;
	struct mime *m = read_pieces(s, n, n, 1, &fault);
	out->len = 0;
	for (size_t i = 0; i < mime_count(m); i++) {
		struct mime_part const *p = mime_part(m, i);
		put(out, p->type);
		put_number(out, p->depth);
		for (size_t k = p->body; k < p->end; k++)
			if (s[k] != '\r')
				must(buf_putc(out, s[k]));
	}
	must(buf_putc(out, 0));
	mime_free(m);
}

START_TEST(reads_the_same_with_crlf)
{
	struct buf const *s = &samples[_i].content;
	struct buf crlf = BUF_ZERO, a = BUF_ZERO, b = BUF_ZERO;
	for (size_t i = 0; i < s->len; i++)
		if (s->s[i] != '\r')
			must((s->s[i] != '\n' || buf_putc(&crlf, '\r')) && buf_putc(&crlf, s->s[i]));
	outline(&a, s->s, s->len);
	outline(&b, crlf.s, crlf.len);
	ck_assert_str_eq(a.s, b.s);
	buf_free(&crlf);
	buf_free(&a);
	buf_free(&b);
}
END_TEST

/* mail/header.h, which others read the main header with, sees the same block. */
START_TEST(agrees_on_the_main_header)
{
	struct buf const *s = &samples[_i].content;
	enum mime_fault fault;
	struct mime *m = read_pieces(s->s, s->len, s->len, 1, &fault);
	size_t body = 0, n, mark = header_mark(s->s, s->len);
	size_t end = mark + header_end(s->s + mark, s->len - mark, &body);
	ck_assert_uint_eq(mime_part(m, 0)->body, mark + body);
	mime_header(m, &n);
	size_t without = 0;
	for (size_t i = mark; i < end; i++)
		without += s->s[i] != '\r';
	ck_assert_uint_eq(n, without);
	mime_free(m);
}
END_TEST

/* A small generator, so that a failure comes again. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	return *state ^= *state << 5;
}

/* Changes a copy of the sample here and there: octets, runs moved or doubled or lost. */
static void mutate(struct buf *b, uint32_t *random)
{
	static char const favourites[] = "-\r\n\n\n\0:;=\"\\()*' \txA";
	for (uint32_t k = next_random(random) % 6 + 1; k && b->len; k--) {
		size_t at = next_random(random) % b->len, to = next_random(random) % b->len;
		size_t n = next_random(random) % 40;
		size_t most = b->len - (at > to ? at : to);
		n = n < most ? n : most;
		switch (next_random(random) % 3) {
		case 0:
			b->s[at] = favourites[next_random(random) % (sizeof favourites - 1)];
			break;
		case 1:
			memmove(b->s + to, b->s + at, n);
			break;
		case 2:
			memmove(b->s + at, b->s + at + n, b->len - at - n);
			b->len -= n;
			break;
		}
	}
}

START_TEST(reads_broken_mail_the_same_however_cut)
{
	uint32_t random = 2463534242u + (uint32_t)_i;
	struct buf copy = BUF_ZERO, whole = BUF_ZERO, cut = BUF_ZERO;
	for (int round = 0; round < 60; round++) {
		copy.len = 0;
		ck_assert(buf_put(&copy, samples[_i].content.s, samples[_i].content.len));
		mutate(&copy, &random);
		read_dump(&whole, copy.s, copy.len, copy.len, 1);
		for (int k = 0; k < 5; k++) {
			read_dump(&cut, copy.s, copy.len, next_random(&random) % (copy.len + 1), next_random(&random) % 50 + 1);
			ck_assert_msg(!strcmp(cut.s, whole.s), "%s, round %d", samples[_i].name, round);
		}
	}
	buf_free(&copy);
	buf_free(&whole);
	buf_free(&cut);
}
END_TEST

/* --- Where bodies lie -------------------------------------------------------------------- */

#define MULTI(b) "Content-Type: multipart/mixed; boundary=" b "\n\n"

static struct {
	char const *in, *out; /* each leaf's body in brackets, multiparts in parentheses */
} const bodies[] = {
	{"", "[]"}, {"a: b", "[]"}, {"a: b\n", "[]"}, {"a: b\n\n", "[]"}, {"a: b\n\nx", "[x]"},
	{"a: b\n\nx\n", "[x\n]"}, {"\n\nx", "[\nx]"}, {"x", "[x]"}, {"x\n\ny: z\n", "[x\n\ny: z\n]"},
	{MULTI("x"), "()"}, {MULTI("x") "pre\n", "()"}, {MULTI("x") "--x", "([])"},
	{MULTI("x") "--x\n", "([])"}, {MULTI("x") "--x\n\n", "([])"}, {MULTI("x") "--x\n\n\n", "([\n])"},
	{MULTI("x") "--x\n\na", "([a])"}, {MULTI("x") "--x\n\na\n", "([a\n])"},
	{MULTI("x") "--x\n\na\n--x--", "([a])"}, {MULTI("x") "--x\n\na\n\n--x--\n", "([a\n])"},
	{MULTI("x") "--x\n\n--x--\n", "([])"}, {MULTI("x") "--x\n--x\n\n--x--\n", "([][])"},
	{MULTI("x") "--x\n\n\n--x--\n", "([])"}, {MULTI("x") "--x\r\n\r\na\r\n--x--\r\n", "([a])"},
	{MULTI("x") "--x\n\na\r\r\n--x--", "([a\r])"}, {MULTI("x") "--x\n\na\n\r\n--x--", "([a\n])"},
	{MULTI("x") "pre\n--x\n\na\n--x--\nepi\n--x\n\nb", "([a])"},
	{MULTI("x") "--x\n" MULTI("y") "--y\n\na\n--x\n\nb\n--y\n\nc", "(([a])[b\n--y\n\nc])"},
	{MULTI("x") "--x\n" MULTI("y") "--y\n\na\n--y--\nepi\n--x--\n", "(([a]))"},
	{MULTI("x") "--x\n" MULTI("xx") "--xx\n\na\n--x--x\n--xx--\n--x--\n", "(([a\n--x--x]))"},
	{MULTI("x") "--x\n" MULTI("x--") "--x----\n--x\n\na\n", "(()[a\n])"},
	{MULTI("x") "x\n\na\nx--\n", "([a])"}, {MULTI("x") "x\n\na\nx\n\nb\n", "([a][b\n])"},
	{MULTI("x") "x\n\na\n--x\n\nb\n", "([b\n])"}, {MULTI("x") "x\n\na\nx--\nx\n--x\n\nb\nx\n", "([b\nx\n])"},
	{MULTI("x") "x--\nx\n\na\n", "([a\n])"}, {MULTI("x") "x\n\na\n--x--\nx\n\nb", "([a])"},
	{MULTI("x") "x\n" MULTI("y") "y\n\na\n--y\n\nb\nx\n\nc\n", "(([b])[c\n])"},
	{MULTI("x") "x\n" MULTI("x") "--x\n\na\n", "([a\n])"},
	{MULTI("--x") "--x\n\na\n", "([a\n])"}, {MULTI("--x") "--x\n\na\n----x\n\nb\n", "([b\n])"},
	{MULTI("x") "--x\na: b\nsin cuerpo\n--x\n\nb", "([][b])"}, {MULTI("x") "--x\nhola\n--x\n\nb", "([hola][b])"},
	{MULTI("x") "--x\n c\n\nd\n--x--", "([d])"}, {MULTI("\"\"") "--\n\na\n", "()"},
	{MULTI("x") "--x\nContent-Type: message/rfc822\n\n" MULTI("y") "--y\n\na\n--x--",
	 "({Content-Type: multipart/mixed; boundary=y\n\n--y\n\na})"},
};

static void outline_bodies(struct buf *out, struct mime const *m, char const *s)
{
	uint32_t depth = 0;
	for (size_t i = 0; i <= mime_count(m); i++) {
		struct mime_part const *p = i < mime_count(m) ? mime_part(m, i) : NULL;
		for (; depth > (p ? p->depth : 0); depth--)
			put(out, ")");
		if (!p)
			break;
		bool multi = !strncmp(p->type, "multipart/", 10);
		put(out, multi ? "(" : p->leaf ? "[" : "{");
		if (multi)
			depth = p->depth + 1;
		else
			must(buf_put(out, s + p->body, p->end - p->body));
		if (!multi)
			put(out, p->leaf ? "]" : "}");
	}
	must(buf_putc(out, 0));
}

START_TEST(finds_bodies)
{
	char const *in = bodies[_i].in;
	for (size_t step = 1; step <= strlen(in) + 1; step++) {
		struct buf out = BUF_ZERO;
		enum mime_fault fault;
		struct mime *m = read_pieces(in, strlen(in), step, step, &fault);
		ck_assert_int_eq(fault, MIME_OK);
		outline_bodies(&out, m, in);
		ck_assert_msg(!strcmp(out.s, bodies[_i].out), "%s\ngives %s\nnot %s", in, out.s, bodies[_i].out);
		mime_free(m);
		buf_free(&out);
	}
}
END_TEST

START_TEST(knows_what_headers_say)
{
	static char const in[] = "Content-Type: Image/PNG; name=\"a b.png\"; charset=x\n"
		"Content-Transfer-Encoding: BASE64\nContent-Disposition: Attachment; filename*=utf-8''a%20c\n"
		"Content-ID: x <a@b> y\n\n";
	enum mime_fault fault;
	struct mime *m = read_pieces(in, sizeof in - 1, 7, 7, &fault);
	struct mime_part const *p = mime_part(m, 0);
	ck_assert_str_eq(p->type, "image/png");
	ck_assert_str_eq(p->charset, "x");
	ck_assert_str_eq(p->label, "base64");
	ck_assert_int_eq(p->encoding, MIME_BASE64);
	ck_assert_str_eq(p->disposition, "attachment");
	ck_assert(p->attachment && p->leaf);
	ck_assert_str_eq(p->filename, "a c");
	ck_assert_str_eq(p->id, "a@b");
	mime_free(m);
}
END_TEST

START_TEST(gives_fields)
{
	static char const in[] = "Subject: uno\r\n dos\r\nsubject: otro\r\nX: \r\n\r\nSubject: cuerpo\r\n";
	enum mime_fault fault;
	struct mime *m = read_pieces(in, sizeof in - 1, 3, 3, &fault);
	size_t n;
	char const *value;
	ck_assert_int_eq(mime_field(m, "SUBJECT", &value), 1);
	ck_assert_str_eq(value, "uno dos");
	ck_assert_int_eq(mime_field(m, "x", &value), 1);
	ck_assert_str_eq(value, "");
	ck_assert_int_eq(mime_field(m, "y", &value), 0);
	ck_assert_ptr_null(value);
	ck_assert_ptr_nonnull(mime_header(m, &n));
	ck_assert_uint_eq(n, strlen("Subject: uno\n dos\nsubject: otro\nX: \n"));
	mime_free(m);
	m = mime_new();
	ck_assert_int_eq(mime_finish(m), MIME_OK);
	ck_assert_int_eq(mime_field(m, "Subject", &value), 0);
	ck_assert_str_eq(mime_header(m, &n), "");
	mime_free(m);
	mime_free(NULL);
}
END_TEST

/* --- Limits ------------------------------------------------------------------------------ */

static void nest(struct buf *b, int levels)
{
	char s[100];
	for (int i = 0; i < levels; i++) {
		snprintf(s, sizeof s, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
		put(b, s);
	}
	put(b, "Content-Type: text/plain\n\nx\n");
}

/* A mark in front of the message, and nowhere else, is no part of its header. */
static struct {
	char const *in, *subject; /* NULL: there is none */
	size_t body;
} const marked[] = {
	{"\xef\xbb\xbfSubject: uno\n\nb", "uno", 17}, {"\xef\xbb\xbf\nSubject: uno\n\nb", NULL, 4},
	{"\xef\xbb\xbf\r\nSubject: uno\n\nb", NULL, 5}, {"\xef\xbb\xbfhola\nSubject: uno\n\nb", NULL, 0},
	{"\xef\xbb\xbf", NULL, 3}, {"\xef\xbbSubject: uno\n\n", NULL, 16},
	{"X: x\n\xef\xbb\xbfSubject: uno\n\n", NULL, 22}, {"\xef\xbb\xbf\xef\xbb\xbfSubject: uno\n\n", NULL, 20},
};

START_TEST(passes_marks_over)
{
	size_t n = strlen(marked[_i].in);
	for (size_t step = 1; step <= n; step++) {
		enum mime_fault fault;
		char const *value;
		struct mime *m = read_pieces(marked[_i].in, n, step, step, &fault);
		ck_assert_int_eq(mime_field(m, "Subject", &value), marked[_i].subject != NULL);
		if (marked[_i].subject)
			ck_assert_str_eq(value, marked[_i].subject);
		ck_assert_uint_eq(mime_part(m, 0)->body, marked[_i].body);
		mime_free(m);
	}
}
END_TEST

START_TEST(limits_depth)
{
	for (int levels = MIME_DEPTH; levels <= MIME_DEPTH + 2; levels++) {
		struct buf in = BUF_ZERO;
		nest(&in, levels);
		enum mime_fault fault;
		struct mime *m = read_pieces(in.s, in.len, in.len, 1, &fault);
		ck_assert_int_eq(fault, levels > MIME_DEPTH ? MIME_TOO_DEEP : MIME_OK);
		ck_assert_uint_eq(mime_count(m), MIME_DEPTH + 1);
		mime_free(m);
		buf_free(&in);
	}
}
END_TEST

START_TEST(limits_parts)
{
	for (int parts = MIME_PARTS - 1; parts <= MIME_PARTS; parts++) {
		struct buf in = BUF_ZERO;
		put(&in, MULTI("x"));
		for (int i = 0; i < parts; i++)
			put(&in, "--x\n\n");
		enum mime_fault fault;
		struct mime *m = read_pieces(in.s, in.len, 1, 1, &fault);
		ck_assert_int_eq(fault, parts < MIME_PARTS ? MIME_OK : MIME_TOO_MANY);
		ck_assert_uint_eq(mime_count(m), MIME_PARTS);
		mime_free(m);
		buf_free(&in);
	}
}
END_TEST

/* A header block of `octets` in lines of 64, in the message or in a part, and its end. */
static enum mime_fault sized_header(size_t octets, char const *eol, bool inside, char const *rest, size_t step)
{
	struct buf in = BUF_ZERO;
	enum mime_fault fault;
	if (inside)
		put(&in, MULTI("x") "--x\n");
	size_t end = in.len + octets, n = strlen(eol);
	while (in.len < end) {
		size_t k = end - in.len < 128 ? end - in.len : 64;
		for (size_t i = 0; i < k - n; i++)
			must(buf_putc(&in, i == 1 ? ':' : 'a'));
		put(&in, eol);
	}
	put(&in, rest);
	struct mime *m = read_pieces(in.s, in.len, step, step, &fault);
	mime_free(m);
	buf_free(&in);
	return fault;
}

START_TEST(limits_headers)
{
	static struct {
		char const *eol, *rest;
	} const ends[] = {{"\n", "\nx"}, {"\r\n", "\r\nx"}, {"\n", ""}, {"\n", "\n"}, {"\n", "--x--\n"}};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		for (int inside = 0; inside < 2; inside++) {
			for (size_t step = 1; step < 1000000; step = step * 7 + 1) {
				char const *eol = ends[i].eol, *rest = ends[i].rest;
				if (!inside && *rest == '-')
					continue;
				ck_assert_int_eq(sized_header(MIME_HEADER, eol, inside, rest, step), MIME_OK);
				ck_assert_int_eq(sized_header(MIME_HEADER + 1, eol, inside, rest, step), MIME_HEADER_LONG);
				ck_assert_int_eq(sized_header(MIME_HEADER + 200, eol, inside, rest, step), MIME_HEADER_LONG);
			}
		}
	}
}
END_TEST

/* The limit is in the middle of a line: the parts are the same however the line was cut. */
START_TEST(reads_long_headers_alike)
{
	static size_t const steps[] = {1000000, 1, 7, 600, 4096};
	struct buf in = BUF_ZERO, first = BUF_ZERO;
	enum mime_fault fault;
	put(&in, MULTI("x") "--x\n");
	for (size_t i = 0; i < MIME_HEADER + 5000; i++)
		must(buf_putc(&in, i % 1000 == 999 ? '\n' : i % 1000 == 1 ? ':' : 'a'));
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct buf out = BUF_ZERO;
		struct mime *m = read_pieces(in.s, in.len, steps[i], steps[i], &fault);
		ck_assert_int_eq(fault, MIME_HEADER_LONG);
		dump(&out, m, fault, in.len);
		if (i)
			ck_assert_str_eq(out.s, first.s);
		mime_free(m);
		buf_free(i ? &out : &first);
		if (!i)
			first = out;
	}
	buf_free(&first);
	buf_free(&in);
}
END_TEST

/* What follows a fault changes nothing. */
START_TEST(keeps_its_fault)
{
	struct buf in = BUF_ZERO;
	struct mime *m = mime_new();
	nest(&in, MIME_DEPTH + 1);
	ck_assert_int_eq(mime_push(m, in.s, in.len), MIME_TOO_DEEP);
	size_t n = mime_count(m);
	ck_assert_int_eq(mime_push(m, "\n--b0\n\n", 8), MIME_TOO_DEEP);
	ck_assert_int_eq(mime_finish(m), MIME_TOO_DEEP);
	ck_assert_uint_eq(mime_count(m), n);
	mime_free(m);
	buf_free(&in);
}
END_TEST

/* --- Time ---------------------------------------------------------------------------------- */

#define FLOOD 512000

/* `before`, then `again` until FLOOD octets are full; # in it is a running number. */
static struct {
	char const *before, *again;
	enum mime_fault fault;
} const floods[] = {
	{"", "Content-Type: multipart/mixed; boundary=#\n\n--#\n", MIME_TOO_DEEP},
	{"", "Content-Type: message/rfc822\n\n", MIME_OK},
	{MULTI("x"), "--x\n\n", MIME_TOO_MANY},
	{MULTI("x"), "x\n\n", MIME_TOO_MANY},
	{MULTI("x"), "--x\n", MIME_TOO_MANY},
	{MULTI("x"), "--x--\n", MIME_OK},
	{MULTI("x"), "--\n", MIME_OK},
	{MULTI("x"), "--x ", MIME_OK},
	{MULTI("x"), "\n", MIME_OK},
	{MULTI("x"), "-", MIME_OK},
	{MULTI("x") "--x", " ", MIME_OK},
	{MULTI("x") "--x\n", " \n", MIME_HEADER_LONG},
	{MULTI("x") "--x\n", "a", MIME_HEADER_LONG},
	{MULTI("x") "x\n", "x\n\nx--\n", MIME_OK},
	{"", "a: b\n", MIME_HEADER_LONG},
	{"", "a:\n", MIME_HEADER_LONG},
	{"", "a", MIME_HEADER_LONG},
	{"", "\n", MIME_OK},
	{"a: b\n\n", "x", MIME_OK},
	{"Subject: ", "=?utf-8?q?a?= ", MIME_HEADER_LONG},
	{"Content-Type: text/plain", "; a*#=b", MIME_HEADER_LONG},
	{"Content-Type: text/plain", "; charset=a", MIME_HEADER_LONG},
	{"Content-Type: text/plain", "(", MIME_HEADER_LONG},
	{"Content-Type: text/plain; charset=", "a ", MIME_HEADER_LONG},
};

static void fill(struct buf *b, char const *again, size_t size)
{
	char number[32];
	for (int i = 0; b->len < size; i++)
		for (char const *p = again; *p; p++) {
			if (*p != '#') {
				must(buf_putc(b, *p));
				continue;
			}
			snprintf(number, sizeof number, "%d", i);
			put(b, number);
		}
}

static void read_quickly(struct buf const *in, enum mime_fault wanted)
{
	for (size_t step = 1; step <= in->len; step += in->len - 1) {
		clock_t start = clock();
		struct mime *m = mime_new();
		for (size_t at = 0; at < in->len; at += step)
			mime_push(m, in->s + at, step < in->len - at ? step : in->len - at);
		enum mime_fault fault = mime_finish(m);
		ck_assert_int_eq(fault, wanted);
		mime_free(m);
		ck_assert(clock() - start < CLOCKS_PER_SEC);
	}
}

START_TEST(is_linear)
{
	struct buf in = BUF_ZERO;
	put(&in, floods[_i].before);
	fill(&in, floods[_i].again, FLOOD);
	read_quickly(&in, floods[_i].fault);
	buf_free(&in);
}
END_TEST

/* Header blocks that just pass: 17000 pieces of a parameter, 34000 fields, and so on. */
static char const *const headers[][2] = {
	{"Content-Type: text/plain", ";charset*#=b"}, {"", "a:\n"}, {"", "a\n"}, {"Content-ID: ", "<"},
	{"Content-Disposition: ", "filename*0*=''%"}, {"Content-Type: ", "\""}, {"Content-Type: ", "a ("},
	{"Content-Type: text/plain; charset=", "a "}, {"Content-Type: a/", " \n"}, {"Content-Type: ", "a=\\\""},
};

START_TEST(is_linear_in_headers)
{
	struct buf in = BUF_ZERO;
	put(&in, headers[_i][0]);
	fill(&in, headers[_i][1], MIME_HEADER - 60);
	put(&in, "\n\nx\n");
	read_quickly(&in, MIME_OK);
	buf_free(&in);
}
END_TEST

/* Every level open, with long boundaries that differ in their last octet only, and lines
   that nearly are each of them; every multipart still undecided, or rightly divided. */
START_TEST(is_linear_in_levels)
{
	static char long_one[3001];
	struct buf in = BUF_ZERO;
	memset(long_one, 'b', sizeof long_one - 1);
	for (char i = 0; i < MIME_DEPTH; i++) {
		put(&in, "Content-Type: multipart/mixed; boundary=");
		put(&in, long_one);
		ck_assert(buf_putc(&in, '0' + i));
		put(&in, "\n\n");
		put(&in, _i ? "--" : "");
		put(&in, long_one);
		ck_assert(buf_putc(&in, '0' + i));
		put(&in, "\n");
	}
	put(&in, "\n");
	while (in.len < FLOOD) {
		put(&in, _i ? "--" : "");
		put(&in, long_one);
		put(&in, "z\n");
	}
	read_quickly(&in, MIME_OK);
	buf_free(&in);
}
END_TEST

Suite *unit_suite(void)
{
	load_samples();
	Suite *s = suite_create("mime");
	TCase *c = unit_case("mime");
	tcase_add_loop_test(c, reads_the_same_however_cut, 0, (int)sample_count);
	tcase_add_loop_test(c, survives_being_cut_off, 0, (int)sample_count);
	tcase_add_loop_test(c, reads_the_same_with_crlf, 0, (int)sample_count);
	tcase_add_loop_test(c, agrees_on_the_main_header, 0, (int)sample_count);
	tcase_add_loop_test(c, reads_broken_mail_the_same_however_cut, 0, (int)sample_count);
	tcase_add_loop_test(c, finds_bodies, 0, sizeof bodies / sizeof *bodies);
	tcase_add_test(c, knows_what_headers_say);
	tcase_add_test(c, gives_fields);
	tcase_add_loop_test(c, passes_marks_over, 0, sizeof marked / sizeof *marked);
	tcase_add_test(c, limits_depth);
	tcase_add_test(c, limits_parts);
	tcase_add_test(c, limits_headers);
	tcase_add_test(c, reads_long_headers_alike);
	tcase_add_test(c, keeps_its_fault);
	tcase_add_loop_test(c, is_linear, 0, sizeof floods / sizeof *floods);
	tcase_add_loop_test(c, is_linear_in_headers, 0, sizeof headers / sizeof *headers);
	tcase_add_loop_test(c, is_linear_in_levels, 0, 2);
	suite_add_tcase(s, c);
	return s;
}
