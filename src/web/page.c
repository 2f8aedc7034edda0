/* Pages: see page.h. */
#include "web/page.h"

#include "base/base64.h"
#include "base/exitcode.h"
#include "base/num.h"
#include "base/utf8.h"
#include "web/style.h"

#include <skalibs/strerr.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* The page may use only what it contains, post forms only to this host, and be in no frame of
   other sites. */
#define POLICY "default-src 'none'; style-src 'sha256-%'; img-src 'self' data:; frame-src 'self'; form-action 'self'; " \
	"frame-ancestors 'none'; base-uri 'none'"

/* The logo: an envelope. */
#define LOGO "<svg viewBox=\"0 0 28 28\" aria-hidden=\"true\"><rect width=\"28\" height=\"28\" rx=\"8\" fill=\"#1d5bb8\"/>" \
	"<path d=\"M7 9.5h14v10H7z\" fill=\"none\" stroke=\"#fff\" stroke-width=\"1.8\" stroke-linejoin=\"round\"/>" \
	"<path d=\"m7 10 7 5.5 7-5.5\" fill=\"none\" stroke=\"#fff\" stroke-width=\"1.8\" stroke-linejoin=\"round\"/></svg>"

/* The logo as the icon of the window. */
#define ICON "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 28 28'%3E%3Crect width='28' height='28' " \
	"rx='8' fill='%231d5bb8'/%3E%3Cpath d='M7 9.5h14v10H7zm0 .5 7 5.5 7-5.5' fill='none' stroke='%23fff' stroke-width='1.8'/%3E%3C/svg%3E"

char const *page_word(struct page const *p, enum web_text t)
{
	return web_texts[t][p->language];
}

/* --- Printing ----------------------------------------------------------------------------- */

static void print_number(struct page *p, uint64_t v)
{
	char digits[NUM_FMT];
	size_t n = num_fmt(digits, v);
	for (size_t i = 0; i < n; i++) {
		response_put(&p->out, digits + i, 1);
		if ((n - i) % 3 == 1 && i + 1 < n)
			response_puts(&p->out, p->language == WEB_SPANISH ? "." : ",");
	}
}

/* Prints a date as `26 nov 2026, 17:30`, with the whole date for programs. */
static void print_date(struct page *p, char const *date)
{
	uint64_t month, day;
	if (!date || !date_is_iso(date, strlen(date)) || !num_scan(date + 5, 2, 12, &month) || !num_scan(date + 8, 2, 31, &day)) {
		response_puts(&p->out, "–");
		return;
	}
	page_print(p, "<time datetime=\"%t\">%i %h ", date, day, web_months[month - 1][p->language]);
	response_put(&p->out, date, 4);
	response_puts(&p->out, ", ");
	response_put(&p->out, date + 11, 5);
	response_puts(&p->out, "</time>");
}

static void print_token(struct page *p)
{
	page_print(p, "<input type=\"hidden\" name=\"token\" value=\"%t\">", p->token);
}

void page_print(struct page *p, char const *format, ...)
{
	char digits[NUM_FMT];
	char const *s;
	va_list args;
	va_start(args, format);
	for (char const *at = format; *at; at++) {
		size_t n = strcspn(at, "%");
		response_put(&p->out, at, n);
		at += n;
		if (!*at)
			break;
		switch (*++at) {
		case 't':
			s = va_arg(args, char const *);
			response_text(&p->out, s ? s : "", s ? strlen(s) : 0);
			break;
		case 'h':
			response_puts(&p->out, va_arg(args, char const *));
			break;
		case 'w':
			s = page_word(p, va_arg(args, unsigned int));
			response_text(&p->out, s, strlen(s));
			break;
		case 'u':
			print_number(p, va_arg(args, uint64_t));
			break;
		case 'i':
			response_put(&p->out, digits, num_fmt(digits, va_arg(args, uint64_t)));
			break;
		case 'd':
			print_date(p, va_arg(args, char const *));
			break;
		case 'p':
			response_text(&p->out, p->base, strlen(p->base));
			break;
		case 'k':
			print_token(p);
			break;
		default:
			response_puts(&p->out, "%");
		}
	}
	va_end(args);
}

void page_query_text(struct page *p, char const *s)
{
	static char const hex[] = "0123456789ABCDEF";
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		char const coded[] = {'%', hex[c >> 4], hex[c & 15]};
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		response_put(&p->out, plain ? s : coded, plain ? 1 : sizeof coded);
	}
}

