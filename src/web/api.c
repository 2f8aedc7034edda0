/* The API: from the request to the action, and its answer. */
#include "web/api.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/log.h"
#include "base/num.h"
#include "base/utf8.h"
#include "base/wipe.h"

#include <errno.h>
#include <string.h>

enum {
	BODY_OCTETS = 8 << 20,     /* of a request: a message of 512000 octets, each as %XX, and its recipients */
	REPEATS = 20               /* of a transaction that conflicts with others */
};

/* %w: the word. Printable ASCII. */
static struct {
	int code;
	char const *text;
} const faults[API_FAULTS] = {
	[API_ORIGIN] = {400, "peticion desde una pagina de otro sitio: llame al API desde su servidor"},
	[API_BODY] = {400, "cuerpo no valido: un formulario urlencoded o multipart/form-data, sin octetos NUL"},
	[API_FIELDS] = {400, "demasiados parametros"},
	[API_NO_LOGIN] = {401, "falta la autenticacion: HTTP Basic, o user, plan y pass por POST"},
	[API_LOGIN] = {401, "usuario, plan o password incorrectos"},
	[API_OTHER_PLAN] = {403, "el usuario no es de ese plan"},
	[API_SENDER] = {403, "%w"},
	[API_NOT_FOUND] = {404, "%w: no existe en su plan"},
	[API_METHOD] = {405, "metodo no permitido: use POST"},
	[API_LARGE] = {413, "peticion demasiado grande"},
	[API_MISSING] = {422, "%w: falta este parametro"},
	[API_PARAMETER] = {422, "%w"},
	[API_NO_ACTION] = {422, "action: accion desconocida"},
	[API_STATE] = {422, "eid: el estado del envio no lo permite"},
	[API_FAILURES] = {429, "demasiados intentos fallidos desde su direccion: espere 10 minutos"},
	[API_QUEUE] = {500, "%w"},
	[API_NOT_HERE] = {501, "%w: accion no disponible"},
	[API_LATER] = {503, "servicio no disponible por ahora: vuelva a intentarlo mas tarde"},
};

/* Actions of the published API that saca does not have: here only mail makes contacts, groups and
   pieces. */
static char const *const not_here[] = {"contact_save", "contact_delete", "contact_group", "contact_ungroup", "group_save",
	"group_delete", "group_truncate", "newsletter_save", "newsletter_delete", "newsletter_add_file", "send_campaign",
	"send_sms", "send_xmpp", "get_stats_hotzones", "get_stats_graphs", NULL};

/* --- For actions ---------------------------------------------------------------------------- */

enum api_fault api_fault(struct api *a, enum api_fault fault, char const *word)
{
	size_t n = 0;
	for (; *word && n < sizeof a->word - 1; word++)
		a->word[n++] = ascii_is_print(*word) ? *word : '?';
	a->word[n] = 0;
	return fault;
}

char const *api_text(struct api const *a, char const *name)
{
	char const *value = form_value(&a->form, name);
	return value && *value ? value : NULL;
}

enum api_fault api_number(struct api *a, char const *name, uint64_t most, uint64_t const *fallback, uint64_t *out)
{
	char word[64];
	char const *value = api_text(a, name);
	if (!value && !fallback)
		return api_fault(a, API_MISSING, name);
	if (!value)
		*out = *fallback;
	else if (!num_scan(value, strlen(value), most, out))
		return api_fault(a, API_PARAMETER, strcat(strcpy(word, name), ": no es un numero valido"));
	return API_OK;
}

bool api_run(struct api *a, char const *sql, size_t n, struct store_value const *values, store_row *row, void *arg)
{
	a->result = a->store->run(a->store, sql, n, values, row, arg);
	return a->result == STORE_OK;
}

bool api_put_row(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct output *o = arg;
	(void)n;
	output_row(o, column, length);
	return o->shape != OUTPUT_RECORD && !o->to->no_memory;
}

enum api_fault api_list(struct api *a, enum output_shape shape, struct output_column const *columns, size_t columns_n,
	char const *sql, size_t n, struct store_value const *values)
{
	struct output o;
	output_begin(&o, a->mode, a->response, shape, columns, columns_n);
	bool done = api_run(a, sql, n, values, api_put_row, &o);
	output_end(&o);
	return done ? API_OK : API_LATER;
}

enum api_fault api_record(struct api *a, char const *parameter, struct output_column const *columns, size_t columns_n,
	char const *sql, size_t n, struct store_value const *values)
{
	struct output o;
	output_begin(&o, a->mode, a->response, OUTPUT_RECORD, columns, columns_n);
	if (!api_run(a, sql, n, values, api_put_row, &o))
		return API_LATER;
	if (!o.has_rows)
		return api_fault(a, API_NOT_FOUND, parameter);
	output_end(&o);
	return API_OK;
}

