/* A transaction, from the request to its result. */
#include "fixture.h"
#include "spool/commit.h"
#include "spool/credit.h"
#include "spool/find.h"

static struct envelope envelope;

static struct spool_request make_request(char const *message, size_t n)
{
	envelope_free(&envelope);
	envelope_init(&envelope, 10);
	char const text[] = "Fr@d.es\0Ta@x.es\0Tb@x.es\0";
	ck_assert_int_eq(envelope_feed(&envelope, text, sizeof text), ENVELOPE_DONE);
	return (struct spool_request){.plan = "acme", .user = "victor.acme", .hosts = 1, .envelope = &envelope,
		.limits = {1000, 1000000}, .origin = {.ip = "192.0.2.7"}, .message = message, .n = n};
}

static struct spool_result commit(struct spool_request request)
{
	struct spool_result result;
	spool_commit(&sp, &request, &result);
	ck_assert(!result.is_stuck);
	return result;
}

#define MESSAGE(id) make_request("Message-ID: <" id "@x>\n\nhola\n", sizeof "Message-ID: <" id "@x>\n\nhola\n" - 1)

START_TEST(commit_gives_number_and_id)
{
	struct spool_result first = commit(MESSAGE("1")), second = commit(MESSAGE("1"));
	ck_assert_int_eq(first.code, 0);
	ck_assert(!first.is_repeat && second.is_repeat);
	ck_assert_int_eq(strncmp(first.text, "id=1 ", 5), 0);
	ck_assert_uint_eq(strlen(first.text), 5 + 32);
	ck_assert_str_eq(first.text, second.text);
	ck_assert_int_eq(strncmp(commit(MESSAGE("2")).text, "id=2 ", 5), 0);
}
END_TEST

START_TEST(commit_without_message_counts_contacts)
{
	struct spool_result result = commit(make_request(NULL, 0));
	ck_assert_int_eq(result.code, 0);
	ck_assert_int_eq(strncmp(result.text, "contacts=2 ", 11), 0);
}
END_TEST

START_TEST(large_message_is_written_whole)
{
	static char text[300000];
	struct stat st;
	memset(text, 'x', sizeof text);
	struct spool_result result = commit(make_request(text, sizeof text));
	char path[100] = "new/";
	strcat(path, result.text + 5);
	ck_assert_int_eq(fstatat(sp.fd, path, &st, 0), 0);
	ck_assert_int_gt(st.st_size, (off_t)sizeof text);
}
END_TEST

START_TEST(credit_is_taken_or_refused)
{
	uint64_t left;
	struct spool_request request = MESSAGE("1");
	request.costs_credit = true;
	struct spool_result result = commit(request);
	ck_assert_int_eq(result.code, ANSWER_LATER);
	ck_assert_ptr_nonnull(strstr(result.why, "acme"));
	ck_assert_int_eq(spool_credit_change(&sp, "acme", true, 3, &left), SPOOL_CREDIT_OK);
	ck_assert_int_eq(commit(request).code, 0);
	request = MESSAGE("2");
	request.costs_credit = true;
	result = commit(request);
	ck_assert_int_eq(result.code, ANSWER_REFUSED);
	ck_assert_str_eq(result.text, "envios insuficientes: quedan 1, hacen falta 2");
}
END_TEST

static bool client_has_gone(void *asked)
{
	return ++*(int *)asked;
}

START_TEST(nothing_is_committed_for_a_client_that_has_gone)
{
	int asked = 0;
	uint64_t left;
	struct spool_request request = MESSAGE("1");
	request.is_abandoned = client_has_gone;
	request.client = &asked;
	request.costs_credit = true;
	ck_assert_int_eq(spool_credit_change(&sp, "acme", true, 9, &left), SPOOL_CREDIT_OK);
	ck_assert_int_eq(commit(request).code, ANSWER_TIMEOUT);
	ck_assert_int_eq(asked, 1);
	ck_assert_int_eq(spool_credit_change(&sp, "acme", true, 0, &left), SPOOL_CREDIT_OK);
	ck_assert_uint_eq(left, 9);
	request.is_abandoned = NULL;
	struct spool_result result = commit(request);
	ck_assert(result.code == 0 && !result.is_repeat);
}
END_TEST

START_TEST(failure_says_what_failed)
{
	ck_assert_int_eq(unlinkat(sp.fd, "tmp", AT_REMOVEDIR), 0);
	put("tmp", "a file in the folder's place");
	struct spool_result result = commit(MESSAGE("1"));
	ck_assert_int_eq(result.code, ANSWER_SPOOL);
	ck_assert_str_eq(result.text, "");
	ck_assert_str_eq(result.why, "unable to write a file in tmp: Not a directory");
}
END_TEST

START_TEST(sandbox_is_noted_in_the_file)
{
	struct spool_request request = make_request("x\n", 2);
	request.sandbox = true;
	struct spool_result result = commit(request);
	char path[100] = "new/";
	strcat(path, result.text + 5);
	ck_assert_ptr_nonnull(strstr(content(path), "Z\nX-Saca-Sandbox: yes\nX-Saca-Recipients: 2\n"));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("commit");
	TCase *c = spool_case(s, "commit");
	tcase_add_test(c, commit_gives_number_and_id);
	tcase_add_test(c, commit_without_message_counts_contacts);
	tcase_add_test(c, large_message_is_written_whole);
	tcase_add_test(c, credit_is_taken_or_refused);
	tcase_add_test(c, nothing_is_committed_for_a_client_that_has_gone);
	tcase_add_test(c, failure_says_what_failed);
	tcase_add_test(c, sandbox_is_noted_in_the_file);
	return s;
}
