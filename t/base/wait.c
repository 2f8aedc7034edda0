/* Waiting: what ends it, and that a deadline holds. */
#include "base/clock.h"
#include "base/wait.h"
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static int ends[2]; /* of a pipe: [0] is ready once something was written to [1] */

static void open_pipe(void)
{
	ck_assert_int_eq(pipe(ends), 0);
}

static void close_pipe(void)
{
	close(ends[0]);
	close(ends[1]);
}

START_TEST(look_does_not_wait)
{
	uint64_t before = clock_ms();
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(wait_for(ends[0], POLLIN, WAIT_LOOK), 0);
	ck_assert_uint_lt(clock_ms() - before, 5000);
	ck_assert_int_eq(wait_for(ends[1], POLLOUT, WAIT_LOOK), 1);
}
END_TEST

START_TEST(deadline_ends_the_wait)
{
	uint64_t before = clock_ms();
	ck_assert_int_eq(wait_for(ends[0], POLLIN, before + 30), 0);
	ck_assert_uint_ge(clock_ms(), before + 29);
}
END_TEST

START_TEST(data_ends_the_wait)
{
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	ck_assert_int_eq(wait_for(ends[0], POLLIN, clock_ms() + 60000), 1);
	ck_assert_int_eq(wait_for(ends[0], POLLIN, WAIT_FOREVER), 1);
}
END_TEST

START_TEST(after_the_deadline_ready_data_does_not_count)
{
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	ck_assert_int_eq(wait_for(ends[0], POLLIN, clock_ms()), 0);
	ck_assert_int_eq(wait_for(ends[0], POLLIN, 1), 0);
}
END_TEST

static volatile sig_atomic_t alarms;

static void count_alarm(int sig)
{
	(void)sig;
	alarms++;
}

/* Raises SIGALRM every 5 ms. */
static void start_alarms(void)
{
	struct sigaction a = {.sa_handler = count_alarm};
	struct itimerval const often = {{0, 5000}, {0, 5000}};
	ck_assert_int_eq(sigaction(SIGALRM, &a, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
}

START_TEST(a_signal_that_the_mask_allows_ends_wait_ready)
{
	struct pollfd x = {.fd = ends[0], .events = POLLIN};
	sigset_t alarm, none;
	sigemptyset(&none);
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, &alarm, NULL), 0);
	start_alarms();
	ck_assert_int_eq(wait_ready(&x, 1, clock_ms() + 100, NULL), 0);
	ck_assert_int_eq(alarms, 0); /* blocked */
	ck_assert(wait_ready(&x, 1, clock_ms() + 60000, &none) == -1 && errno == EINTR);
	ck_assert_int_ge(alarms, 1);
}
END_TEST

START_TEST(signals_neither_end_nor_extend_wait_for)
{
	start_alarms();
	uint64_t deadline = clock_ms() + 60;
	ck_assert_int_eq(wait_for(ends[0], POLLIN, deadline), 0);
	ck_assert_uint_ge(clock_ms(), deadline);
	ck_assert_int_ge(alarms, 1);
}
END_TEST

START_TEST(a_signal_ends_wait_ms)
{
	uint64_t before = clock_ms();
	wait_ms(20);
	ck_assert_uint_ge(clock_ms(), before + 20);
	start_alarms();
	wait_ms(60000);
	ck_assert_uint_lt(clock_ms(), before + 30000);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("wait");
	TCase *c = unit_case("wait");
	tcase_add_checked_fixture(c, open_pipe, close_pipe);
	tcase_add_test(c, look_does_not_wait);
	tcase_add_test(c, deadline_ends_the_wait);
	tcase_add_test(c, data_ends_the_wait);
	tcase_add_test(c, after_the_deadline_ready_data_does_not_count);
	tcase_add_test(c, a_signal_that_the_mask_allows_ends_wait_ready);
	tcase_add_test(c, signals_neither_end_nor_extend_wait_for);
	tcase_add_test(c, a_signal_ends_wait_ms);
	suite_add_tcase(s, c);
	return s;
}