void page_percent(struct page *p, uint64_t part, uint64_t whole)
{
	if (!whole) {
		response_puts(&p->out, "–");
		return;
	}
	uint64_t thousandths = (uint64_t)((double)part * 1000 / (double)whole + 0.5);
	if (part && !thousandths)
		page_print(p, "&lt;&nbsp;0%h1&nbsp;%%", p->language == WEB_SPANISH ? "," : ".");
	else
		page_print(p, "%u%h%i&nbsp;%%", thousandths / 10, p->language == WEB_SPANISH ? "," : ".", thousandths % 10);
}

void page_bar(struct page *p, uint64_t part, uint64_t whole, char const *classes)
{
	uint64_t width = whole ? (uint64_t)((double)(part < whole ? part : whole) * 1000 / (double)whole) : 0;
	page_print(p, "<svg class=\"bar%h\" viewBox=\"0 0 1000 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
		"<rect class=\"rest\" width=\"1000\" height=\"6\"/><rect width=\"%i\" height=\"6\"/></svg>", classes, width);
}

/* --- The frame ---------------------------------------------------------------------------- */

static void put_policy(struct page *p)
{
	unsigned char digest[HASH_OCTETS];
	char encoded[64];
	struct buf value = BUF_ZERO;
	char const *at = strchr(POLICY, '%');
	hash_of(digest, web_style, strlen(web_style));
	encoded[base64_encode(encoded, digest, sizeof digest)] = 0;
	if (!buf_put(&value, POLICY, (size_t)(at - POLICY)) || !buf_puts(&value, encoded) || !buf_puts(&value, at + 1)
		|| !buf_putc(&value, 0))
		strerr_dief(EXIT_TEMPORARY, "out of memory");
	response_field(&p->out, "Content-Security-Policy", value.s);
	buf_free(&value);
}

static void put_navigation(struct page *p, enum page_area area)
{
	static struct {
		enum page_area area;
		char const *path;
		enum web_text name;
	} const links[] = {
		{AREA_SENDS, "/", TEXT_SENDS}, {AREA_CONTACTS, "/contacts", TEXT_CONTACTS}, {AREA_GROUPS, "/groups", TEXT_GROUPS},
		{AREA_PIECES, "/pieces", TEXT_PIECES}, {AREA_TESTS, "/tests", TEXT_TESTS},
	};
	page_print(p, "<a class=\"skip\" href=\"#main\">%w</a><header class=\"top\"><div><a class=\"plan\" href=\"%p/\">" LOGO "%t</a>"
		"<nav aria-label=\"%w\">", TEXT_SKIP, p->plan_name, TEXT_AREAS);
	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		page_print(p, "<a href=\"%p%h\"%h>%w</a>", links[i].path, links[i].area == area ? " aria-current=\"page\"" : "", links[i].name);
	page_print(p, "</nav><div class=\"who\"><span>%t</span><form method=\"post\" action=\"%p/logout\">%k"
		"<button class=\"plain\">%w</button></form></div></div></header>", p->session.login, TEXT_LOGOUT);
}

void page_start(struct page *p, char const *status, enum page_area area, char const *title)
{
	response_start(&p->out, status, "text/html; charset=utf-8");
	put_policy(p);
	response_field(&p->out, "Referrer-Policy", "same-origin");
	response_field(&p->out, "Cross-Origin-Opener-Policy", "same-origin");
	page_print(p, "<!DOCTYPE html>\n<html lang=\"%h\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">"
		"<title>%t – %w</title><link rel=\"icon\" href=\"%h\"><style>%h</style></head><body>", p->language == WEB_SPANISH ? "es" : "en",
		title, TEXT_PANEL, ICON, web_style);
	if (*p->session.cookie)
		put_navigation(p, area);
	page_print(p, "<main id=\"main\"%h>", *p->session.cookie ? "" : " class=\"door\"");
	if (!*p->session.cookie)
		page_print(p, "<div class=\"plan\">" LOGO "%w</div>", TEXT_PANEL);
}

void page_end(struct page *p)
{
	page_print(p, "</main>");
	if (*p->session.cookie)
		page_print(p, "<footer>%w</footer>", TEXT_UTC);
	page_print(p, "</body></html>\n");
}

