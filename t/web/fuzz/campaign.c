/* A campaign with hostile subject, name, text and HTML, which are the strings of the input. The
   message has the fields of campaign_compose and no others, each once, and the options are those
   that were set. */
#include "web/campaign.h"
#include "fuzz.h"

#include <strings.h>

static char const *const fields[] = {"Subject", "X-Teenvio-Name", "X-Teenvio-ShowCab", "X-Teenvio-SocialLinks", "X-Teenvio-Language",
	"X-Teenvio-TrackingOpening", "X-Teenvio-TrackingClicks", "MIME-Version", "Content-Type"};

enum { FIELDS = sizeof fields / sizeof *fields };

static size_t field_of(char const *s)
{
	size_t i = 0;
	while (i < FIELDS && (strncasecmp(s, fields[i], strlen(fields[i])) || s[strlen(fields[i])] != ':'))
		i++;
	return i;
}

/* A string: the header is read with the functions of strings. */
static void check_header(char const *s)
{
	unsigned int seen[FIELDS] = {0};
	for (char const *end; strncmp(s, "\r\n", 2); s = end + 2) {
		end = strstr(s, "\r\n");
		must(end && end > s && end - s <= 998);
		for (char const *c = s; c < end; c++)
			must(*c != '\r' && *c != '\n' && (unsigned char)*c < 0x80);
		if (*s == ' ' || *s == '\t')
			continue;
		size_t i = field_of(s);
		must(i < FIELDS && !seen[i]++);
	}
	for (size_t i = 0; i < FIELDS; i++)
		must(seen[i] || i == 1);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char *string[4] = {NULL};
	uint8_t choice = fuzz_choice(data, &n);
	size_t at = 0;
	for (int i = 0; i < 4; i++) {
		uint8_t const *nul = at < n ? memchr(data + at, 0, n - at) : NULL;
		size_t end = nul ? (size_t)(nul - data) : n;
		string[i] = calloc(end - at + 1, 1);
		must(string[i]);
		memcpy(string[i], data + at, end - at);
		at = nul ? end + 1 : n;
	}
	struct campaign c = {.subject = string[0], .name = choice & 1 ? string[1] : NULL, .text = string[2], .html = choice & 2 ? string[3] : NULL,
		.options = {.show_header = choice & 4, .social_links = choice & 8, .track_opens = choice & 16, .track_clicks = choice & 32, .language = 4}};
	struct buf out = BUF_ZERO;
	struct message msg;
	struct message_options options;
	must(campaign_compose(&out, &c, "X-Teenvio-") && buf_putc(&out, 0));
	check_header(out.s);
	enum message_verdict v = message_read(&msg, out.s, out.len - 1);
	must(v == MESSAGE_OK || v == MESSAGE_NO_HTML || v == MESSAGE_BLANK_TEXT || v == MESSAGE_BLANK_HTML || v == MESSAGE_BLANK_BOTH);
	must((v == MESSAGE_NO_HTML) == !c.html || v == MESSAGE_BLANK_TEXT);
	message_options(msg.mime, "X-Teenvio-", &options);
	must(options.show_header == c.options.show_header && options.social_links == c.options.social_links && options.language == 4
		&& options.track_opens == c.options.track_opens && options.track_clicks == c.options.track_clicks);
	message_free(&msg);
	buf_free(&out);
	for (int i = 0; i < 4; i++)
		free(string[i]);
	return 0;
}
