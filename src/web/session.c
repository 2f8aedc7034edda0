/* Sessions: see session.h. */
#include "web/session.h"

#include "base/secret.h"
#include "mail/address.h"

#include <string.h>

#define DATE_OCTETS (sizeof "2013-09-12T11:59:19Z" - 1)

/* Writes SESSION_MAC digits over label NUL text NUL octets. */
static void write_mac(char *out, struct hash_key const *k, char const *label, char const *text,
	unsigned char const *octets, size_t n)
{
	char block[16 + SESSION_COOKIE + SENDERS_FINGERPRINT];
	unsigned char digest[HASH_OCTETS];
	size_t label_n = strlen(label) + 1, text_n = strlen(text) + 1;
	memcpy(block, label, label_n);
	memcpy(block + label_n, text, text_n);
	if (n)
		memcpy(block + label_n + text_n, octets, n);
	hash_mac(digest, k, block, label_n + text_n + n);
	base32_encode(out, digest, sizeof digest);
}

void web_session_start(struct web_session *s, struct hash_key const *k, char const *login, char const *date,
	unsigned char const fingerprint[SENDERS_FINGERPRINT])
{
	strcpy(s->login, login);
	strcpy(s->date, date);
	char *at = s->cookie + base32_encode(s->cookie, login, strlen(login));
	*at++ = '.';
	strcpy(at, date);
	at += strlen(date);
	char mac[SESSION_MAC];
	write_mac(mac, k, "session", s->cookie, fingerprint, SENDERS_FINGERPRINT);
	*at++ = '.';
	memcpy(at, mac, SESSION_MAC);
	at[SESSION_MAC] = 0;
}

/* Splits the value, and reads login and date. */
static bool read_value(struct web_session *s, char const *value, size_t n)
{
	size_t login_n;
	if (n >= SESSION_COOKIE || n < DATE_OCTETS + SESSION_MAC + 4)
		return false;
	size_t date_at = n - SESSION_MAC - 1 - DATE_OCTETS;
	if (value[date_at - 1] != '.' || value[n - SESSION_MAC - 1] != '.' || !date_is_iso(value + date_at, DATE_OCTETS))
		return false;
	if (!base32_decode(s->login, &login_n, value, date_at - 1) || login_n > ACCOUNTS_LOGIN || memchr(s->login, 0, login_n))
		return false;
	s->login[login_n] = 0;
	memcpy(s->date, value + date_at, DATE_OCTETS);
	s->date[DATE_OCTETS] = 0;
	memcpy(s->cookie, value, n);
	s->cookie[n] = 0;
	return address_login_plan(s->login, login_n) != 0;
}

bool web_session_read(struct web_session *s, char const *header)
{
	*s = (struct web_session){.cookie = ""};
	for (char const *at = header; *at;) {
		size_t n = strcspn(at, ";");
		if (n > sizeof SESSION_NAME && !strncmp(at, SESSION_NAME "=", sizeof SESSION_NAME)) {
			if (read_value(s, at + sizeof SESSION_NAME, n - sizeof SESSION_NAME))
				return true;
			*s = (struct web_session){.cookie = ""};
			return false;
		}
		at += n;
		at += strspn(at, "; ");
	}
	return false;
}

bool web_session_is_ours(struct web_session const *s, struct hash_key const *k, unsigned char const fingerprint[SENDERS_FINGERPRINT])
{
	struct web_session ours;
	web_session_start(&ours, k, s->login, s->date, fingerprint);
	size_t n = strlen(ours.cookie);
	/* base32 is read in either case: compare the whole value, so that a session has one cookie */
	return n == strlen(s->cookie) && !memcmp(ours.cookie, s->cookie, n - SESSION_MAC)
		&& secret_is_equal(ours.cookie + n - SESSION_MAC, s->cookie + n - SESSION_MAC, SESSION_MAC);
}

void web_session_token(char out[SESSION_TOKEN], struct hash_key const *k, struct web_session const *s)
{
	write_mac(out, k, "form", s->cookie, (unsigned char const *)"", 0);
	out[SESSION_MAC] = 0;
}

bool web_session_has_token(struct web_session const *s, struct hash_key const *k, char const *token)
{
	char ours[SESSION_TOKEN];
	web_session_token(ours, k, s);
	return token && strlen(token) == SESSION_MAC && secret_is_equal(ours, token, SESSION_MAC);
}
