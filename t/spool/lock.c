/* Locks between processes. */
#include "fixture.h"
#include "spool/lock.h"

#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

/* Runs `try` in another process. 0: it returned true; 1: false. */
static int in_another_process(bool (*try)(struct spool *))
{
	pid_t pid = fork();
	if (pid == 0) {
		struct spool other;
		alarm(5);
		_exit(spool_open(&other, root) && try(&other) ? 0 : 1);
	}
	int status;
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool imports(struct spool *other)
{
	return spool_import_lock(other) == 1;
}

static bool locks_another(struct spool *other)
{
	return spool_lock(other, KEY2);
}

static bool may_lock(struct spool *other)
{
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = (off_t)1 << 60};
	return fcntl(other->lock, F_GETLK, &l) == 0 && l.l_type == F_UNLCK;
}

START_TEST(locks_exclude_other_processes)
{
	ck_assert_int_eq(in_another_process(imports), 0);
	ck_assert_int_eq(spool_import_lock(&sp), 1);
	ck_assert_int_eq(in_another_process(imports), 1);
	ck_assert_int_eq(in_another_process(may_lock), 0);
	ck_assert(spool_lock(&sp, KEY));
	ck_assert_int_eq(in_another_process(may_lock), 1);
	ck_assert_int_eq(in_another_process(locks_another), 0);
	ck_assert(spool_unlock(&sp, KEY));
	ck_assert_int_eq(in_another_process(may_lock), 0);
	ck_assert(spool_lock_all(&sp));
	ck_assert_int_eq(in_another_process(may_lock), 1);
	ck_assert(spool_unlock_all(&sp));
	ck_assert_int_eq(in_another_process(may_lock), 0);
	ck_assert_int_eq(in_another_process(imports), 1);
}
END_TEST

static volatile sig_atomic_t stopped;

static void note_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

/* Starts a process that holds the lock of KEY until it is killed. Undoes the settings of other tests. */
static pid_t start_holder(void)
{
	spool_lock_limit = 60000;
	spool_lock_stop = NULL;
	stopped = 0;
	int ready[2];
	char octet;
	ck_assert_int_eq(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct spool other;
		if (!spool_open(&other, root) || !spool_lock(&other, KEY) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	ck_assert_int_eq(read(ready[0], &octet, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void end_holder(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void check_blocked(pid_t holder)
{
	char wanted[200];
	int e = errno;
	snprintf(wanted, sizeof wanted, "the lock of %.16s is held by process %ld: %s", KEY, (long)holder, strerror(e));
	ck_assert_str_eq(spool_error(e), wanted);
}

START_TEST(wait_ends_at_its_limit)
{
	pid_t holder = start_holder();
	spool_lock_limit = 50;
	ck_assert(!spool_lock(&sp, KEY));
	ck_assert_int_eq(errno, ETIMEDOUT);
	check_blocked(holder);
	ck_assert(spool_lock(&sp, KEY2));
	ck_assert_str_eq(spool_error(ETIMEDOUT), strerror(ETIMEDOUT));
	end_holder(holder);
	ck_assert(spool_lock(&sp, KEY));
}
END_TEST

START_TEST(wait_ends_at_a_signal)
{
	struct sigaction note = {.sa_handler = note_signal};
	struct itimerval soon = {{0, 20000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
	pid_t holder = start_holder();
	spool_lock_stop = &stopped;
	ck_assert_int_eq(sigaction(SIGALRM, &note, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &soon, NULL), 0);
	ck_assert(!spool_lock(&sp, KEY));
	ck_assert_int_eq(errno, EINTR);
	check_blocked(holder);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	end_holder(holder);
}
END_TEST

START_TEST(wait_ends_at_a_signal_that_came_between_two_sleeps)
{
	pid_t holder = start_holder();
	spool_lock_stop = &stopped;
	stopped = 1;
	ck_assert(!spool_lock(&sp, KEY));
	ck_assert_int_eq(errno, EINTR);
	check_blocked(holder);
	ck_assert(spool_lock(&sp, KEY2));
	end_holder(holder);
	ck_assert(spool_lock(&sp, KEY));
}
END_TEST

START_TEST(wait_goes_on_when_the_holder_dies)
{
	pid_t holder = start_holder(), killer = fork();
	if (killer == 0) {
		usleep(20000);
		kill(holder, SIGKILL);
		_exit(0);
	}
	ck_assert(spool_lock(&sp, KEY));
	waitpid(killer, NULL, 0);
	waitpid(holder, NULL, 0);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("lock");
	TCase *c = spool_case(s, "lock");
	tcase_add_test(c, locks_exclude_other_processes);
	tcase_add_test(c, wait_ends_at_its_limit);
	tcase_add_test(c, wait_ends_at_a_signal);
	tcase_add_test(c, wait_ends_at_a_signal_that_came_between_two_sleeps);
	tcase_add_test(c, wait_goes_on_when_the_holder_dies);
	return s;
}
