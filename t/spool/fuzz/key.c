/* The key of a message: a new Date, Received field or boundary does not change it, and any added
   octet does. */
#define _GNU_SOURCE /* memmem */
#include "spool/key.h"
#include "fuzz.h"

static struct envelope envelope;

static int key_of(char key[SPOOL_KEY], char const *s, size_t n)
{
	return spool_key(key, "acme", &envelope, s, n, "fa8896c2351f8b7e73ac3a3d209c6ac5");
}

/* Makes a message of s[0..n) and a header of ours. */
static void make_message(struct buf *out, char const *boundary, char const *date, char const *s, size_t n)
{
	out->len = 0;
	must(buf_puts(out, "Message-ID: <1@x>\nDate: ") && buf_puts(out, date) && buf_puts(out, "\nReceived: from ")
		&& buf_puts(out, date) && buf_puts(out, "\nContent-Type: multipart/mixed; boundary=\"") && buf_puts(out, boundary)
		&& buf_puts(out, "\"\n\n--") && buf_puts(out, boundary) && buf_puts(out, "\n\n") && buf_put(out, s, n)
		&& buf_puts(out, "\n--") && buf_puts(out, boundary) && buf_puts(out, "--\n"));
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	static char const text[] = "Fr@d.es\0Ta@x.es\0";
	char key[3][SPOOL_KEY];
	struct buf one = BUF_ZERO, two = BUF_ZERO;
	char *s = fuzz_copy(data, n);
	envelope_init(&envelope, 10);
	must(envelope_feed(&envelope, text, sizeof text) == ENVELOPE_DONE);
	int keyed = key_of(key[0], s, n);
	must(keyed == 0 || keyed == 1);
	must(strlen(key[0]) == (keyed ? 64u : 32u));
	make_message(&one, "first-boundary", "1", s, n);
	make_message(&two, "another", "2", s, n);
	must(key_of(key[0], one.s, one.len) == 1 && key_of(key[1], two.s, two.len) == 1);
	if (!memmem(s, n, "first-boundary", 14) && !memmem(s, n, "another", 7))
		must(!strcmp(key[0], key[1]));
	must(buf_putc(&one, 'x') && key_of(key[2], one.s, one.len) == 1);
	must(strcmp(key[0], key[2]));
	buf_free(&one);
	buf_free(&two);
	envelope_free(&envelope);
	free(s);
	return 0;
}
