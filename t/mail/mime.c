/* The MIME parser gives a sound tree for each sample, also if it is cut off or damaged. Bodies are
   where they should be, limits hold, time is linear. */
#include "base/buf.h"
#include "mail/mime.h"
#include "unit.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* A message in memory of its own, of exact size, so that a read beyond it is found. */
struct reading {
	char *s;
	struct mime *m;
	enum mime_fault fault;
};

static struct reading read_copy(char const *s, size_t n)
{
	struct reading r = {.s = malloc(n ? n : 1)};
	must(r.s);
	memcpy(r.s, s, n);
	r.m = mime_read(r.s, n, &r.fault);
	must(r.m);
	return r;
}

static void free_reading(struct reading *r)
{
	mime_free(r->m);
	free(r->s);
}

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

/* Reads a message, and checks that its parts are a tree in its octets. */
static void check_tree(char const *s, size_t n)
{
	struct reading r = read_copy(s, n);
	for (size_t i = 0; i < mime_count(r.m); i++) {
		struct mime_part const *p = mime_part(r.m, i);
		char const *const strings[] = {p->type, p->charset, p->id, p->start, p->filename, p->label, p->disposition};
		must(i ? p->parent < i : p->parent == MIME_NONE);
		must(p->depth == (i ? mime_part(r.m, p->parent)->depth + 1 : 0));
		must(p->header <= p->body);
		must(p->body <= p->end);
		must(p->end <= n);
		for (size_t k = 0; k < sizeof strings / sizeof *strings; k++)
			must(strings[k]);
	}
	free_reading(&r);
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

START_TEST(a_sample_cut_off_anywhere_gives_a_sound_tree)
{
	struct buf const *s = &samples[_i].content;
	for (size_t n = 0; n <= s->len; n++)
		check_tree(s->s, n);
}
END_TEST

/* Writes the types, the depths and the bodies without their CRs, which must be the same with LF
   and CRLF. */
static void outline(struct buf *out, char const *s, size_t n)
{
	struct reading r = read_copy(s, n);
	out->len = 0;
	for (size_t i = 0; i < mime_count(r.m); i++) {
		struct mime_part const *p = mime_part(r.m, i);
		put(out, p->type);
		put_number(out, p->depth);
		for (size_t k = p->body; k < p->end; k++)
			if (s[k] != '\r')
				must(buf_putc(out, s[k]));
	}
	must(buf_putc(out, 0));
	free_reading(&r);
}

START_TEST(a_sample_reads_the_same_with_crlf)
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

/* A small generator of random numbers with a fixed seed, so that a failure can be repeated. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	return *state ^= *state << 5;
}

/* Changes a copy of the sample at random places: octets, and runs that are moved, doubled or
   removed. */
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

START_TEST(a_damaged_sample_gives_a_sound_tree)
{
	uint32_t random = 2463534242u + (uint32_t)_i;
	struct buf copy = BUF_ZERO;
	for (int round = 0; round < 300; round++) {
		copy.len = 0;
		ck_assert(buf_put(&copy, samples[_i].content.s, samples[_i].content.len));
		mutate(&copy, &random);
		check_tree(copy.s, copy.len);
	}
	buf_free(&copy);
}
END_TEST

/* --- Where bodies are --------------------------------------------------------------------- */

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
	/* the empty line after a part's header is missing */
	{MULTI("x") "--x\nX-a: b\nsin cuerpo\n--x\n\nb", "([sin cuerpo][b])"},
	{MULTI("x") "--x\nContent-Type: a/b\nPrecio: 20\nuno\n--x--", "([Precio: 20\nuno])"},
	{MULTI("x") "--x\nContent-Type: a/b\nPrecio: 20\n--x--", "([Precio: 20])"},
	{MULTI("x") "--x\nContent-Type: a/b\nPrecio: 20\n\nuno\n--x--", "([uno])"},
	{MULTI("x") "--x\nContent-Type: a/b\nA: b\nContent-ID: c\nuno\n--x--", "([uno])"},
	{MULTI("x") "--x\nContent-Type: a/b\nuno\ndos\n--x--", "([uno\ndos])"},
	{MULTI("x") "--x\nContent-Type: a/b\nuno\n\ndos\n--x--", "([uno\n\ndos])"},
	{MULTI("x") "--x\nContent-Type: a/b\nuno\nNota: dos\ntres\n--x--", "([uno\nNota: dos\ntres])"},
	{MULTI("x") "--x\nContent-Type: a/b\nuno dos: tres\n--x--", "([uno dos: tres])"},
	{MULTI("x") "--x\nContent-Type: a/b\n<p style=\"a:b\">uno</p>\n--x--", "([<p style=\"a:b\">uno</p>])"},
	{MULTI("x") "--x\n<p style=\"a:b\">uno</p>\n--x--", "([<p style=\"a:b\">uno</p>])"},
	{MULTI("x") "--x\r\nContent-Type: a/b\r\nuno\r\n--x--", "([uno])"}, {MULTI("x") "--x\nContent-Type: a/b\nuno", "([uno])"},
	{MULTI("x") "--x\nContent-Type: a/b;\ncharset=c\nuno\n--x--", "([uno])"},
	{MULTI("x") "--x\nContent-Type: a/b\ncharset=c\nuno\n--x--", "([uno])"},
	{MULTI("x") "--x\nContent-Type: a/b;\nc\n\nuno\n--x--", "([uno])"},
	{MULTI("x") "--x\nX-A: b\nroto\nContent-Type: a/b\n\nuno\n--x--", "([uno])"},
	{MULTI("x") "--x\nContent-Type: a/b\n roto\n\nuno\n--x--", "([uno])"},
	/* a line of blanks after a header counts as an empty line if no field follows */
	{MULTI("x") "--x\nContent-Type: a/b\n \nuno\n--x--", "([uno])"},
	{MULTI("x") "--x\nContent-Type: a/b\r\n\t \r\nuno\r\n\r\ndos\n--x--", "([uno\r\n\r\ndos])"},
	{MULTI("x") "--x\nContent-Type: a/b\n \n  uno\ndos\n--x--", "([  uno\ndos])"},
	{MULTI("x") "--x\nContent-Type: a/b\n \n  uno\n--x--", "([  uno])"},
	{MULTI("x") "--x\nContent-Type: a/b\n \n--x--", "([])"}, {MULTI("x") "--x\nContent-Type: a/b\n \n\nuno\n--x--", "([uno])"},
	{MULTI("x") "--x\nX-A: b\n \nContent-Type: a/b\n\nuno\n--x--", "([uno])"},
	{MULTI("x") "--x\nContent-Type: a/b;\n \n charset=c\n\nuno\n--x--", "([uno])"},
	/* the empty line after a multipart's header is missing: its delimiter ends the header */
	{"Content-Type: multipart/mixed; boundary=x\n--x\n\nuno\n--x--", "([uno])"},
	{"Content-Type: multipart/mixed; boundary=x\n \n--x\n\nuno\n--x--", "([uno])"},
	{"Content-Type: multipart/mixed; boundary=x\nA: b\n--x \n\nuno\n--x--", "([uno])"},
	{"Content-Type: multipart/mixed;\r\n boundary=\"x y\"\r\n--x y\r\n\r\nuno\r\n--x y--", "([uno])"},
	{"Content-Type: multipart/mixed; boundary=x\nEs un mensaje MIME.\n--x\n\nuno\n--x--", "([uno])"},
	{"Content-Type: multipart/mixed; boundary=x:y\n--x:y\n\nuno\n--x:y--", "([uno])"},
	{"Content-Type: multipart/mixed; boundary=--x\n--x\n\nuno\n--x--", "([uno])"},
	{"Content-Type: multipart/mixed; boundary=x\n--x--\n--x\n\nuno", "()"},
	{"Content-Type: multipart/mixed; boundary=x\n--y\n\n--x\n\nuno", "([uno])"},
	{"A: b\n--x\nContent-Type: multipart/mixed; boundary=x\n--x\n\nuno", "([uno])"},
	{MULTI("x") "--x\nContent-Type: multipart/mixed; boundary=y\n--y\n\nuno\n--y--\n--x\n\ndos", "(([uno])[dos])"},
	{MULTI("x") "--x\nContent-Type: multipart/mixed; boundary=x\n--x\n\nuno\n--x--\n--x\n\ndos", "(([uno])[dos])"},
	{MULTI("x") "--x\nContent-Type: multipart/mixed; boundary=y\n--x\n\nuno", "(()[uno])"}, {MULTI("x") "--x\nhola\n--x\n\nb", "([hola][b])"},
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

START_TEST(bodies_are_where_they_should_be)
{
	char const *in = bodies[_i].in;
	struct buf out = BUF_ZERO;
	struct reading r = read_copy(in, strlen(in));
	ck_assert_int_eq(r.fault, MIME_OK);
	outline_bodies(&out, r.m, in);
	ck_assert_msg(!strcmp(out.s, bodies[_i].out), "%s\ngives %s\nnot %s", in, out.s, bodies[_i].out);
	free_reading(&r);
	buf_free(&out);
}
END_TEST

START_TEST(a_part_has_the_values_of_its_header)
{
	static char const in[] = "Content-Type: Image/PNG; name=\"a b.png\"; charset=x\n"
		"Content-Transfer-Encoding: BASE64\nContent-Disposition: Attachment; filename*=utf-8''a%20c\n"
		"Content-ID: x <a@b> y\n\n";
	struct reading r = read_copy(in, sizeof in - 1);
	struct mime_part const *p = mime_part(r.m, 0);
	ck_assert_str_eq(p->type, "image/png");
	ck_assert_str_eq(p->charset, "x");
	ck_assert_str_eq(p->label, "base64");
	ck_assert_int_eq(p->encoding, MIME_BASE64);
	ck_assert_str_eq(p->disposition, "attachment");
	ck_assert(p->attachment && p->leaf);
	ck_assert_str_eq(p->filename, "a c");
	ck_assert_str_eq(p->id, "a@b");
	free_reading(&r);
}
END_TEST

static struct {
	char const *value, *label;
	enum mime_encoding encoding;
} const encodings[] = {
	{"base64", "base64", MIME_BASE64}, {" BASE64 ; x=y", "base64", MIME_BASE64}, {"\"base64\"", "base64", MIME_BASE64},
	{"quoted printable", "quoted-printable", MIME_QP}, {"Quoted  Printable", "quoted-printable", MIME_QP},
	{"quoted\n printable", "quoted-printable", MIME_QP}, {"8 bit", "8-bit", MIME_8BIT}, {"7 bit", "7-bit", MIME_7BIT},
	{"8 bits", "8-bits", MIME_8BIT}, {"base 64", "base-64", MIME_BASE64}, {"8bit (as is)", "8bit", MIME_8BIT},
	{"base64 encoding", "base64", MIME_BASE64}, {"quoted", "quoted", MIME_UNKNOWN}, {"x y", "x", MIME_UNKNOWN},
	{"", "", MIME_7BIT}, {" ", "", MIME_7BIT}, {"7bit 8bit", "7bit", MIME_7BIT},
};

START_TEST(a_transfer_encoding_is_known_by_its_usual_spellings)
{
	struct buf in = BUF_ZERO;
	put(&in, "Content-Transfer-Encoding:");
	put(&in, encodings[_i].value);
	put(&in, "\n\n");
	struct reading r = read_copy(in.s, in.len);
	ck_assert_str_eq(mime_part(r.m, 0)->label, encodings[_i].label);
	ck_assert_int_eq(mime_part(r.m, 0)->encoding, encodings[_i].encoding);
	free_reading(&r);
	buf_free(&in);
}
END_TEST

START_TEST(the_main_header_gives_its_fields)
{
	static char const in[] = "Subject: uno\r\n dos\r\nsubject: otro\r\nX: \r\n\r\nSubject: cuerpo\r\n";
	struct reading r = read_copy(in, sizeof in - 1);
	size_t n;
	char const *value;
	ck_assert_int_eq(mime_field(r.m, "SUBJECT", &value), 1);
	ck_assert_str_eq(value, "uno dos");
	ck_assert_int_eq(mime_field(r.m, "x", &value), 1);
	ck_assert_str_eq(value, "");
	ck_assert_int_eq(mime_field(r.m, "y", &value), 0);
	ck_assert_ptr_null(value);
	ck_assert_ptr_eq(mime_header(r.m, &n), r.s);
	ck_assert_uint_eq(n, strlen("Subject: uno\r\n dos\r\nsubject: otro\r\nX: \r\n"));
	free_reading(&r);
	r = read_copy("", 0);
	ck_assert_int_eq(r.fault, MIME_OK);
	ck_assert_int_eq(mime_field(r.m, "Subject", &value), 0);
	ck_assert_str_eq(mime_header(r.m, &n), "");
	ck_assert_uint_eq(n, 0);
	free_reading(&r);
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

/* A byte order mark is not part of the header if it is at the very beginning of the message, and
   nowhere else. */
static struct {
	char const *in, *subject; /* subject NULL: the header has none */
	size_t body;
} const marked[] = {
	{"\xef\xbb\xbfSubject: uno\n\nb", "uno", 17}, {"\xef\xbb\xbf\nSubject: uno\n\nb", NULL, 4},
	{"\xef\xbb\xbf\r\nSubject: uno\n\nb", NULL, 5}, {"\xef\xbb\xbfhola\nSubject: uno\n\nb", NULL, 3},
	{"\xef\xbb\xbf", NULL, 3}, {"\xef\xbbSubject: uno\n\n", NULL, 16},
	{"X: x\n\xef\xbb\xbfSubject: uno\n\n", NULL, 22}, {"\xef\xbb\xbf\xef\xbb\xbfSubject: uno\n\n", NULL, 20},
};

START_TEST(a_byte_order_mark_is_skipped)
{
	char const *value;
	struct reading r = read_copy(marked[_i].in, strlen(marked[_i].in));
	ck_assert_int_eq(mime_field(r.m, "Subject", &value), marked[_i].subject != NULL);
	if (marked[_i].subject)
		ck_assert_str_eq(value, marked[_i].subject);
	ck_assert_uint_eq(mime_part(r.m, 0)->body, marked[_i].body);
	free_reading(&r);
}
END_TEST

START_TEST(the_depth_of_parts_is_limited)
{
	for (int levels = MIME_DEPTH; levels <= MIME_DEPTH + 2; levels++) {
		struct buf in = BUF_ZERO;
		nest(&in, levels);
		struct reading r = read_copy(in.s, in.len);
		ck_assert_int_eq(r.fault, levels > MIME_DEPTH ? MIME_TOO_DEEP : MIME_OK);
		ck_assert_uint_eq(mime_count(r.m), MIME_DEPTH + 1);
		free_reading(&r);
		buf_free(&in);
	}
}
END_TEST

START_TEST(the_number_of_parts_is_limited)
{
	for (int parts = MIME_PARTS - 1; parts <= MIME_PARTS; parts++) {
		struct buf in = BUF_ZERO;
		put(&in, MULTI("x"));
		for (int i = 0; i < parts; i++)
			put(&in, "--x\n\n");
		struct reading r = read_copy(in.s, in.len);
		ck_assert_int_eq(r.fault, parts < MIME_PARTS ? MIME_OK : MIME_TOO_MANY);
		ck_assert_uint_eq(mime_count(r.m), MIME_PARTS);
		free_reading(&r);
		buf_free(&in);
	}
}
END_TEST

/* A field of that many octets after its colon, its line end included, in the main header or
   in a part's. */
static enum mime_fault sized_field(char const *name, size_t octets, bool inside)
{
	struct buf in = BUF_ZERO;
	if (inside)
		put(&in, MULTI("x") "--x\n");
	put(&in, name);
	put(&in, ":");
	for (size_t i = 0; i < octets - 1; i++)
		must(buf_putc(&in, i % 70 ? i % 70 == 1 ? ' ' : 'a' : '\n'));
	put(&in, "\n\nx");
	struct reading r = read_copy(in.s, in.len);
	enum mime_fault fault = r.fault;
	free_reading(&r);
	buf_free(&in);
	return fault;
}

START_TEST(only_fields_that_are_read_have_a_limit)
{
	static char const *const names[] = {
		"Subject", "message-id", "CONTENT-TYPE", "Content-Disposition", "Content-Transfer-Encoding", "Content-ID",
	};
	for (int inside = 0; inside < 2; inside++) {
		for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
			ck_assert_int_eq(sized_field(names[i], MIME_FIELD, inside), MIME_OK);
			ck_assert_int_eq(sized_field(names[i], MIME_FIELD + 1, inside), MIME_FIELD_LONG);
		}
		ck_assert_int_eq(sized_field("To", 10 * MIME_FIELD, inside), MIME_OK);
		ck_assert_int_eq(sized_field("X-Other", 10 * MIME_FIELD, inside), MIME_OK);
	}
}
END_TEST

/* --- Time ---------------------------------------------------------------------------------- */

#define FLOOD 2000000

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
	{MULTI("x") "--x\n", " \n", MIME_OK},
	{MULTI("x") "--x\n", "a", MIME_OK},
	{MULTI("x") "--x\nb: c\n", "a\n", MIME_OK},
	{MULTI("x") "--x\nContent-Type: \"", "a\n", MIME_FIELD_LONG},
	{"Content-Type: multipart/mixed; boundary=x\n", "--y\n", MIME_OK},
	{"Content-Type: multipart/mixed; boundary=x;\n", "--y;\n", MIME_FIELD_LONG},
	{"", "Content-Type: multipart/mixed; boundary=x\n--y\n", MIME_OK},
	{"To: ", "suscriptor#@correo-ejemplo.org,\n ", MIME_OK},
	{MULTI("x") "x\n", "x\n\nx--\n", MIME_OK},
	{"", "a: b\n", MIME_OK},
	{"", "a:\n", MIME_OK},
	{"", "a", MIME_OK},
	{"", "\n", MIME_OK},
	{"a: b\n\n", "x", MIME_OK},
	{"Subject: ", "=?utf-8?q?a?= ", MIME_FIELD_LONG},
	{"Content-Type: text/plain", "; a*#=b", MIME_FIELD_LONG},
	{"Content-Type: text/plain", "; charset=a", MIME_FIELD_LONG},
	{"Content-Type: text/plain", "(", MIME_FIELD_LONG},
	{"Content-Type: text/plain; charset=", "a ", MIME_FIELD_LONG},
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
	clock_t start = clock();
	struct reading r = read_copy(in->s, in->len);
	ck_assert_int_eq(r.fault, wanted);
	free_reading(&r);
	ck_assert(clock() - start < CLOCKS_PER_SEC / 2);
}

