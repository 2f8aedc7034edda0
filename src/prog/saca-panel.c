/* saca-panel: the pages of a plan's users, a CGI/1.1 program. saca-panel(8). */
#include "accounts/senders.h"
#include "base/date.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/num.h"
#include "base/setid.h"
#include "base/utf8.h"
#include "base/version.h"
#include "base/wipe.h"
#include "mail/address.h"
#include "web/login.h"
#include "web/panel.h"

#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BODY_OCTETS 65536
#define KEY_LEAST 32
#define KEY_MOST 4096

static struct page page;
static struct hash_key key;
/* Of SACA_URL: `https://panel.example.com`, `panel.example.com`, `/path`. */
static char origin[256], host_name[256], base[256];

/* --- Settings ----------------------------------------------------------------------------- */

static _Noreturn void stop_misconfigured(char const *name, char const *why)
{
	strerr_warnw(name, why);
	page_stop(&page, EXIT_MISUSE, "503 Service Unavailable", TEXT_FAILED, TEXT_FAILED_WHY);
}

static _Noreturn void stop_failed(char const *what, char const *name)
{
	strerr_warnwusys(what, name);
	page_stop(&page, EXIT_TEMPORARY, "503 Service Unavailable", TEXT_FAILED, TEXT_FAILED_WHY);
}

static char const *setting(char const *name)
{
	char const *value = getenv(name);
	if (!value || !*value)
		stop_misconfigured(name, " is not set");
	return value;
}

/* Splits SACA_URL. A cookie whose name begins with __Host- needs https. */
static void read_url(void)
{
	char const *url = setting("SACA_URL"), *host = url + sizeof "https://" - 1;
	if (strncmp(url, "https://", sizeof "https://" - 1) || !*host || *host == '/' || strlen(url) >= sizeof origin || strpbrk(url, "?#\"<> "))
		stop_misconfigured("SACA_URL", " is not a URL such as https://panel.example.com");
	size_t n = sizeof "https://" - 1 + strcspn(host, "/");
	memcpy(origin, url, n);
	memcpy(host_name, host, strcspn(host, ":/"));
	strcpy(base, url + n);
	for (n = strlen(base); n && base[n - 1] == '/';)
		base[--n] = 0;
}

static void read_settings(void)
{
	char const *queue = getenv("SACA_QUEUE"), *prefix = getenv("SACA_PREFIX");
	read_url();
	page.settings = (struct page_settings){.login = setting("SACA_LOGIN"), .senders = setting("SACA_SENDERS"),
		.queue = queue && *queue ? queue : NULL, .prefix = prefix && *prefix ? prefix : "X-Teenvio-", .host = host_name};
}

static void read_key(void)
{
	char const *path = setting("SACA_PANEL_KEY");
	char octets[KEY_MOST];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fd_read(fd, octets, sizeof octets);
	if (n < 0)
		stop_failed("read ", path);
	close(fd);
	if (n < KEY_LEAST)
		stop_misconfigured(path, " has fewer than 32 octets");
	hash_key_init(&key, octets, (size_t)n);
	wipe(octets, sizeof octets);
}

/* --- The store ---------------------------------------------------------------------------- */

static void check_store(enum store_result r)
{
	if (r != STORE_OK)
		page_store_failed(&page);
}

/* Opens the store and begins a transaction. */
static void open_store(bool write)
{
	check_store(store_open(&page.store, setting("SACA_STORE"), write));
	check_store(page.store->begin(page.store, write ? STORE_WRITE : STORE_READ));
	check_store(store_now(page.store, page.now));
}

static void find_plan(char const *name)
{
	check_store(store_read_number(page.store, "SELECT id FROM plan WHERE name = $1", STORE_VALUES(store_string(name)), &page.plan));
}

static bool keep_date(void *arg, size_t n, char const *const *column, size_t const *length)
{
	char *date = arg;
	(void)n;
	if (length[0] < DATE_ISO)
		memcpy(date, column[0], length[0] + 1);
	return false;
}

/* Reads the time up to which sessions of the login are void; "": all are valid. */
static void read_valid_from(char out[DATE_ISO], char const *login)
{
	*out = 0;
	page_run(&page, "SELECT valid_from FROM login WHERE plan_id = $1 AND username = $2",
		STORE_VALUES(store_number(page.plan), store_string(login)), keep_date, out);
}

/* --- Sessions ----------------------------------------------------------------------------- */

/* Reads the fingerprint of a login. False: the accounts do not have it. */
static bool find_fingerprint(char const *login, unsigned char fingerprint[SENDERS_FINGERPRINT])
{
	struct senders senders = SENDERS_ZERO;
	char const *path = page.settings.senders;
	if (!senders_open(&senders, path))
		stop_failed("open ", path);
	enum senders_result r = senders_login(&senders, login, strlen(login), fingerprint);
	senders_close(&senders);
	if (r == SENDERS_DAMAGED)
		stop_misconfigured(path, " is damaged: compile the accounts again");
	return r == SENDERS_YES;
}

