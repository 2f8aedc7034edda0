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
	{"yahoo", BOUNCE_FAILED, "", "554: delivery error: dd Not a valid recipient", BLAME_UNCLEAR},
	{"yahoo-quota", BOUNCE_FAILED, "5.2.2", "552 5.2.2 The mailbox of <ana@example.org> is over quota", BLAME_UNCLEAR},
	{"qmail-headers", BOUNCE_FAILED, "5.1.1", "No encuentro a nadie con ese nombre. (#5.1.1)", BLAME_ADDRESS},
	{"dma", BOUNCE_FAILED, "5.1.1", "550 5.1.1 There is nobody here by that name", BLAME_ADDRESS},
	{"postmaster-delay", BOUNCE_IGNORED, "", "", 0},
	{"exim-delayed", BOUNCE_IGNORED, "", "", 0},
	{"empty", BOUNCE_FAILED, "", "", BLAME_UNCLEAR},
	{"exim-no-code", BOUNCE_FAILED, "", "554 refused: your host is blacklisted", BLAME_SENDER},
	{"two-recipients", BOUNCE_FAILED, "5.2.2", "mailbox full", BLAME_UNCLEAR},
	{"base64-status", BOUNCE_FAILED, "5.1.1", "5.1.1", BLAME_ADDRESS},
	{"forwarded", BOUNCE_FAILED, "5.1.1", "User unknown", BLAME_ADDRESS},
	{"forwarded-twice", BOUNCE_FAILED, "5.1.1", "User unknown", BLAME_ADDRESS},
	{"inside-mixed", BOUNCE_FAILED, "5.1.1", "User unknown", BLAME_ADDRESS},
	{"arf", BOUNCE_COMPLAINT, "", "abuse", 0},
	{"arf-headers", BOUNCE_COMPLAINT, "", "fraud", 0},
	{"arf-mail-from", BOUNCE_COMPLAINT, "", "abuse", 0},
	{"arf-yahoo", BOUNCE_COMPLAINT, "", "abuse", 0},
	{"arf-amazon", BOUNCE_COMPLAINT, "", "abuse", 0},
	{"hotmail-complaint", BOUNCE_COMPLAINT, "", "abuse", 0},
	{"receipt", BOUNCE_IGNORED, "", "", 0},
	{"arf-not-spam", BOUNCE_IGNORED, "", "", 0},
	{"auto-es", BOUNCE_IGNORED, "", "", 0},
	{"auto-en", BOUNCE_IGNORED, "", "", 0},
	{"auto-de", BOUNCE_IGNORED, "", "", 0},
	{"auto-fr", BOUNCE_IGNORED, "", "", 0},
	{"auto-it", BOUNCE_IGNORED, "", "", 0},
	{"auto-pt", BOUNCE_IGNORED, "", "", 0},
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
START_TEST(each_sample_has_its_verdict)
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