enum api_fault api_ok(struct api *a, char const *text)
{
	response_puts(a->response, "OK: ");
	response_puts(a->response, text);
	return API_OK;
}

enum api_fault api_log(struct api const *a, char const *label, char const *reason)
{
	struct log_line l;
	log_start(&l);
	log_add_string(&l, "ip", a->request->address);
	if (a->user.plan)
		log_add_string(&l, "user", a->user.name);
	log_text(&l, label, reason);
	log_write(&l);
	return API_LATER;
}

/* --- Logging in ------------------------------------------------------------------------------ */

/* Checks a login; user is `user.plan`. */
static enum api_fault check_login(struct api *a, char const *user, char const *password)
{
	char reason[ASK_REASON];
	switch (web_login_check(&a->user, a->settings->login, user, password, a->request->address, reason)) {
	case WEB_LOGIN_YES: return API_OK;
	case WEB_LOGIN_NO: return API_LOGIN;
	case WEB_LOGIN_TOO_MANY: return API_FAILURES;
	case WEB_LOGIN_LATER: break;
	}
	return api_log(a, " warning: ", reason);
}

/* Checks the login of user and plan, as fields. */
static enum api_fault check_user_of_plan(struct api *a, char const *user, char const *plan, char const *password)
{
	char login[LOGIN_BLOCK + 1];
	size_t user_n = strlen(user), plan_n = strlen(plan);
	if (user_n + 1 + plan_n >= sizeof login)
		return API_LOGIN;
	memcpy(login, user, user_n);
	login[user_n] = '.';
	memcpy(login + user_n + 1, plan, plan_n + 1);
	return check_login(a, login, password);
}

/* Checks Basic (RFC 7617). Its user is `user.plan`, or the user alone with the plan as a field. */
static enum api_fault check_basic(struct api *a, char const *encoded)
{
	char pair[BASE64_ROOM(2 * LOGIN_BLOCK) + 1];
	size_t n = strlen(encoded), len;
	char const *plan = api_text(a, "plan");
	if (n > 2 * LOGIN_BLOCK || !base64_decode(pair, &len, encoded, n) || memchr(pair, 0, len))
		return API_LOGIN;
	pair[len] = 0;
	char *colon = strchr(pair, ':');
	enum api_fault r = API_LOGIN;
	if (colon) {
		*colon = 0;
		r = !strchr(pair, '.') && plan ? check_user_of_plan(a, pair, plan, colon + 1) : check_login(a, pair, colon + 1);
	}
	wipe(pair, sizeof pair);
	return r == API_OK && plan && strcmp(plan, a->user.plan) != 0 ? API_OTHER_PLAN : r;
}

static enum api_fault log_in(struct api *a)
{
	char const *field = a->request->authorization;
	char const *user = form_value(&a->form, "user"), *plan = form_value(&a->form, "plan"), *pass = form_value(&a->form, "pass");
	if (ascii_case_is(field, strnlen(field, 6), "basic "))
		return check_basic(a, field + 6 + strspn(field + 6, " "));
	if (!a->is_post || !user || !plan || !pass)
		return API_NO_LOGIN;
	return check_user_of_plan(a, user, plan, pass);
}

/* --- The request ----------------------------------------------------------------------------- */

/* Does the request come from a page of another site, in a browser? (Fetch standard, Origin; Fetch
   Metadata.) */
