/* The session's cookie. The input is a Cookie header: only the cookie that was made is accepted.
   A cookie that is made for the input as a login is read back. */
#include "web/session.h"
#include "fuzz.h"

static struct hash_key key;
static unsigned char const fingerprint[SENDERS_FINGERPRINT] = "finger";

/* A cookie of the panel's own, as a header. */
static char const *make_header(void)
{
	static char header[sizeof SESSION_NAME + SESSION_COOKIE];
	struct web_session s;
	if (!*header) {
		hash_key_init(&key, "0123456789abcdef0123456789abcdef", 32);
		web_session_start(&s, &key, "victor.acme", "2026-11-26T10:00:00Z", fingerprint);
		strcat(strcpy(header, SESSION_NAME "="), s.cookie);
	}
	return header;
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char const *ours = make_header();
	char token[SESSION_TOKEN], *header = malloc(n + 1);
	struct web_session s;
	must(header);
	if (n)
		memcpy(header, data, n);
	header[n] = 0;
	bool is_session = web_session_read(&s, header);
	must(is_session == (*s.cookie != 0) && is_session == (*s.login != 0));
	must(strlen(s.cookie) < SESSION_COOKIE && strlen(s.login) <= ACCOUNTS_LOGIN);
	if (is_session) {
		must(date_is_iso(s.date, strlen(s.date)) && strstr(header, s.cookie));
		/* only the key makes a valid cookie */
		must(!web_session_is_ours(&s, &key, fingerprint) || !strcmp(s.cookie, ours + sizeof SESSION_NAME));
		web_session_token(token, &key, &s);
		must(web_session_has_token(&s, &key, token) && !web_session_has_token(&s, &key, header));
	}
	free(header);
	return 0;
}
