/* Bounces, complaints, auto-replies and letters: the samples of t/send/bounces. */
#include "send/bounce.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN "abcdefghijklmnopqrstuvwxyz234567abcdefgh"

static struct {
	char const *name;
	enum bounce_kind kind;
	char const *status, *text; /* the code, and words that the text has */
	enum blame blame;
} const samples[] = {
	{"postfix", BOUNCE_FAILED, "5.1.1", "550 5.1.1 <ana@example.org>: Recipient address rejected: User", BLAME_ADDRESS},
	{"postfix-delayed", BOUNCE_IGNORED, "", "", 0},
	{"postfix-expired", BOUNCE_FAILED, "4.4.1", "Connection timed out", BLAME_UNCLEAR},
	{"postfix-relayed", BOUNCE_IGNORED, "", "", 0},
	{"exim", BOUNCE_FAILED, "5.1.1", "No such user here", BLAME_ADDRESS},
	{"exim-text", BOUNCE_FAILED, "5.2.1", "550 5.2.1 The mailbox is disabled", BLAME_ADDRESS},
	{"sendmail-blacklisted", BOUNCE_FAILED, "5.7.1", "client host blacklisted", BLAME_SENDER},
	{"sendmail-quota", BOUNCE_FAILED, "5.2.2", "Over quota", BLAME_UNCLEAR},
	{"qmail", BOUNCE_FAILED, "5.1.1", "Sorry, no mailbox here by that name. (#5.1.1)", BLAME_ADDRESS},
	{"qmail-remote", BOUNCE_FAILED, "5.7.1", "Message rejected by policy", BLAME_SENDER},
	{"exchange", BOUNCE_FAILED, "5.1.10", "RecipientNotFound; Recipient ana@example.org", BLAME_ADDRESS},
	{"gmail", BOUNCE_FAILED, "5.1.1", "does not exist. 550 5.1.1 Please try", BLAME_ADDRESS},
	{"gmail-rate", BOUNCE_FAILED, "5.2.1", "at a rate that", BLAME_UNCLEAR},
	{"yahoo", BOUNCE_FAILED, "", "Not a valid recipient", BLAME_UNCLEAR},
	{"two-recipients", BOUNCE_FAILED, "5.2.2", "mailbox full", BLAME_UNCLEAR},
	{"base64-status", BOUNCE_FAILED, "5.1.1", "5.1.1", BLAME_ADDRESS},
	{"forwarded", BOUNCE_FAILED, "5.1.1", "User unknown", BLAME_ADDRESS},
	{"inside-mixed", BOUNCE_FAILED, "5.1.1", "User unknown", BLAME_ADDRESS},
	{"arf", BOUNCE_COMPLAINT, "", "abuse", 0},
	{"arf-headers", BOUNCE_COMPLAINT, "", "fraud", 0},
	{"arf-mail-from", BOUNCE_COMPLAINT, "", "abuse", 0},
	{"arf-not-spam", BOUNCE_IGNORED, "", "", 0},
	{"auto-es", BOUNCE_IGNORED, "", "", 0},
	{"auto-en", BOUNCE_IGNORED, "", "", 0},
	{"auto-de", BOUNCE_IGNORED, "", "", 0},
	{"auto-fr", BOUNCE_IGNORED, "", "", 0},
	{"auto-it", BOUNCE_IGNORED, "", "", 0},
	{"auto-null-sender", BOUNCE_IGNORED, "", "", 0},
};

static char *read_sample(char const *name, size_t *n)
{
	char path[200];
	char const *top = getenv("TOP");
	snprintf(path, sizeof path, "%s/t/send/bounces/%s.eml", top ? top : ".", name);
	FILE *f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "%s", path);
	char *s = malloc(65536);
	*n = fread(s, 1, 65536, f);
	fclose(f);
	return s;
}

/* from an empty sender, the case in which most is believed */
START_TEST(sample_is_judged)
{
	size_t n;
	char *s = read_sample(samples[_i].name, &n);
	struct bounce b;
	ck_assert(bounce_read(&b, s, n, true));
	ck_assert_int_eq(b.kind, samples[_i].kind);
	ck_assert_str_eq(b.status, samples[_i].status);
	ck_assert_msg(strstr(b.text, samples[_i].text) != NULL, "%s", b.text);
	if (b.kind == BOUNCE_FAILED)
		ck_assert_int_eq(blame_of(b.status, b.text), samples[_i].blame);
	bounce_free(&b);
	free(s);
}
END_TEST

