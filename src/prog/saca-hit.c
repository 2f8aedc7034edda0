/* saca-hit: the public web side, a CGI/1.1 program. It answers for the tokens in
   mails: the view page, the open pixel, clicks and unsubscriptions. It reads the keys of the
   tokens and the published sends, and appends to hits/; it does not use the store. */
#include "base/ascii.h"
#include "base/buf.h"
#include "base/exitcode.h"
#include "base/setid.h"
#include "base/version.h"
#include "send/hits.h"
#include "send/linkkeys.h"
#include "send/publish.h"
#include "send/token.h"
#include "send/words.h"
#include "web/request.h"
#include "web/response.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#define HTML "text/html; charset=utf-8"

/* For saca's own pages: nothing is loaded, and the button posts to the page itself. */
#define OWN_POLICY "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
/* For a view page, whose HTML is untrusted: it may only open links. */
#define VIEW_POLICY "sandbox allow-popups allow-popups-to-escape-sandbox"

#define PAGE_START "<!DOCTYPE html>\n<html lang=\"%\"><head><meta charset=\"utf-8\">" \
	"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\"><title>"
#define PAGE_STYLE "</title><style>" \
	"body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;background:#f4f5f7;color:#1c1e21;" \
	"font:17px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}" \
	"main{background:#fff;border-radius:12px;box-shadow:0 1px 3px #0002;padding:2.5rem 2rem;margin:1rem;max-width:30rem;text-align:center;" \
	"overflow-wrap:anywhere}" \
	"h1{font-size:1.25rem;line-height:1.4;margin:0}" \
	"button{font:inherit;font-weight:600;margin-top:1.75rem;padding:.75rem 2rem;border:0;border-radius:8px;background:#1f5fbf;color:#fff;cursor:pointer}" \
	"button:hover{background:#174a96}button:focus-visible{outline:3px solid #8db8f5;outline-offset:2px}" \
	"@media(prefers-color-scheme:dark){body{background:#16181c;color:#e6e8eb}main{background:#22262c}}" \
	"</style></head><body><main><h1>"
#define PAGE_END "</main></body></html>\n"

/* A GIF of one transparent pixel (GIF89a). */
static char const pixel[] = "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";

static struct request request;
static struct response response;
static struct linkkeys keys;
static char const *hits_folder, *published_folder;

static void send_response(void)
{
	if (!response_end(&response, strcmp(request.method, "HEAD") == 0))
		strerr_diefusys(EXIT_TEMPORARY, "write the response");
	request_end(&request);
}

static void send_page(char const *status, char const *language, char const *title, bool button, char const *label)
{
	char const *lang = strchr(PAGE_START, '%');
	response_start(&response, status, HTML);
	response_field(&response, "Content-Security-Policy", OWN_POLICY);
	response_field(&response, "Referrer-Policy", "no-referrer");
	response_put(&response, PAGE_START, (size_t)(lang - PAGE_START));
	response_puts(&response, language);
	response_puts(&response, lang + 1);
	response_text(&response, title, strlen(title));
	response_puts(&response, PAGE_STYLE);
	response_text(&response, title, strlen(title));
	response_puts(&response, "</h1>");
	if (button) {
		response_puts(&response, "<form method=\"post\"><button type=\"submit\">");
		response_text(&response, label, strlen(label));
		response_puts(&response, "</button></form>");
	}
	response_puts(&response, PAGE_END);
	send_response();
}

static void send_not_found(void)
{
	send_page("404 Not Found", "en", "404", false, NULL);
}

/* Answers after a failure of saca. The server's log has the reason. */
static void send_unavailable(void)
{
	send_page("503 Service Unavailable", "en", "503", false, NULL);
}

/* Is the page fetched in advance, not yet for a person? */
static bool is_prefetch(void)
{
	static char const *const fields[] = {"HTTP_PURPOSE", "HTTP_SEC_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ"};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (strncmp(request_field(fields[i]), "prefetch", 8) == 0 || strcmp(request_field(fields[i]), "preview") == 0)
			return true;
	return false;
}

/* Appends the hit. False: it could not be written, which the operator reads in the server's log. */
static bool write_hit(enum hit_kind kind, struct token const *t)
{
	struct hit h = {.kind = kind, .class = hit_classify(request.user_agent), .plan = t->plan, .send = t->send,
		.contact = t->contact, .link = t->link, .seconds = (uint64_t)time(NULL)};
	if (hits_append(hits_folder, &h, kind == HIT_UNSUB))
		return true;
	strerr_warnwusys("write to ", hits_folder);
	return false;
}

/* Counts a GET (not a HEAD). If the hit cannot be written, the page is shown all the same. */
static void count_get(enum hit_kind kind, struct token const *t)
{
	if (strcmp(request.method, "GET") == 0 && !is_prefetch())
		(void)write_hit(kind, t);
}

/* --- The four kinds ----------------------------------------------------------------------- */

static void answer_view(struct token const *t, struct published const *p)
{
	struct stencil_filler filler = {.plan = t->plan, .send = t->send, .contact = t->contact,
		.mac = linkkeys_mac, .keys = &keys, .key = keys.first};
	response_start(&response, "200 OK", HTML);
	response_field(&response, "Content-Security-Policy", VIEW_POLICY);
	response_field(&response, "X-Robots-Tag", "noindex");
	response_field(&response, "Referrer-Policy", "no-referrer");
	if (!publish_page(&response.body, p, &filler)) {
		strerr_warnwusys("fill in the view page");
		send_unavailable();
		return;
	}
	count_get(HIT_VIEW, t);
	send_response();
}

