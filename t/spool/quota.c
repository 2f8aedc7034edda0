/* Quotas: recipients in a day, and octets that wait. */
#include "fixture.h"
#include "spool/quota.h"
#include "spool/quota_format.h"

#define DAY 86400

static uint64_t today;

static enum spool_quota add(uint64_t recipients, uint64_t octets, time_t now)
{
	struct spool_quota_limits const limits = {.maxday = 100, .maxwait = 1000};
	return spool_quota_add(&sp, "acme", &limits, recipients, octets, now, &today);
}

START_TEST(recipients_are_limited_by_the_day)
{
	ck_assert_int_eq(add(60, 0, NOW), SPOOL_QUOTA_OK);
	ck_assert_int_eq(add(40, 0, NOW), SPOOL_QUOTA_OK);
	ck_assert_int_eq(add(1, 0, NOW), SPOOL_QUOTA_RECIPIENTS);
	ck_assert_uint_eq(today, 100);
	ck_assert_int_eq(add(101, 0, NOW + DAY), SPOOL_QUOTA_RECIPIENTS);
	ck_assert_int_eq(add(100, 0, NOW + DAY), SPOOL_QUOTA_OK);
	ck_assert_uint_eq(today, 0);
}
END_TEST

START_TEST(subtracted_recipients_can_be_used_again)
{
	ck_assert_int_eq(add(60, 900, NOW), SPOOL_QUOTA_OK);
	spool_quota_subtract(&sp, "acme", 60, 900);
	ck_assert_int_eq(add(100, 1000, NOW), SPOOL_QUOTA_OK);
	spool_quota_subtract(&sp, "acme", 1000, 10000);
	ck_assert_int_eq(add(100, 1000, NOW), SPOOL_QUOTA_OK);
}
END_TEST

START_TEST(plans_have_quotas_of_their_own)
{
	struct spool_quota_limits const limits = {.maxday = 1, .maxwait = 1000};
	ck_assert_int_eq(add(100, 0, NOW), SPOOL_QUOTA_OK);
	ck_assert_int_eq(spool_quota_add(&sp, "otra", &limits, 1, 0, NOW, &today), SPOOL_QUOTA_OK);
}
END_TEST

/* Makes a file of 500 octets or more that belongs to acme. */
static void put_waiting(char const *path, char const *user)
{
	char text[600];
	int n = snprintf(text, sizeof text, "Return-Path: <r@d.es>\nX-Saca-Id: %s\nX-Saca-User: %s\n", ID, user);
	memset(text + n, 'x', 500 - (size_t)n);
	text[500] = 0;
	put(path, text);
}

START_TEST(octets_are_counted_in_new_and_cur)
{
	ck_assert_int_eq(add(1, 1000, NOW), SPOOL_QUOTA_OK);
	put_waiting("new/" KEY, "v.acme");
	put_waiting("new/" KEY2, "v.otra");
	put_waiting("failed/" KEY, "v.acme");
	put("new/stranger", "x");
	ck_assert_int_eq(mkfifoat(sp.fd, "new/fifo", 0600), 0);
	ck_assert_int_eq(add(1, 500, NOW), SPOOL_QUOTA_OK); /* the first 1000 were imported */
	put_waiting("cur/" KEY2 ":2,S", "v.acme");
	ck_assert_int_eq(add(1, 1, NOW + 1), SPOOL_QUOTA_WAITING);
	ck_assert_int_eq(unlinkat(sp.fd, "new/" KEY, 0), 0);
	ck_assert_int_eq(add(1, 1, NOW + QUOTA_RECOUNT - 1), SPOOL_QUOTA_WAITING); /* not counted again yet */
	ck_assert_int_eq(add(1, 1, NOW + QUOTA_RECOUNT), SPOOL_QUOTA_OK);
}
END_TEST

START_TEST(damaged_file_counts_as_new)
{
	ck_assert_int_eq(add(100, 0, NOW), SPOOL_QUOTA_OK);
	put("quota/acme", "rubbish");
	ck_assert_int_eq(add(100, 0, NOW), SPOOL_QUOTA_OK);
}
END_TEST

START_TEST(missing_folder_is_made)
{
	ck_assert_int_eq(unlinkat(sp.fd, "quota", AT_REMOVEDIR), 0);
	ck_assert_int_eq(add(100, 0, NOW), SPOOL_QUOTA_OK);
	ck_assert(exists("quota/acme"));
}
END_TEST

START_TEST(line_is_parsed_as_formatted)
{
	struct quota q = {"2013-09-12", 250, 120000, 1378987159}, p;
	char text[QUOTA_SIZE];
	quota_format(text, &q);
	ck_assert(quota_parse(&p, text, sizeof text));
	ck_assert(!strcmp(p.day, q.day) && p.recipients == 250 && p.waiting == 120000 && p.counted == 1378987159);
	for (size_t i = 0; i < sizeof text; i++) {
		char was = text[i];
		text[i] = 'x';
		ck_assert(!quota_parse(&p, text, sizeof text));
		ck_assert(!p.day[0] && !p.recipients);
		text[i] = was;
		ck_assert(!quota_parse(&p, text, i));
	}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("quota");
	TCase *c = spool_case(s, "quota");
	tcase_add_test(c, recipients_are_limited_by_the_day);
	tcase_add_test(c, subtracted_recipients_can_be_used_again);
	tcase_add_test(c, plans_have_quotas_of_their_own);
	tcase_add_test(c, octets_are_counted_in_new_and_cur);
	tcase_add_test(c, damaged_file_counts_as_new);
	tcase_add_test(c, missing_folder_is_made);
	tcase_add_test(c, line_is_parsed_as_formatted);
	return s;
}
