/* Tickets: made, checked, expired, altered; and the key's file. */
#define _GNU_SOURCE
#include "service/ticket.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct hash_key key_of(char octet)
{
	char octets[TICKET_KEY];
	struct hash_key key;
	memset(octets, octet, sizeof octets);
	hash_key_init(&key, octets, sizeof octets);
	return key;
}

START_TEST(a_ticket_is_valid_for_its_user_until_it_expires)
{
	struct hash_key key = key_of('k');
	unsigned char t[TICKET_OCTETS];
	ticket_make(t, &key, "ana.acme", 1000);
	ck_assert_int_eq(ticket_check(&key, "ana.acme", t, sizeof t, 0), TICKET_VALID);
	ck_assert_int_eq(ticket_check(&key, "ana.acme", t, sizeof t, 999), TICKET_VALID);
	ck_assert_int_eq(ticket_check(&key, "ana.acme", t, sizeof t, 1000), TICKET_EXPIRED);
	ck_assert_int_eq(ticket_check(&key, "ana.otra", t, sizeof t, 0), TICKET_FORGED);
	ck_assert_int_eq(ticket_check(&key, "ana.acm", t, sizeof t, 0), TICKET_FORGED);
	ck_assert_int_eq(ticket_check(&key, "", t, sizeof t, 0), TICKET_FORGED);
}
END_TEST

START_TEST(a_ticket_of_another_key_is_forged)
{
	struct hash_key key = key_of('k'), other = key_of('o');
	unsigned char t[TICKET_OCTETS];
	ticket_make(t, &other, "ana.acme", 1000);
	ck_assert_int_eq(ticket_check(&key, "ana.acme", t, sizeof t, 0), TICKET_FORGED);
}
END_TEST

START_TEST(a_ticket_with_any_bit_altered_is_forged)
{
	struct hash_key key = key_of('k');
	unsigned char t[TICKET_OCTETS];
	ticket_make(t, &key, "ana.acme", 1000);
	for (size_t bit = 0; bit < 8 * sizeof t; bit++) {
		t[bit / 8] ^= (unsigned char)(1 << bit % 8);
		ck_assert_int_eq(ticket_check(&key, "ana.acme", t, sizeof t, 0), TICKET_FORGED);
		t[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	for (size_t n = 0; n < sizeof t; n++)
		ck_assert_int_eq(ticket_check(&key, "ana.acme", t, n, 0), TICKET_FORGED);
}
END_TEST

START_TEST(a_ticket_that_lives_too_long_is_forged)
{
	struct hash_key key = key_of('k');
	unsigned char t[TICKET_OCTETS];
	ticket_make(t, &key, "ana.acme", 100 + TICKET_SECONDS);
	ck_assert_int_eq(ticket_check(&key, "ana.acme", t, sizeof t, 100), TICKET_VALID);
	ck_assert_int_eq(ticket_check(&key, "ana.acme", t, sizeof t, 99), TICKET_FORGED);
	ticket_make(t, &key, "ana.acme", UINT64_MAX);
	ck_assert_int_eq(ticket_check(&key, "ana.acme", t, sizeof t, 0), TICKET_FORGED);
}
END_TEST

START_TEST(a_user_that_is_too_long_has_no_ticket)
{
	struct hash_key key = key_of('k');
	char user[TICKET_USER + 2];
	unsigned char t[TICKET_OCTETS];
	memset(user, 'u', sizeof user);
	user[TICKET_USER] = 0;
	ticket_make(t, &key, user, 1000);
	ck_assert_int_eq(ticket_check(&key, user, t, sizeof t, 0), TICKET_VALID);
	user[TICKET_USER] = 'u';
	user[TICKET_USER + 1] = 0;
	ck_assert_int_eq(ticket_check(&key, user, t, sizeof t, 0), TICKET_FORGED);
}
END_TEST

/* Writes a key file of n octets, and reads it. */
static bool read_file_of(struct hash_key *key, size_t n)
{
	char path[] = "/tmp/ticket.XXXXXX", octets[64];
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	memset(octets, 'k', sizeof octets);
	ck_assert_int_eq(write(fd, octets, n), (int)n);
	close(fd);
	bool r = ticket_read_key(key, path);
	int e = errno;
	unlink(path);
	errno = e;
	return r;
}

START_TEST(a_key_file_has_exactly_32_octets)
{
	struct hash_key key, expected = key_of('k');
	unsigned char t[TICKET_OCTETS];
	ck_assert(read_file_of(&key, TICKET_KEY));
	ticket_make(t, &expected, "ana.acme", 1000);
	ck_assert_int_eq(ticket_check(&key, "ana.acme", t, sizeof t, 0), TICKET_VALID);
	for (size_t n = 0; n < 40; n += n == 30 ? 1 : 10)
		ck_assert(!read_file_of(&key, n) && errno == EINVAL);
	ck_assert(!read_file_of(&key, TICKET_KEY + 1) && errno == EINVAL);
	ck_assert(!ticket_read_key(&key, "/nowhere/key") && errno == ENOENT);
	ck_assert(!ticket_read_key(&key, "/tmp") && errno == EISDIR);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("ticket");
	TCase *c = unit_case("ticket");
	tcase_add_test(c, a_ticket_is_valid_for_its_user_until_it_expires);
	tcase_add_test(c, a_ticket_of_another_key_is_forged);
	tcase_add_test(c, a_ticket_with_any_bit_altered_is_forged);
	tcase_add_test(c, a_ticket_that_lives_too_long_is_forged);
	tcase_add_test(c, a_user_that_is_too_long_has_no_ticket);
	tcase_add_test(c, a_key_file_has_exactly_32_octets);
	suite_add_tcase(s, c);
	return s;
}