static bool is_foreign(struct request const *r)
{
	char const *site = request_field("HTTP_SEC_FETCH_SITE"), *origin = request_field("HTTP_ORIGIN");
	char const *host = strstr(origin, "://");
	if (*site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return true;
	if (r->https && strncmp(origin, "http://", 7) == 0)
		return true;
	return *origin && (!host || strcmp(host + 3, request_field("HTTP_HOST")) != 0);
}

static enum api_fault form_fault_of(enum form_fault f)
{
	return f == FORM_OK ? API_OK : f == FORM_TOO_MANY ? API_FIELDS : API_BODY;
}

/* Reads the fields of the body. Called before read_query: of two fields with one name the first counts. */
static enum api_fault read_body(struct api *a)
{
	enum form_fault fault = FORM_OK;
	if (a->is_post && !request_body(a->request, BODY_OCTETS, &a->form, &fault)) {
		if (errno == EMSGSIZE)
			return API_LARGE;
		if (errno == EPROTO)
			return API_BODY;
		return api_log(a, " warning: unable to read the body: ", strerror(errno));
	}
	return form_fault_of(fault);
}

/* Reads the fields of the URL. With POST it is called after the login: a password in a URL does not
   count, since logs have it. */
static enum api_fault read_query(struct api *a)
{
	return form_fault_of(request_query(a->request, &a->form));
}

static enum api_fault check_fields(struct api *a)
{
	char word[100] = "";
	for (size_t i = 0; i < a->form.count; i++) {
		struct form_field const *f = &a->form.field[i];
		if (!utf8_valid(f->name, strlen(f->name)))
			return API_BODY;
		if (!utf8_valid(f->value, f->value_len))
			return api_fault(a, API_PARAMETER, strcat(strncat(word, f->name, 60), ": no es UTF-8"));
	}
	char const *mode = api_text(a, "mode");
	if (mode && !output_mode_find(&a->mode, mode))
		return api_fault(a, API_PARAMETER, "mode: json, xml, csv o plain");
	return API_OK;
}

static enum api_fault find_action(struct api *a, struct api_action const **out)
{
	struct api_action const *const tables[] = {api_send_actions, api_contact_actions, api_campaign_actions};
	char const *name = api_text(a, "action");
	if (!name)
		return api_fault(a, API_MISSING, "action");
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		for (*out = tables[i]; (*out)->name; (*out)++)
			if (strcmp((*out)->name, name) == 0)
				return API_OK;
	for (char const *const *w = not_here; *w; w++)
		if (strcmp(*w, name) == 0)
			return api_fault(a, API_NOT_HERE, name);
	return API_NO_ACTION;
}

/* --- The action ------------------------------------------------------------------------------ */

static void start_response(struct api *a)
{
	response_start(a->response, "200 OK", "text/plain; charset=utf-8");
}

static bool find_plan(struct api *a)
{
	struct store_value const name = store_string(a->user.plan);
	a->result = store_read_number(a->store, "SELECT id FROM plan WHERE name = $1", 1, &name, &a->plan);
	return a->result == STORE_OK;
}

static enum api_fault run_transaction(struct api *a, struct api_action const *action)
{
	enum api_fault r = API_LATER;
	start_response(a);
	a->result = a->store->begin(a->store, action->access == API_WRITES ? STORE_WRITE : STORE_READ);
	if (a->result == STORE_OK && find_plan(a))
		r = action->run(a);
	if (a->result == STORE_OK && r == API_OK && (a->result = a->store->commit(a->store)) != STORE_OK)
		r = API_LATER;
	if (r != API_OK)
		a->store->rollback(a->store);
	return r;
}

static enum api_fault run_in_store(struct api *a, struct api_action const *action)
{
	enum api_fault r = API_LATER;
	a->result = store_open(&a->store, a->settings->store, action->access == API_WRITES);
	if (!a->store)
		return api_log(a, " warning: ", "out of memory");
	for (int i = 0; (i == 0 ? a->result == STORE_OK : a->result == STORE_AGAIN) && i < REPEATS; i++)
		r = run_transaction(a, action);
	if (r == API_LATER && a->result != STORE_OK)
		(void)api_log(a, " warning: store: ", a->store->reason);
	a->store->close(a->store);
	return r;
}

static enum api_fault run_action(struct api *a)
{
	struct api_action const *action = NULL;
	enum api_fault r = find_action(a, &action);
	if (r != API_OK)
		return r;
	if (action->access == API_WRITES && !a->is_post)
		return API_METHOD;
	if (action->access != API_NO_STORE)
		return run_in_store(a, action);
	start_response(a);
	return action->run(a);
}

void api_put_fault(struct api *a, enum api_fault fault)
{
	char code[NUM_FMT];
	char const *t = faults[fault].text, *at = strstr(t, "%w");
	response_start(a->response, fault == API_LATER ? "503 Service Unavailable" : "400 Bad Request",
		"text/plain; charset=utf-8");
	if (fault == API_METHOD)
		response_field(a->response, "Allow", "GET, HEAD, POST");
	num_fmt(code, (uint64_t)faults[fault].code);
	response_puts(a->response, "KO: ");
	response_puts(a->response, code);
	response_puts(a->response, " ");
	response_put(a->response, t, at ? (size_t)(at - t) : strlen(t));
	if (at) {
		response_puts(a->response, a->word);
		response_puts(a->response, at + 2);
	}
}

void api_answer(struct api *a)
{
	enum api_fault r = API_OK;
	a->is_post = strcmp(a->request->method, "POST") == 0;
	if (is_foreign(a->request))
		r = API_ORIGIN;
	else if (!a->is_post && !request_is_get(a->request))
		r = API_METHOD;
	if (r == API_OK)
		r = read_body(a);
	if (r == API_OK && !a->is_post)
		r = read_query(a);
	if (r == API_OK)
		r = log_in(a);
	if (r == API_OK && a->is_post)
		r = read_query(a);
	if (r == API_OK)
		r = check_fields(a);
	if (r == API_OK)
		r = run_action(a);
	if (r != API_OK)
		api_put_fault(a, r);
}
