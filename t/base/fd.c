/* Descriptors: transfers at an offset, locks between processes, closing a range. */
#include "base/fd.h"
#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int file;

static void make_file(void)
{
	char name[] = "/tmp/saca-unit.XXXXXX";
	file = mkstemp(name);
	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(unlink(name), 0);
}

static void close_file(void)
{
	close(file);
}

START_TEST(octets_written_at_an_offset_are_read_there)
{
	char s[10];
	ck_assert(fd_write_all(file, "0123456789", 10));
	ck_assert(fd_pwrite_all(file, "abc", 3, 4));
	ck_assert_int_eq(fd_pread_all(file, s, 10, 0), 10);
	ck_assert_mem_eq(s, "0123abc789", 10);
	ck_assert_int_eq(fd_pread_all(file, s, 3, 4), 3);
	ck_assert_mem_eq(s, "abc", 3);
}
END_TEST

START_TEST(a_read_at_the_end_is_short)
{
	char s[10];
	ck_assert(fd_write_all(file, "0123", 4));
	ck_assert_int_eq(fd_pread_all(file, s, 10, 1), 3);
	ck_assert_int_eq(fd_pread_all(file, s, 10, 4), 0);
	ck_assert_int_eq(fd_pread_all(file, s, 10, 400), 0);
}
END_TEST

START_TEST(a_large_text_is_written_whole)
{
	enum { SIZE = (2 << 20) + 12345 };
	static unsigned char s[SIZE], read[SIZE];
	for (size_t i = 0; i < SIZE; i++)
		s[i] = (unsigned char)(i ^ i >> 8 ^ i >> 16);
	ck_assert(fd_write_all(file, s, SIZE));
	ck_assert_int_eq(lseek(file, 0, SEEK_END), SIZE);
	ck_assert_int_eq(fd_pread_all(file, read, SIZE, 0), SIZE);
	ck_assert_mem_eq(read, s, SIZE);
}
END_TEST

START_TEST(a_pipe_gets_all_octets_though_it_is_smaller)
{
	enum { SIZE = 1 << 20 };
	int ends[2], status = 0;
	ck_assert_int_eq(pipe(ends), 0);
	pid_t reader = fork();
	ck_assert_int_ge(reader, 0);
	if (reader == 0) {
		static char s[4000];
		size_t n = 0;
		ssize_t r;
		close(ends[1]);
		while ((r = read(ends[0], s, sizeof s)) > 0)
			n += (size_t)r;
		_exit(n == SIZE ? 0 : 1);
	}
	char *s = calloc(1, SIZE);
	close(ends[0]);
	ck_assert(fd_write_all(ends[1], s, SIZE));
	close(ends[1]);
	ck_assert_int_eq(waitpid(reader, &status, 0), reader);
	ck_assert_int_eq(status, 0);
	free(s);
}
END_TEST

START_TEST(errors_return_false)
{
	char c = 0;
	int read_only = open("/dev/null", O_RDONLY);
	ck_assert(!fd_write_all(read_only, &c, 1));
	ck_assert(!fd_pwrite_all(read_only, &c, 1, 0));
	ck_assert_int_eq(fd_pread_all(-1, &c, 1, 0), -1);
	ck_assert(!fd_fsync(-1) && !fd_datasync(-1));
	ck_assert_int_eq(fd_openat(AT_FDCWD, "/nonexistent/saca", O_RDONLY, 0), -1);
}
END_TEST

START_TEST(fd_close_range_closes_both_ends_and_nothing_else)
{
	for (int fd = 200; fd <= 206; fd++)
		ck_assert_int_eq(dup2(file, fd), fd);
	ck_assert(fd_close_range(202, 204));
	for (int fd = 200; fd <= 206; fd++)
		ck_assert_int_eq(fcntl(fd, F_GETFD) >= 0, fd < 202 || fd > 204);
	for (int fd = 200; fd <= 206; fd++)
		close(fd);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("fd");
	TCase *c = unit_case("fd");
	tcase_add_checked_fixture(c, make_file, close_file);
	tcase_add_test(c, octets_written_at_an_offset_are_read_there);
	tcase_add_test(c, a_read_at_the_end_is_short);
	tcase_add_test(c, a_large_text_is_written_whole);
	tcase_add_test(c, a_pipe_gets_all_octets_though_it_is_smaller);
	tcase_add_test(c, errors_return_false);
	tcase_add_test(c, fd_close_range_closes_both_ends_and_nothing_else);
	suite_add_tcase(s, c);
	return s;
}