/* Reports count whoever sends them; the other formats are believed of no sender alone. */
START_TEST(sender_matters_only_without_report)
{
	static char const *const reports[] = {"postfix", "exim", "arf", "forwarded"}, *const texts[] = {"qmail", "exim-text", "letter"};
	struct bounce b;
	size_t n;
	for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
		char *s = read_sample(reports[i], &n);
		ck_assert(bounce_read(&b, s, n, false));
		ck_assert_int_ne(b.kind, BOUNCE_IGNORED);
		bounce_free(&b);
		free(s);
	}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char *s = read_sample(texts[i], &n);
		ck_assert(bounce_read(&b, s, n, false));
		ck_assert_int_eq(b.kind, BOUNCE_IGNORED);
		bounce_free(&b);
		free(s);
	}
}
END_TEST

/* The candidates hold the token whole, and nothing of the body. */
START_TEST(complaint_gives_its_token)
{
	static char const *const names[] = {"arf", "arf-headers", "arf-mail-from"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t n, at = 0, len;
		char *s = read_sample(names[i], &n);
		char const *token;
		unsigned int found = 0;
		struct bounce b;
		ck_assert(bounce_read(&b, s, n, false));
		while (bounce_token(b.returned.s, b.returned.len, &at, &token, &len)) {
			found += len == strlen(TOKEN) && memcmp(token, TOKEN, len) == 0;
			ck_assert(len != 7 || memcmp(token, "mentira", 7) != 0);
		}
		ck_assert_uint_ge(found, 1);
		bounce_free(&b);
		free(s);
	}
}
END_TEST

START_TEST(code_stands_alone)
{
	static struct {
		char const *text, *code;
	} const texts[] = {
		{"550 5.1.1 x", "5.1.1"}, {"(#5.7.0)", "5.7.0"}, {"550-5.1.10 x", "5.1.10"}, {"5.1.1", "5.1.1"}, {"5.1.1.", "5.1.1"},
		{"192.5.1.1", ""}, {"5.1.1.7", ""}, {"v5.1.1", ""}, {"3.1.1", ""}, {"5.1", ""}, {"5.1.", ""}, {"5.1234.1", ""},
		{"5.1.2014-01", "" }, {"", ""}, {"smtp;421 4.7.0 slow", "4.7.0"}, {"host-5.1.1", ""}, {"5.1.1a", ""},
	};
	char code[BLAME_CODE];
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		ck_assert_int_eq(blame_code(code, texts[i].text, strlen(texts[i].text)), texts[i].code[0] != 0);
		ck_assert_str_eq(code, texts[i].code);
	}
}
END_TEST

START_TEST(blame_follows_code_and_words)
{
	ck_assert_int_eq(blame_of("5.1.2", "bad host"), BLAME_UNCLEAR);
	ck_assert_int_eq(blame_of("5.1.1", "listed by Spamhaus"), BLAME_ADDRESS);
	ck_assert_int_eq(blame_of("", "554 blocked using zen.spamhaus.org"), BLAME_SENDER);
	ck_assert_int_eq(blame_of("5.0.0", "Message refused by DMARC policy"), BLAME_SENDER);
	ck_assert_int_eq(blame_of("5.2.1", "Mailbox disabled"), BLAME_ADDRESS);
	ck_assert_int_eq(blame_of("", ""), BLAME_UNCLEAR);
}
END_TEST

/* Cut anywhere, a report is read without a fault. */
START_TEST(truncated_report_is_harmless)
{
	size_t n;
	char *s = read_sample("arf", &n);
	for (size_t i = 0; i < n; i++) {
		char *copy = malloc(i ? i : 1), *c = memcpy(copy, s, i);
		struct bounce b;
		ck_assert(bounce_read(&b, c, i, true));
		bounce_free(&b);
		free(copy);
	}
	free(s);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("bounce");
	TCase *c = unit_case("bounce");
	tcase_add_loop_test(c, sample_is_judged, 0, sizeof samples / sizeof *samples);
	tcase_add_test(c, sender_matters_only_without_report);
	tcase_add_test(c, complaint_gives_its_token);
	tcase_add_test(c, code_stands_alone);
	tcase_add_test(c, blame_follows_code_and_words);
	tcase_add_test(c, truncated_report_is_harmless);
	suite_add_tcase(s, c);
	return s;
}