/* Opens the store for the session of the cookie. False: there is no session. */
static bool open_session(void)
{
	unsigned char fingerprint[SENDERS_FINGERPRINT];
	char valid_from[DATE_ISO];
	struct web_session s;
	if (!web_session_read(&s, page.request.cookie) || !find_fingerprint(s.login, fingerprint) || !web_session_is_ours(&s, &key, fingerprint))
		return false;
	open_store(!request_is_get(&page.request));
	page.plan_name = s.login + address_login_plan(s.login, strlen(s.login));
	find_plan(page.plan_name);
	read_valid_from(valid_from, s.login);
	/* dates of one format compare as strings */
	if (strcmp(s.date, valid_from) <= 0 || date_seconds(page.now) - date_seconds(s.date) >= SESSION_SECONDS)
		return false;
	page.session = s;
	page.plan_name = page.session.login + (page.plan_name - s.login);
	web_session_token(page.token, &key, &page.session);
	return true;
}

static void set_cookie(char const *value, unsigned int seconds)
{
	char field[SESSION_COOKIE + 120];
	snprintf(field, sizeof field, SESSION_NAME "=%s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=%u", value, seconds);
	response_field(&page.out, "Set-Cookie", field);
}

/* --- Login and logout --------------------------------------------------------------------- */

static void show_login(char const *status, char const *user, char const *class, enum web_text note)
{
	page_start(&page, status, AREA_NONE, page_word(&page, TEXT_LOGIN));
	page_print(&page, "<div class=\"card\"><h1>%w</h1>", TEXT_LOGIN_TITLE);
	if (class)
		page_print(&page, "<p class=\"note %h\" role=\"alert\">%w</p>", class, note);
	page_print(&page, "<form method=\"post\" action=\"%p/login\"><div class=\"field\"><label for=\"user\">%w</label>"
		"<input id=\"user\" name=\"user\" value=\"%t\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" required%h></div>"
		"<div class=\"field\"><label for=\"password\">%w</label>"
		"<input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required></div>"
		"<button>%w</button></form></div>", TEXT_USER, user, *user ? "" : " autofocus", TEXT_PASSWORD, TEXT_LOGIN);
	page_end(&page);
}

/* Begins a session and remembers it in a cookie. Its date is after valid_from, also when the last logout
   was within this second. */
static void begin_session(struct web_user const *user)
{
	unsigned char fingerprint[SENDERS_FINGERPRINT];
	char date[DATE_ISO], valid_from[DATE_ISO];
	if (!find_fingerprint(user->name, fingerprint))
		stop_misconfigured(user->name, " is in passwords.cdb and not in senders.cdb: compile the accounts again");
	open_store(false);
	find_plan(user->plan);
	read_valid_from(valid_from, user->name);
	strcpy(date, page.now);
	if (strcmp(date, valid_from) <= 0)
		date_add(date, valid_from, 1);
	struct web_session s;
	web_session_start(&s, &key, user->name, date, fingerprint);
	page_redirect(&page, "/", NULL);
	set_cookie(s.cookie, SESSION_SECONDS);
}

static void answer_login(void)
{
	char reason[ASK_REASON];
	struct web_user user = {.plan = NULL};
	if (request_is_get(&page.request)) {
		show_login("200 OK", "", NULL, TEXT_LOGIN);
		return;
	}
	char const *name = form_value(&page.body, "user"), *password = form_value(&page.body, "password");
	name = name && utf8_valid(name, strlen(name)) ? name : "";
	switch (web_login_check(&user, page.settings.login, name, password ? password : "", page.request.address, reason)) {
	case WEB_LOGIN_YES:
		begin_session(&user);
		break;
	case WEB_LOGIN_NO:
		show_login("403 Forbidden", name, "bad", TEXT_WRONG_LOGIN);
		break;
	case WEB_LOGIN_TOO_MANY:
		show_login("429 Too Many Requests", name, "bad", TEXT_TOO_MANY_LOGINS);
		break;
	case WEB_LOGIN_LATER:
		strerr_warnw("unable to check a login: ", reason);
		show_login("503 Service Unavailable", name, "warn", TEXT_LATER);
	}
}

/* Voids every session of the login that has begun so far. */
static void answer_logout(struct page *p, uint64_t id)
{
	char const *until = strcmp(p->now, p->session.date) > 0 ? p->now : p->session.date;
	(void)id;
	page_run(p, "INSERT INTO plan (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", STORE_VALUES(store_string(p->plan_name)), NULL, NULL);
	find_plan(p->plan_name);
	page_run(p, "INSERT INTO login (plan_id, username, valid_from) VALUES ($1, $2, $3)"
		" ON CONFLICT (plan_id, username) DO UPDATE SET valid_from = excluded.valid_from",
		STORE_VALUES(store_number(p->plan), store_string(p->session.login), store_time((struct slice){until, strlen(until)})), NULL, NULL);
	page_redirect(p, "/login", NULL);
	set_cookie("", 0);
}

/* --- Routes ------------------------------------------------------------------------------- */

