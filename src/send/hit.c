/* Hits as lines. */
#include "send/hit.h"

#include "base/ascii.h"
#include "base/num.h"

#include <string.h>

enum { FIELDS = 9, STATUS = 12, NUMBER_MAX = 19 };

static char const *const kinds[HIT_KINDS] = {"view", "open", "click", "unsub", "bounce", "complaint"};
static char const *const classes[] = {"-", "person", "proxy", "machine"};

static size_t put_word(char *out, size_t at, char const *word)
{
	size_t n = strlen(word);
	memcpy(out + at, word, n);
	out[at + n] = ' ';
	return at + n + 1;
}

static size_t put_number(char *out, size_t at, uint64_t v)
{
	char digits[NUM_FMT];
	num_fmt(digits, v);
	return put_word(out, at, v ? digits : "-");
}

/* Printable ASCII, at most `most` octets. */
static size_t put_text(char *out, size_t at, char const *s, size_t most, bool blanks)
{
	size_t from = at;
	for (; s && *s && at - from < most; s++)
		out[at++] = ascii_is_print(*s) && (blanks || *s != ' ') ? *s : '?';
	if (at == from)
		out[at++] = '-';
	return at;
}

size_t hit_format(char out[HIT_SIZE], struct hit const *h)
{
	size_t at = 0;
	out[at++] = '\n';
	at = put_word(out, at, kinds[h->kind]);
	at = put_number(out, at, h->plan);
	at = put_number(out, at, h->send);
	at = put_number(out, at, h->contact);
	at = put_number(out, at, h->link);
	at = put_word(out, at, classes[h->class]);
	at = put_number(out, at, h->seconds);
	at = put_text(out, at, h->status, STATUS, false);
	out[at++] = ' ';
	at = put_text(out, at, h->text, HIT_SIZE - at - 1, true);
	out[at++] = '\n';
	return at;
}

struct field {
	char const *s;
	size_t n;
};

/* Splits the line at its spaces. The last field extends to the end of the line. */
static bool split_fields(struct field field[FIELDS], char const *s, size_t n)
{
	for (size_t i = 0; i < FIELDS; i++) {
		char const *blank = i < FIELDS - 1 ? memchr(s, ' ', n) : NULL;
		if (i < FIELDS - 1 && !blank)
			return false;
		field[i] = (struct field){s, blank ? (size_t)(blank - s) : n};
		if (field[i].n == 0)
			return false;
		if (blank) {
			n -= field[i].n + 1;
			s = blank + 1;
		}
	}
	return true;
}

static bool is_word(struct field f, char const *word)
{
	return f.n == strlen(word) && memcmp(f.s, word, f.n) == 0;
}

/* Reads a field. `-` is 0; only a field that is not `needed` may be `-`. */
static bool read_number(uint64_t *out, struct field f, bool needed)
{
	if (is_word(f, "-")) {
		*out = 0;
		return !needed;
	}
	return num_scan(f.s, f.n, INT64_MAX, out) && *out > 0;
}

static char *keep_field(char const **out, char *room, struct field f)
{
	if (is_word(f, "-"))
		f.n = 0;
	memcpy(room, f.s, f.n);
	room[f.n] = 0;
	*out = room;
	return room + f.n + 1;
}

static bool is_printable(char const *s, size_t n)
{
	size_t i = 0;
	while (i < n && ascii_is_print(s[i]))
		i++;
	return i == n;
}

bool hit_parse(struct hit *h, char room[HIT_SIZE], char const *s, size_t n)
{
	struct field f[FIELDS];
	size_t kind = 0, class = 0;
	if (n > HIT_SIZE - 2 || !is_printable(s, n) || !split_fields(f, s, n))
		return false;
	while (kind < HIT_KINDS && !is_word(f[0], kinds[kind]))
		kind++;
	while (class < sizeof classes / sizeof *classes && !is_word(f[5], classes[class]))
		class++;
	if (kind == HIT_KINDS || class == sizeof classes / sizeof *classes || f[7].n > STATUS)
		return false;
	h->kind = (enum hit_kind)kind;
	h->class = (enum hit_class)class;
	keep_field(&h->text, keep_field(&h->status, room, f[7]), f[8]);
	return read_number(&h->plan, f[1], true) && read_number(&h->send, f[2], true)
		&& read_number(&h->contact, f[3], true) && read_number(&h->link, f[4], h->kind == HIT_CLICK)
		&& read_number(&h->seconds, f[6], true);
}

static bool has_any(char const *s, char const *const *words)
{
	for (; *words; words++)
		if (strstr(s, *words))
			return true;
	return false;
}

/* The image proxies of Gmail and Yahoo fetch when a person opens the mail. A bare
   `Mozilla/5.0` is Apple's and other clients' fetching in advance. */
enum hit_class hit_classify(char const *user_agent)
{
	static char const *const proxies[] = {"GoogleImageProxy", "YahooMailProxy", NULL};
	static char const *const machines[] = {"Barracuda", "BitSightBot", "bot/", "Bot/", "crawler", "curl/", "Cyren",
		"facebookexternalhit", "GoogleSafetyCheck", "Go-http-client", "HeadlessChrome", "Java/", "libwww", "Mimecast",
		"okhttp", "Proofpoint", "python-requests", "Python-urllib", "Slackbot", "spider", "Wget/", NULL};
	if (!user_agent || !*user_agent)
		return HIT_MACHINE;
	if (has_any(user_agent, proxies))
		return HIT_PROXY;
	return strcmp(user_agent, "Mozilla/5.0") == 0 || has_any(user_agent, machines) ? HIT_MACHINE : HIT_PERSON;
}
