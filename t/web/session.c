/* Sessions of the panel: cookies and form tokens. */
#include "web/session.h"
#include "web/texts.h"
#include "unit.h"

#include <string.h>

#define DATE "2026-11-26T18:00:00Z"

static struct hash_key key;
static unsigned char const print[SENDERS_FINGERPRINT] = "12345678", other_print[SENDERS_FINGERPRINT] = "12345679";

static struct web_session started(char const *login)
{
	struct web_session s;
	hash_key_init(&key, "0123456789abcdef0123456789abcdef", 32);
	web_session_start(&s, &key, login, DATE, print);
	return s;
}

static bool reads(struct web_session *s, char const *before, char const *cookie, char const *after)
{
	char header[2 * SESSION_COOKIE];
	sprintf(header, "%s%s=%s%s", before, SESSION_NAME, cookie, after);
	return web_session_read(s, header);
}

START_TEST(a_cookie_is_read_back)
{
	struct web_session made = started("víctor.acme"), s;
	ck_assert(reads(&s, "", made.cookie, ""));
	ck_assert_str_eq(s.login, "víctor.acme");
	ck_assert_str_eq(s.date, DATE);
	ck_assert(web_session_is_ours(&s, &key, print));
	ck_assert(reads(&s, "a=b; x__Host-saca=1; ", made.cookie, "; c=d"));
	ck_assert(web_session_is_ours(&s, &key, print));
	char longest[ACCOUNTS_LOGIN + 1];
	memset(longest, 'a', ACCOUNTS_LOGIN);
	longest[ACCOUNTS_LOGIN] = 0;
	longest[4] = '.';
	longest[200] = '.';
	made = started(longest);
	ck_assert(reads(&s, "", made.cookie, ""));
	ck_assert_str_eq(s.login, longest);
}
END_TEST

START_TEST(each_changed_octet_voids_a_cookie)
{
	struct web_session made = started("victor.acme"), s;
	for (size_t i = 0; made.cookie[i]; i++)
		for (int bit = 1; bit < 256; bit <<= 1) {
			char changed[SESSION_COOKIE];
			strcpy(changed, made.cookie);
			changed[i] = (char)(changed[i] ^ bit);
			if (changed[i] == ';' || changed[i] == 0)
				continue;
			ck_assert_msg(!reads(&s, "", changed, "") || !web_session_is_ours(&s, &key, print), "%s", changed);
		}
	for (size_t n = 0; made.cookie[n]; n++) {
		char cut[SESSION_COOKIE];
		strcpy(cut, made.cookie);
		cut[n] = 0;
		ck_assert(!reads(&s, "", cut, "") || !web_session_is_ours(&s, &key, print));
	}
}
END_TEST

START_TEST(a_new_password_or_key_voids_a_cookie)
{
	struct web_session made = started("victor.acme"), s;
	struct hash_key other;
	hash_key_init(&other, "1123456789abcdef0123456789abcdef", 32);
	ck_assert(reads(&s, "", made.cookie, ""));
	ck_assert(!web_session_is_ours(&s, &key, other_print));
	ck_assert(!web_session_is_ours(&s, &other, print));
}
END_TEST

START_TEST(malformed_cookies_are_ignored)
{
	static char const *const headers[] = {"", ";", "; ;", "__Host-saca", "__Host-saca=", "__Host-saca=.", "__Host-saca=..",
		"__Host-saca=aaaa.2026-11-26T18:00:00Z.bbbb", "saca=x"};
	struct web_session s;
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		ck_assert_msg(!web_session_read(&s, headers[i]), "%s", headers[i]);
		ck_assert_str_eq(s.cookie, "");
	}
	char large[4000];
	memset(large, 'a', sizeof large - 1);
	large[sizeof large - 1] = 0;
	memcpy(large, SESSION_NAME "=", sizeof SESSION_NAME);
	ck_assert(!web_session_read(&s, large));
	struct web_session nameless = started("victor");
	ck_assert_msg(!reads(&s, "", nameless.cookie, ""), "a login without a plan");
}
END_TEST

START_TEST(a_token_is_valid_for_its_session_only)
{
	struct web_session one = started("victor.acme"), other = started("eva.otro");
	char token[SESSION_TOKEN];
	web_session_token(token, &key, &one);
	ck_assert(web_session_has_token(&one, &key, token));
	ck_assert(!web_session_has_token(&other, &key, token));
	ck_assert(!web_session_has_token(&one, &key, NULL));
	ck_assert(!web_session_has_token(&one, &key, ""));
	ck_assert_msg(!web_session_has_token(&one, &key, strrchr(one.cookie, '.') + 1), "the MAC of the cookie is no token");
	token[0] = token[0] == 'a' ? 'b' : 'a';
	ck_assert(!web_session_has_token(&one, &key, token));
}
END_TEST

START_TEST(the_language_is_the_one_with_the_higher_weight)
{
	static struct {
		char const *accepted;
		enum web_language language;
	} const cases[] = {
		{"", WEB_SPANISH}, {"de, fr;q=0.9", WEB_SPANISH}, {"en", WEB_ENGLISH}, {"en-GB,en;q=0.9", WEB_ENGLISH},
		{"es-ES,es;q=0.9,en;q=0.8", WEB_SPANISH}, {"en;q=0.8, es;q=0.9", WEB_SPANISH}, {"es;q=0.2,en;q=0.25", WEB_ENGLISH},
		{"en;q=0, de", WEB_SPANISH}, {"EN", WEB_ENGLISH}, {"eng", WEB_SPANISH}, {"e", WEB_SPANISH}, {",,, ,en;q", WEB_ENGLISH},
		{"en;q=", WEB_SPANISH}, {"fr,en;q=0.001", WEB_ENGLISH},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_msg(web_language(cases[i].accepted) == cases[i].language, "%s", cases[i].accepted);
}
END_TEST

START_TEST(each_text_is_in_both_languages)
{
	for (size_t i = 0; i < WEB_TEXTS; i++)
		for (size_t j = 0; j < WEB_LANGUAGES; j++)
			ck_assert_msg(web_texts[i][j] && *web_texts[i][j], "%zu", i);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("session");
	TCase *c = unit_case("session");
	tcase_add_test(c, a_cookie_is_read_back);
	tcase_add_test(c, each_changed_octet_voids_a_cookie);
	tcase_add_test(c, a_new_password_or_key_voids_a_cookie);
	tcase_add_test(c, malformed_cookies_are_ignored);
	tcase_add_test(c, a_token_is_valid_for_its_session_only);
	tcase_add_test(c, the_language_is_the_one_with_the_higher_weight);
	tcase_add_test(c, each_text_is_in_both_languages);
	suite_add_tcase(s, c);
	return s;
}