static void answer_open(struct token const *t, struct published const *p)
{
	(void)p;
	response_start(&response, "200 OK", "image/gif");
	response_put(&response, pixel, sizeof pixel - 1);
	count_get(HIT_OPEN, t);
	send_response();
}

/* Writes the Location field. Percent-encodes blanks, controls and octets above 0x7e, so that it
   stays one line. */
static void put_location(struct publish_text url)
{
	static char const hex[] = "0123456789ABCDEF";
	struct buf value = BUF_ZERO;
	for (size_t i = 0; i < url.n; i++) {
		unsigned char c = (unsigned char)url.s[i];
		char coded[] = {'%', hex[c >> 4], hex[c & 15]};
		bool plain = c > ' ' && c < 0x7f;
		if (!buf_put(&value, plain ? url.s + i : coded, plain ? 1 : 3))
			response.no_memory = true;
	}
	if (!buf_putc(&value, 0))
		response.no_memory = true;
	else
		response_field(&response, "Location", value.s);
	buf_free(&value);
}

static void answer_click(struct token const *t, struct published const *p)
{
	struct publish_text url;
	enum publish_result r = publish_link(p, t->link, &url);
	if (r == PUBLISH_FAILED) {
		strerr_warnwusys("read a link of a published send");
		send_unavailable();
		return;
	}
	if (r == PUBLISH_NONE) {
		send_not_found();
		return;
	}
	count_get(HIT_CLICK, t);
	response_start(&response, "302 Found", HTML);
	put_location(url);
	response_field(&response, "Referrer-Policy", "no-referrer");
	send_response();
}

/* The sentence with the sender's name in the place of %s. */
static char const *fill_sentence(struct buf *out, char const *sentence, struct publish_text sender)
{
	char const *at = strstr(sentence, "%s");
	if (!buf_put(out, sentence, (size_t)(at - sentence)) || !buf_put(out, sender.s, sender.n) || !buf_put(out, at + 2, strlen(at + 2) + 1))
		strerr_dief(EXIT_TEMPORARY, "out of memory");
	return out->s;
}

/* A GET only shows the button: scanners follow every link. */
static void answer_unsubscribe(struct token const *t, struct published const *p)
{
	struct words const *w = words_find(p->language);
	struct buf sentence = BUF_ZERO;
	bool posted = strcmp(request.method, "POST") == 0;
	if (posted && !write_hit(HIT_UNSUB, t))
		send_unavailable();
	else
		send_page("200 OK", w->tag, fill_sentence(&sentence, posted ? w->done : w->question, p->sender), !posted, w->unsubscribe);
	buf_free(&sentence);
}

/* --- The request ------------------------------------------------------------------------------ */

static struct answer {
	enum token_kind kind;
	char const *before, *after; /* of the token in PATH_INFO */
	bool post;
	void (*answer)(struct token const *t, struct published const *p);
} const answers[] = {
	{TOKEN_VIEW, "/v/", "", false, answer_view},
	{TOKEN_OPEN, "/o/", ".gif", false, answer_open},
	{TOKEN_CLICK, "/c/", "", false, answer_click},
	{TOKEN_UNSUBSCRIBE, "/u/", "", true, answer_unsubscribe},
};

/* Finds the row that matches the path, and the token between its beginning and its ending. NULL:
   no row matches. */
static struct answer const *find_answer(char const *path, char const **token, size_t *n)
{
	size_t len = strlen(path);
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		struct answer const *a = &answers[i];
		size_t before = strlen(a->before), after = strlen(a->after);
		if (len >= before + after && memcmp(path, a->before, before) == 0
			&& ascii_case_equal(path + len - after, after, a->after, after)) {
			*token = path + before;
			*n = len - before - after;
			return a;
		}
	}
	return NULL;
}

static void answer_request(void)
{
	char const *s;
	size_t n;
	struct token t;
	struct published p;
	struct answer const *a = find_answer(request.path, &s, &n);
	if (!a || !token_read(&t, s, n, linkkeys_mac, &keys) || t.kind != a->kind) {
		send_not_found();
		return;
	}
	if (!request_is_get(&request) && !(a->post && strcmp(request.method, "POST") == 0)) {
		response_start(&response, "405 Method Not Allowed", HTML);
		response_field(&response, "Allow", a->post ? "GET, HEAD, POST" : "GET, HEAD");
		send_response();
		return;
	}
	enum publish_result r = publish_open(&p, published_folder, t.send);
	if (r == PUBLISH_FOUND && p.plan == t.plan)
		a->answer(&t, &p);
	else if (r == PUBLISH_FAILED) {
		strerr_warnwusys("read a published send in ", published_folder);
		send_unavailable();
	} else
		send_not_found();
	if (r == PUBLISH_FOUND)
		publish_close(&p);
}

static char const *needed_setting(char const *name)
{
	char const *value = getenv(name);
	if (!value || !*value) {
		send_unavailable();
		strerr_dief(EXIT_MISUSE, name, " is not set");
	}
	return value;
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-hit";
	setid_refuse();
	if (argc == 2 && strcmp(argv[1], "-V") == 0)
		version_exit();
	request_start(&request);
	char const *keyfile = needed_setting("SACA_LINK_KEYS");
	published_folder = needed_setting("SACA_PUBLISHED");
	hits_folder = needed_setting("SACA_HITS");
	if (!linkkeys_read(&keys, keyfile)) {
		strerr_warnwusys("read the keys in ", keyfile);
		send_unavailable();
		return EXIT_TEMPORARY;
	}
	answer_request();
	return 0;
}
