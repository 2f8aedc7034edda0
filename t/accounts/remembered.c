/* Remembered logins: how long, how many, and which one is replaced. */
#include "accounts/remembered.h"

#include "unit.h"

#include <string.h>

#define TEN_MINUTES 600000

static struct remembered r;

/* Login number i; those of one set differ in their last octets. */
static unsigned char const *mac_of(unsigned int set, unsigned int i)
{
	static unsigned char mac[REMEMBERED_MAC];
	memset(mac, 0x5a, sizeof mac);
	mac[0] = (unsigned char)(set >> 8);
	mac[1] = (unsigned char)set;
	memcpy(mac + 8, &i, sizeof i);
	return mac;
}

static void set_up(void)
{
	memset(&r, 0, sizeof r);
}

START_TEST(a_login_is_remembered_for_its_time)
{
	remembered_add(&r, mac_of(1, 1), 1000, 1000 + TEN_MINUTES);
	ck_assert(remembered_has(&r, mac_of(1, 1), 1000));
	ck_assert(remembered_has(&r, mac_of(1, 1), 1000 + TEN_MINUTES - 1));
	ck_assert(!remembered_has(&r, mac_of(1, 1), 1000 + TEN_MINUTES));
	ck_assert(!remembered_has(&r, mac_of(1, 2), 1000));
	ck_assert(!remembered_has(&r, mac_of(2, 1), 1000));
}
END_TEST

START_TEST(nothing_is_remembered_at_the_start)
{
	unsigned char const zero[REMEMBERED_MAC] = {0};
	ck_assert(!remembered_has(&r, zero, 0));
	ck_assert(!remembered_has(&r, mac_of(0, 0), 0));
}
END_TEST

START_TEST(every_octet_of_the_mac_is_compared)
{
	unsigned char mac[REMEMBERED_MAC];
	memcpy(mac, mac_of(7, 7), sizeof mac);
	remembered_add(&r, mac, 0, 1);
	for (size_t bit = 0; bit < 8 * sizeof mac; bit++) {
		mac[bit / 8] ^= (unsigned char)(1 << bit % 8);
		ck_assert(!remembered_has(&r, mac, 0));
		mac[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	ck_assert(remembered_has(&r, mac, 0));
}
END_TEST

START_TEST(all_65536_places_can_be_in_use)
{
	for (unsigned int set = 0; set < REMEMBERED_SETS; set++)
		for (unsigned int i = 0; i < REMEMBERED_WAYS; i++)
			remembered_add(&r, mac_of(set, i), 0, 1);
	for (unsigned int set = 0; set < REMEMBERED_SETS; set++)
		for (unsigned int i = 0; i < REMEMBERED_WAYS; i++)
			ck_assert(remembered_has(&r, mac_of(set, i), 0));
}
END_TEST

START_TEST(a_full_set_replaces_the_login_that_expires_first)
{
	for (unsigned int i = 0; i < REMEMBERED_WAYS; i++)
		remembered_add(&r, mac_of(1, i), i, i + TEN_MINUTES);
	remembered_add(&r, mac_of(1, 9), 9, 9 + TEN_MINUTES);
	ck_assert(!remembered_has(&r, mac_of(1, 0), 9));
	for (unsigned int i = 1; i < REMEMBERED_WAYS; i++)
		ck_assert(remembered_has(&r, mac_of(1, i), 9));
	ck_assert(remembered_has(&r, mac_of(1, 9), 9));
}
END_TEST

START_TEST(a_full_set_replaces_an_expired_login_first)
{
	remembered_add(&r, mac_of(1, 0), 0, 100);
	remembered_add(&r, mac_of(1, 1), 0, 50);
	remembered_add(&r, mac_of(1, 2), 0, 100);
	remembered_add(&r, mac_of(1, 3), 0, 100);
	remembered_add(&r, mac_of(1, 4), 60, 160);
	ck_assert(!remembered_has(&r, mac_of(1, 1), 60));
	for (unsigned int i = 0; i < 5; i++)
		ck_assert(i == 1 || remembered_has(&r, mac_of(1, i), 60));
}
END_TEST

START_TEST(a_login_that_comes_again_keeps_one_place)
{
	for (unsigned int i = 0; i < REMEMBERED_WAYS; i++)
		remembered_add(&r, mac_of(1, i), 0, 100);
	for (unsigned int i = 0; i < 100; i++)
		remembered_add(&r, mac_of(1, 2), 50, 150);
	for (unsigned int i = 0; i < REMEMBERED_WAYS; i++)
		ck_assert(remembered_has(&r, mac_of(1, i), 99));
	ck_assert(remembered_has(&r, mac_of(1, 2), 149));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("remembered");
	TCase *c = unit_case("remembered");
	tcase_add_checked_fixture(c, set_up, NULL);
	tcase_add_test(c, a_login_is_remembered_for_its_time);
	tcase_add_test(c, nothing_is_remembered_at_the_start);
	tcase_add_test(c, every_octet_of_the_mac_is_compared);
	tcase_add_test(c, all_65536_places_can_be_in_use);
	tcase_add_test(c, a_full_set_replaces_the_login_that_expires_first);
	tcase_add_test(c, a_full_set_replaces_an_expired_login_first);
	tcase_add_test(c, a_login_that_comes_again_keeps_one_place);
	suite_add_tcase(s, c);
	return s;
}