/* The failures of each server: Status and Diagnostic-Code as it writes them. NULL: no such field. */
static struct {
	char const *status, *diagnostic;
	char const *code, *text; /* as they are judged */
	enum blame blame;
} const failures[] = {
	/* Postfix */
	{"5.1.1", "X-Postfix; unknown user: \"ana\"", "5.1.1", "unknown user: \"ana\"", BLAME_ADDRESS},
	{"5.7.1", "smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.example", "5.7.1", "554 5.7.1 Ser", BLAME_SENDER},
	{"5.2.2", "smtp; 552 5.2.2 <ana@example.org>: mailbox full", "5.2.2", "552 5.2.2", BLAME_UNCLEAR},
	{"5.4.4", "X-Postfix; Host or domain name not found. Name service error for name=example.org type=A: Host not found", "5.4.4",
		"Host or domain", BLAME_UNCLEAR},
	{"4.7.0", "smtp; 421 4.7.0 Messages from 192.0.2.1 temporarily deferred", "4.7.0", "421 4.7.0", BLAME_UNCLEAR},
	{"5.0.0", "smtp; 550 ana is not here", "", "550 ana is not here", BLAME_UNCLEAR},
	{"5.0.0", "smtp; 550 Denied by policy", "", "550 Denied by policy", BLAME_SENDER},
	/* Exim always writes 5.0.0 */
	{"5.0.0", "smtp; 550 5.1.1 No such user here", "5.1.1", "550 5.1.1", BLAME_ADDRESS},
	{"5.0.0", "smtp; 552 5.2.2 Over quota", "5.2.2", "552 5.2.2", BLAME_UNCLEAR},
	{"5.0.0", "smtp; 550-5.7.26 Unauthenticated email is not accepted due to domain's DMARC policy", "5.7.26", "550-5.7.26", BLAME_SENDER},
	{"5.0.0", NULL, "", "5.0.0", BLAME_UNCLEAR},
	/* Sendmail writes 5.1.1 for every refused RCPT */
	{"5.1.1", "SMTP; 550 5.1.1 <ana@example.org>... User unknown", "5.1.1", "User unknown", BLAME_ADDRESS},
	{"5.1.1", "SMTP; 550 5.7.1 Service unavailable; client host blacklisted", "5.7.1", "blacklisted", BLAME_SENDER},
	{"5.1.1", "SMTP; 552 5.2.2 Over quota", "5.2.2", "Over quota", BLAME_UNCLEAR},
	{"5.1.1", "SMTP; 550 User unknown", "5.1.1", "550 User unknown", BLAME_ADDRESS},
	{"5.3.0", "X-Unix; 77", "5.3.0", "77", BLAME_UNCLEAR},
	{"4.4.7", NULL, "4.4.7", "4.4.7", BLAME_UNCLEAR},
	/* Exchange and Microsoft 365 */
	{"5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", "5.1.10", "550 5.1.10", BLAME_ADDRESS},
	{"5.1.1", "smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found", "5.1.1", "RecipNotFound", BLAME_ADDRESS},
	{"5.2.2", "smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException", "5.2.2", "mailbox full", BLAME_UNCLEAR},
	{"5.4.1", "smtp;550 5.4.1 Recipient address rejected: Access denied", "5.4.1", "Access denied", BLAME_UNCLEAR},
	{"5.7.606", "smtp;550 5.7.606 Access denied, banned sending IP [192.0.2.1]", "5.7.606", "banned", BLAME_SENDER},
	{"4.4.7", "smtp;550 4.4.7 QUEUE.Expired; message expired", "4.4.7", "message expired", BLAME_UNCLEAR},
	{"4.3.2", "smtp;432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", "4.3.2", "thread limit", BLAME_UNCLEAR},
	/* Gmail */
	{"5.1.1", "smtp; 550-5.1.1 The email account that you tried to reach does not exist", "5.1.1", "does not exist", BLAME_ADDRESS},
	{"5.2.1", "smtp; 550-5.2.1 The email account that you tried to reach is inactive", "5.2.1", "is inactive", BLAME_ADDRESS},
	{"5.2.1", "smtp; 550-5.2.1 The user you are trying to contact is receiving mail at a rate that", "5.2.1", "at a rate", BLAME_UNCLEAR},
	{"4.2.1", "smtp; 450-4.2.1 The user you are trying to contact is receiving mail too quickly", "4.2.1", "too quickly", BLAME_UNCLEAR},
	{"5.2.2", "smtp; 552-5.2.2 The recipient's inbox is out of storage space", "5.2.2", "out of storage", BLAME_UNCLEAR},
	{"5.7.28", "smtp; 550-5.7.28 There is an unusual rate of unsolicited mail", "5.7.28", "unsolicited", BLAME_SENDER},
	/* Yahoo, as other servers report what it said */
	{"5.0.0", "smtp; 554 delivery error: dd This user doesn't have a yahoo.example account", "", "doesn't have", BLAME_UNCLEAR},
	{"5.7.9", "smtp; 554 5.7.9 Message not accepted for policy reasons", "5.7.9", "policy reasons", BLAME_SENDER},
	{"4.7.0", "smtp; 421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to user complaints", "4.7.0", "TSS04", BLAME_UNCLEAR},
	/* whoever */
	{"5.2.1", "smtp; 550 5.2.1 This corporate mailbox is disabled", "5.2.1", "corporate", BLAME_ADDRESS},
	{"5.2.1", "smtp; 550 5.2.1 rate-limited", "5.2.1", "rate-limited", BLAME_UNCLEAR},
	{"5.1.2", NULL, "5.1.2", "5.1.2", BLAME_UNCLEAR},
	{"5.1.1", "smtp; 550 El buz\xc3\xb3n no existe", "5.1.1", "550 El buz n no existe", BLAME_ADDRESS},
	{"5.1.1 (bad destination mailbox address)", NULL, "5.1.1", "5.1.1", BLAME_ADDRESS},
	{NULL, "smtp; 550 5.1.1 unknown", "5.1.1", "unknown", BLAME_ADDRESS},
	{NULL, NULL, "", "", BLAME_UNCLEAR},
};