/* A `#` in a path is a number, the page's id. */
static struct route {
	bool is_post;
	char const *path;
	void (*answer)(struct page *p, uint64_t id);
} const routes[] = {
	{false, "/", panel_sends},
	{false, "/sends/#", panel_send},
	{false, "/sends/#/chart.svg", panel_chart},
	{false, "/sends/#/people", panel_people},
	{false, "/sends/#/people.csv", panel_people_csv},
	{true, "/sends/#/pause", panel_pause},
	{true, "/sends/#/resume", panel_resume},
	{true, "/sends/#/cancel", panel_cancel},
	{false, "/groups", panel_groups},
	{false, "/groups/#", panel_group},
	{false, "/groups/#/contacts.csv", panel_group_csv},
	{false, "/contacts", panel_contacts},
	{false, "/contacts.csv", panel_contacts_csv},
	{false, "/contacts/#", panel_contact},
	{true, "/contacts/#/unsubscribe", panel_unsubscribe},
	{true, "/contacts/#/undo", panel_undo},
	{false, "/pieces", panel_pieces},
	{false, "/pieces/#", panel_piece},
	{false, "/pieces/#/html", panel_piece_html},
	{false, "/tests", panel_tests},
	{false, "/tests/#", panel_test},
	{true, "/tests/#/send", panel_send_real},
	{true, "/logout", answer_logout},
};

static bool path_matches(char const *pattern, char const *path, uint64_t *id)
{
	size_t head = strcspn(pattern, "#"), digits = 0;
	*id = 0;
	if (!pattern[head])
		return !strcmp(pattern, path);
	if (strncmp(pattern, path, head))
		return false;
	digits = strspn(path + head, "0123456789");
	return path[head] != '0' && num_scan(path + head, digits, INT64_MAX, id) && !strcmp(pattern + head + 1, path + head + digits);
}

static void route_request(bool is_post)
{
	char const *path = *page.request.path ? page.request.path : "/";
	bool known = false;
	uint64_t id;
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		if (!path_matches(routes[i].path, path, &id))
			continue;
		known = true;
		if (routes[i].is_post == is_post) {
			routes[i].answer(&page, id);
			return;
		}
	}
	if (known)
		page_stop(&page, 0, "405 Method Not Allowed", TEXT_BAD_METHOD, TEXT_NOT_FOUND_WHY);
	page_not_found(&page);
}

/* --- The request -------------------------------------------------------------------------- */

/* Did one of our own pages send this form? Checks the origin that the browser gives, and the
   token. */
static bool form_is_from_here(void)
{
	char const *from = request_field("HTTP_ORIGIN"), *site = request_field("HTTP_SEC_FETCH_SITE");
	return (!*from || !strcmp(from, origin)) && (!*site || !strcmp(site, "same-origin") || !strcmp(site, "none"));
}

static void read_forms(bool is_post)
{
	enum form_fault fault = request_query(&page.request, &page.query);
	if (fault == FORM_OK && is_post && !request_body(&page.request, BODY_OCTETS, &page.body, &fault)) {
		if (errno == EMSGSIZE)
			page_stop(&page, 0, "413 Content Too Large", TEXT_BAD_REQUEST, TEXT_FORBIDDEN_WHY);
		fault = FORM_SYNTAX;
	}
	if (fault != FORM_OK)
		page_stop(&page, 0, "400 Bad Request", TEXT_BAD_REQUEST, TEXT_NOT_FOUND_WHY);
}

static void stop_forbidden(void)
{
	page_stop(&page, 0, "403 Forbidden", TEXT_FORBIDDEN, TEXT_FORBIDDEN_WHY);
}

static void answer_request(void)
{
	bool is_post = !strcmp(page.request.method, "POST");
	if (!is_post && !request_is_get(&page.request))
		page_stop(&page, 0, "405 Method Not Allowed", TEXT_BAD_METHOD, TEXT_NOT_FOUND_WHY);
	read_forms(is_post);
	if (is_post && !form_is_from_here())
		stop_forbidden();
	if (!strcmp(page.request.path, "/login")) {
		answer_login();
	} else if (!open_session()) {
		page_redirect(&page, "/login", NULL);
	} else {
		if (is_post && !web_session_has_token(&page.session, &key, form_value(&page.body, "token")))
			stop_forbidden();
		route_request(is_post);
	}
}

int main(int argc, char const *const *argv)
{
	subgetopt l = SUBGETOPT_ZERO;
	PROG = "saca-panel";
	setid_refuse();
	int c = subgetopt_r(argc, argv, "V", &l);
	if (c == 'V')
		version_exit();
	if (c != -1 || argc != l.ind)
		strerr_dieusage(EXIT_MISUSE, "saca-panel");
	request_start(&page.request);
	page.language = web_language(page.request.languages);
	page.base = base;
	read_settings();
	read_key();
	answer_request();
	if (page.store) {
		check_store(page.store->commit(page.store));
		page.store->close(page.store);
		page.store = NULL;
	}
	page_send(&page);
	return 0;
}
