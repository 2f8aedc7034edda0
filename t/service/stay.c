/* io/stay: descriptors that go over, promises kept and broken. */
#include "unit.h"

#include "service/stay.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int pair[2];

static void setup(void)
{
	ck_assert(stay_pair(pair));
}

static void teardown(void)
{
	close(pair[0]);
	close(pair[1]);
}

static int holding(char const *text)
{
	int p[2];
	ck_assert_int_eq(pipe(p), 0);
	ck_assert_int_eq(write(p[1], text, strlen(text)), (ssize_t)strlen(text));
	close(p[1]);
	return p[0];
}

static bool holds(int fd, char const *text)
{
	char s[64] = "";
	return read(fd, s, sizeof s - 1) == (ssize_t)strlen(text) && strcmp(s, text) == 0;
}

START_TEST(descriptors_take_the_places_of_0_and_1)
{
	ck_assert(pair[0] >= 10 && pair[1] >= 10);
	for (int i = 0; i < 300; i++) { /* none is left open */
		int m = holding("message"), e = holding("envelope");
		ck_assert(stay_give(pair[0], m, e));
		close(m);
		close(e);
		ck_assert(stay_take(pair[1]));
		ck_assert(holds(0, "message") && holds(1, "envelope"));
		ck_assert(stay_tell(pair[1]) && stay_hear(pair[0]));
		ck_assert_int_lt(m, 64);
	}
	int next = dup(0);
	ck_assert_int_lt(next, 64);
}
END_TEST

START_TEST(the_end_is_no_acceptance_and_no_message)
{
	close(pair[1]);
	ck_assert(!stay_hear(pair[0]));
	ck_assert(!stay_give(pair[0], 0, 1)); /* and no SIGPIPE */
	ck_assert(!stay_tell(pair[0]));
	ck_assert(!stay_take(pair[0]));
	pair[1] = dup(0);
}
END_TEST

START_TEST(other_packets_are_none_of_ours)
{
	ck_assert_int_eq(send(pair[0], "m", 1, 0), 1); /* no descriptors */
	ck_assert(!stay_take(pair[1]));
	ck_assert_int_eq(send(pair[1], "\1", 1, 0), 1); /* another code */
	ck_assert(!stay_hear(pair[0]));
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} one;
	memset(&one, 0, sizeof one);
	char octet = 0;
	struct iovec v = {&octet, 1};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &one, .msg_controllen = sizeof one.room};
	one.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(&one.header), &pair[0], sizeof(int));
	ck_assert_int_eq(sendmsg(pair[0], &m, 0), 1); /* one descriptor */
	ck_assert(!stay_take(pair[1]));
}
END_TEST

START_TEST(offers)
{
	unsetenv(STAY_VARIABLE);
	ck_assert_int_eq(stay_offer(), -1);
	static char const *const bad[] = {"", "x", "-1", "1x", "2", "63", "99999999999999999999"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		setenv(STAY_VARIABLE, bad[i], 1);
		ck_assert_int_eq(stay_offer(), -2);
	}
	char number[16];
	int fd = dup(pair[0]);
	snprintf(number, sizeof number, "%d", fd);
	setenv(STAY_VARIABLE, number, 1);
	ck_assert_int_eq(stay_offer(), fd);
	ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	int file = open("/dev/null", O_RDONLY);
	snprintf(number, sizeof number, "%d", file);
	setenv(STAY_VARIABLE, number, 1);
	ck_assert_int_eq(stay_offer(), -2);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("stay");
	TCase *c = unit_case("stay");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, descriptors_take_the_places_of_0_and_1);
	tcase_add_test(c, the_end_is_no_acceptance_and_no_message);
	tcase_add_test(c, other_packets_are_none_of_ours);
	tcase_add_test(c, offers);
	suite_add_tcase(s, c);
	return s;
}