START_TEST(each_failure_has_its_verdict)
{
	char s[1000], status[100] = "", diagnostic[400] = "";
	struct bounce b;
	if (failures[_i].status)
		snprintf(status, sizeof status, "Status: %s\n", failures[_i].status);
	if (failures[_i].diagnostic)
		snprintf(diagnostic, sizeof diagnostic, "Diagnostic-Code: %s\n", failures[_i].diagnostic);
	int n = snprintf(s, sizeof s, "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
		"--b\n\nSorry: 5.5.5\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n"
		"Final-Recipient: rfc822; ana@example.org\nAction: failed\n%s%s\n--b--\n", status, diagnostic);
	ck_assert(n > 0 && (size_t)n < sizeof s);
	ck_assert(bounce_read(&b, s, (size_t)n, true));
	ck_assert_int_eq(b.kind, BOUNCE_FAILED);
	ck_assert_str_eq(b.status, failures[_i].code);
	ck_assert_msg(strstr(b.text, failures[_i].text) != NULL, "%s", b.text);
	ck_assert_int_eq(blame_of(b.status, b.text), failures[_i].blame);
	bounce_free(&b);
}
END_TEST

/* Reports count from any sender; the other formats only from an empty sender. */
START_TEST(sender_matters_only_without_report)
{
	static char const *const reports[] = {"postfix", "exim", "arf", "forwarded", "hotmail-complaint"};
	static char const *const texts[] = {"qmail", "yahoo", "dma", "exim-text", "letter"};
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

/* The candidates include the whole token, and no octet of the body. */
START_TEST(complaint_gives_its_token)
{
	static char const *const names[] = {"arf", "arf-headers", "arf-mail-from", "arf-yahoo", "arf-amazon", "hotmail-complaint"};
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

START_TEST(code_inside_a_longer_number_does_not_count)
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
	ck_assert_int_eq(blame_of("5.2.1", "receives mail at a rate that prevents delivery"), BLAME_UNCLEAR);
	ck_assert_int_eq(blame_of("5.1.10", "recipient not found"), BLAME_ADDRESS);
	ck_assert_int_eq(blame_of("5.7.1", "not allowed"), BLAME_SENDER);
	ck_assert_int_eq(blame_of("5.2.2", "over quota"), BLAME_UNCLEAR);
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
	tcase_add_loop_test(c, each_sample_has_its_verdict, 0, sizeof samples / sizeof *samples);
	tcase_add_loop_test(c, each_failure_has_its_verdict, 0, sizeof failures / sizeof *failures);
	tcase_add_test(c, sender_matters_only_without_report);
	tcase_add_test(c, complaint_gives_its_token);
	tcase_add_test(c, code_inside_a_longer_number_does_not_count);
	tcase_add_test(c, blame_follows_code_and_words);
	tcase_add_test(c, truncated_report_is_harmless);
	suite_add_tcase(s, c);
	return s;
}