START_TEST(time_is_linear)
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

START_TEST(time_is_linear_in_long_fields)
{
	struct buf in = BUF_ZERO;
	put(&in, headers[_i][0]);
	fill(&in, headers[_i][1], MIME_FIELD - 60);
	put(&in, "\n\nx\n");
	read_quickly(&in, MIME_OK);
	buf_free(&in);
}
END_TEST

/* All levels are open, with long boundaries that differ in their last octet only, and lines that
   nearly match each. The multiparts are not divided yet, or divided correctly. */
START_TEST(time_is_linear_in_open_levels)
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
	tcase_add_loop_test(c, a_sample_cut_off_anywhere_gives_a_sound_tree, 0, (int)sample_count);
	tcase_add_loop_test(c, a_sample_reads_the_same_with_crlf, 0, (int)sample_count);
	tcase_add_loop_test(c, a_damaged_sample_gives_a_sound_tree, 0, (int)sample_count);
	tcase_add_loop_test(c, bodies_are_where_they_should_be, 0, sizeof bodies / sizeof *bodies);
	tcase_add_test(c, a_part_has_the_values_of_its_header);
	tcase_add_loop_test(c, a_transfer_encoding_is_known_by_its_usual_spellings, 0, sizeof encodings / sizeof *encodings);
	tcase_add_test(c, the_main_header_gives_its_fields);
	tcase_add_loop_test(c, a_byte_order_mark_is_skipped, 0, sizeof marked / sizeof *marked);
	tcase_add_test(c, the_depth_of_parts_is_limited);
	tcase_add_test(c, the_number_of_parts_is_limited);
	tcase_add_test(c, only_fields_that_are_read_have_a_limit);
	tcase_add_loop_test(c, time_is_linear, 0, sizeof floods / sizeof *floods);
	tcase_add_loop_test(c, time_is_linear_in_long_fields, 0, sizeof headers / sizeof *headers);
	tcase_add_loop_test(c, time_is_linear_in_open_levels, 0, 2);
	suite_add_tcase(s, c);
	return s;
}
