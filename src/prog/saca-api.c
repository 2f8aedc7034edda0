/* saca-api: the API for programs, a CGI/1.1 program (saca-api(8)). */
#include "base/exitcode.h"
#include "base/setid.h"
#include "base/version.h"
#include "web/api.h"

#include <stdlib.h>
#include <string.h>

#include <skalibs/strerr.h>

/* "" and unset are the same. */
static char const *read_setting(char const *name, char const *standard)
{
	char const *value = getenv(name);
	return value && *value ? value : standard;
}

static struct api_settings read_settings(void)
{
	return (struct api_settings){.store = read_setting("SACA_STORE", NULL), .login = read_setting("SACA_LOGIN", NULL),
		.queue = read_setting("SACA_QUEUE", NULL), .senders = read_setting("SACA_SENDERS", NULL),
		.url = read_setting("SACA_URL", NULL), .brand = read_setting("SACA_BRAND", "teenvio.com"),
		.prefix = read_setting("SACA_PREFIX", "X-Teenvio-")};
}

/* The name of a setting that is needed and absent; NULL: none. */
static char const *missing_setting(struct api_settings const *s)
{
	return !s->store ? "SACA_STORE" : !s->login ? "SACA_LOGIN" : !s->queue ? "SACA_QUEUE"
		: !s->senders ? "SACA_SENDERS" : NULL;
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-api";
	setid_refuse();
	if (argc == 2 && strcmp(argv[1], "-V") == 0)
		version_exit();
	struct api_settings const settings = read_settings();
	static struct api api;
	struct request request;
	struct response response = {.no_memory = false};
	char const *missing = missing_setting(&settings);
	request_start(&request);
	api.settings = &settings;
	api.request = &request;
	api.response = &response;
	if (missing)
		api_put_fault(&api, API_LATER);
	else
		api_answer(&api);
	if (!response_end(&response, strcmp(request.method, "HEAD") == 0))
		strerr_diefusys(EXIT_TEMPORARY, "answer");
	request_end(&request);
	if (missing)
		strerr_dief(EXIT_MISUSE, missing, " is not set");
	request_free(&request);
	response_free(&response);
	return 0;
}