void page_send(struct page *p)
{
	if (!response_end(&p->out, !strcmp(p->request.method, "HEAD")))
		strerr_diefusys(EXIT_TEMPORARY, "write the response");
	request_end(&p->request);
}

void page_stop(struct page *p, int code, char const *status, enum web_text title, enum web_text why)
{
	page_start(p, status, AREA_NONE, page_word(p, title));
	page_print(p, "<div class=\"card empty\"><h1>%w</h1><p>%w</p><p><a class=\"button\" href=\"%p/\">%w</a></p></div>", title, why,
		*p->session.cookie ? TEXT_BACK_SENDS : TEXT_LOGIN);
	page_end(p);
	if (p->store) {
		p->store->rollback(p->store);
		p->store->close(p->store);
	}
	page_send(p);
	exit(code);
}

void page_out_of_memory(struct page *p)
{
	strerr_warnw("out of memory");
	page_stop(p, EXIT_TEMPORARY, "503 Service Unavailable", TEXT_FAILED, TEXT_FAILED_WHY);
}

void page_not_found(struct page *p)
{
	page_stop(p, 0, "404 Not Found", TEXT_NOT_FOUND, TEXT_NOT_FOUND_WHY);
}

void page_store_failed(struct page *p)
{
	strerr_warnw("unable to use the store: ", p->store ? p->store->reason : "out of memory");
	page_stop(p, EXIT_TEMPORARY, "503 Service Unavailable", TEXT_FAILED, TEXT_FAILED_WHY);
}

void page_redirect(struct page *p, char const *path, char const *query)
{
	struct buf target = BUF_ZERO;
	if (!buf_puts(&target, p->base) || !buf_puts(&target, path) || (query && (!buf_putc(&target, '?') || !buf_puts(&target, query)))
		|| !buf_putc(&target, 0))
		page_out_of_memory(p);
	response_start(&p->out, "303 See Other", "text/plain; charset=utf-8");
	response_field(&p->out, "Location", target.s);
	buf_free(&target);
}

/* --- Rows --------------------------------------------------------------------------------- */

void page_run(struct page *p, char const *sql, size_t n, struct store_value const *values, store_row *row, void *arg)
{
	if (p->store->run(p->store, sql, n, values, row, arg) != STORE_OK)
		page_store_failed(p);
}

void page_require(struct page *p, char const *sql, uint64_t id)
{
	uint64_t found = 0;
	if (store_read_number(p->store, sql, STORE_VALUES(store_number(p->plan), store_number(id)), &found) != STORE_OK)
		page_store_failed(p);
	if (!found)
		page_not_found(p);
}

void page_pattern(struct page *p, struct buf *out, char const *text)
{
	bool done = buf_putc(out, '%');
	for (; *text && done; text++)
		done = (!strchr("%_!", *text) || buf_putc(out, '!')) && buf_putc(out, *text);
	if (!done || !buf_putc(out, '%') || !buf_putc(out, 0))
		page_out_of_memory(p);
}

void page_search(struct page *p, char const *path, enum web_text label, char const *text)
{
	page_print(p, "<form class=\"search\" role=\"search\" action=\"%p%h\"><label class=\"hide\" for=\"q\">%w</label>"
		"<input id=\"q\" name=\"q\" type=\"search\" value=\"%t\" placeholder=\"%w\" dir=\"auto\"><button class=\"plain\">%w</button></form>",
		path, label, text, label, TEXT_SEARCH);
}

void page_empty(struct page *p, enum web_text title, enum web_text why, char const *all)
{
	page_print(p, "<div class=\"empty\"><strong>%w</strong>%w", title, why);
	if (all)
		page_print(p, "<p><a class=\"button plain\" href=\"%p%h\">%w</a></p>", all, TEXT_SHOW_ALL);
	page_print(p, "</div>");
}

void page_done(struct page *p, struct page_done const *done)
{
	char const *value = page_text_field(p, "done");
	for (; done->value; done++)
		if (!strcmp(value, done->value))
			page_print(p, "<p class=\"note %h\" role=\"status\">%w</p>", done->class, done->text);
}

char const *page_text_field(struct page const *p, char const *name)
{
	char const *s = form_value(&p->query, name);
	return s && utf8_valid(s, strlen(s)) ? s : "";
}
