/* UCSPI-TLS, the program's side, with every kind of answer. Each test runs in a process of its own,
   because it replaces descriptors 0 and 1. */
#include "ucspi/starttls.h"
#include "base/clock.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int ctl[2], app[2];
static struct starttls u;

static void set_number(char const *name, int fd)
{
	char s[20];
	sprintf(s, "%d", fd);
	setenv(name, s, 1);
}

static void set_offer(int c, int r, int w)
{
	set_number("SSLCTLFD", c);
	set_number("SSLREADFD", r);
	set_number("SSLWRITEFD", w);
}

static void start(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ctl), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, app), 0);
	set_offer(ctl[1], app[1], dup(app[1]));
	unsetenv("SSL_PROTOCOL");
	unsetenv("SSL_CIPHER");
}

START_TEST(init_takes_descriptors_and_variables)
{
	setenv("UCSPITLS", "", 1);
	ck_assert_int_eq(starttls_init(&u), STARTTLS_READY);
	ck_assert_int_eq(u.ctl, ctl[1]);
	ck_assert_int_eq(u.in, app[1]);
	ck_assert(fcntl(u.ctl, F_GETFD) & FD_CLOEXEC);
	ck_assert(fcntl(u.in, F_GETFD) & FD_CLOEXEC);
	ck_assert(fcntl(u.out, F_GETFD) & FD_CLOEXEC);
	ck_assert_ptr_null(getenv("SSLCTLFD"));
	ck_assert_ptr_null(getenv("SSLREADFD"));
	ck_assert_ptr_null(getenv("SSLWRITEFD"));
	ck_assert_ptr_null(getenv("UCSPITLS"));
	ck_assert_int_eq(starttls_look(&u), STARTTLS_READY);
	close(ctl[0]);
	ck_assert_int_eq(starttls_look(&u), STARTTLS_DEAD);
}
END_TEST

START_TEST(without_variables_there_is_no_offer)
{
	unsetenv("SSLCTLFD");
	unsetenv("SSLREADFD");
	unsetenv("SSLWRITEFD");
	ck_assert_int_eq(starttls_init(&u), STARTTLS_NONE);
	ck_assert_int_eq(starttls_look(&u), STARTTLS_NONE);
	ck_assert(!starttls_start(&u, clock_ms() + 100));
}
END_TEST

static char const *const numbers[] = {"", "x", "5x", " 5", "+5", "-1", "0", "1", "2", "9999",
	"65536", "18446744073709551621", "05x"};

START_TEST(malformed_numbers_are_refused)
{
	setenv("SSLREADFD", numbers[_i], 1);
	ck_assert_int_eq(starttls_init(&u), STARTTLS_MALFORMED);
	ck_assert_ptr_null(getenv("SSLCTLFD"));
}
END_TEST

START_TEST(a_missing_variable_is_refused)
{
	unsetenv("SSLWRITEFD");
	ck_assert_int_eq(starttls_init(&u), STARTTLS_MALFORMED);
}
END_TEST

/* Sends the answer in advance, then starts TLS. */
static bool start_with(char const *answer, size_t n, bool end)
{
	if (starttls_init(&u) != STARTTLS_READY)
		return false;
	if (n && send(ctl[0], answer, n, 0) != (ssize_t)n)
		return false;
	if (end)
		shutdown(ctl[0], SHUT_WR);
	return starttls_start(&u, clock_ms() + 300);
}

static void check_plaintext(void)
{
	char c = 0;
	ck_assert_int_eq(recv(ctl[0], &c, 1, 0), 1);
	ck_assert_int_eq(c, 'Y');
	ck_assert_int_eq(send(app[0], "i", 1, 0), 1);
	ck_assert_int_eq(read(0, &c, 1), 1);
	ck_assert_int_eq(c, 'i');
	ck_assert_int_eq(write(1, "o", 1), 1);
	ck_assert_int_eq(recv(app[0], &c, 1, 0), 1);
	ck_assert_int_eq(c, 'o');
	ck_assert_int_eq(fcntl(0, F_GETFD), 0);
	ck_assert_int_eq(recv(ctl[0], &c, 1, 0), 0); /* closed on our side */
}

static struct {
	char const *s;
	size_t n;
	bool end, ok;
} const answers[] = {
#define A(text, end, ok) {text, sizeof text - 1, end, ok}
	A("SSL_PROTOCOL=TLSv1.2\0SSL_CIPHER=X\0\0", false, true),
	A("SSL_PROTOCOL=TLSv1.2\0SSL_CIPHER=X\0", true, true),
	A("SSL_PROTOCOL=TLSv1.2\0SSL_CIPHER=X\0SSL_CLIENT_S_DN\0\0", false, true),
	A("\0\0", false, true),
	A("\0", true, true),
	A("", true, false),
	A("", false, false),
	A("SSL_PROTOCOL=TLSv1.2\0SSL_CIPHER=X", true, false),
	A("SSL_PROTOCOL=TLSv1.2\0SSL_CIPHER=X\0", false, false),
	A("\0", false, false),
};

START_TEST(start_reads_every_kind_of_answer)
{
	setenv("SSL_CLIENT_S_DN", "inherited", 1);
	ck_assert_int_eq(start_with(answers[_i].s, answers[_i].n, answers[_i].end), answers[_i].ok);
	ck_assert_int_eq(u.ctl, -1);
	if (!answers[_i].ok) {
		ck_assert_msg(errno == EPROTO || errno == ETIMEDOUT, "%d", errno);
		return;
	}
	check_plaintext();
	if (answers[_i].n > 2) {
		ck_assert_str_eq(getenv("SSL_PROTOCOL"), "TLSv1.2");
		ck_assert_str_eq(getenv("SSL_CIPHER"), "X");
	}
	ck_assert_int_eq(_i == 2, getenv("SSL_CLIENT_S_DN") == NULL);
}
END_TEST

START_TEST(answers_set_only_ssl_variables)
{
	static char const answer[] = "PATH=/nowhere\0HOME\0LD_PRELOAD=x\0SSL_=y\0SSL_A B=z\0=\0SSL_OK=1\0\0";
	setenv("PATH", "/bin", 1);
	setenv("HOME", "/root", 1);
	unsetenv("LD_PRELOAD"); /* valgrind has one */
	ck_assert(start_with(answer, sizeof answer - 1, false));
	ck_assert_str_eq(getenv("PATH"), "/bin");
	ck_assert_str_eq(getenv("HOME"), "/root");
	ck_assert_ptr_null(getenv("LD_PRELOAD"));
	ck_assert_ptr_null(getenv("SSL_"));
	ck_assert_ptr_null(getenv("SSL_A B"));
	ck_assert_str_eq(getenv("SSL_OK"), "1");
}
END_TEST

START_TEST(a_long_answer_is_refused)
{
	static char answer[10000];
	memset(answer, 'x', sizeof answer);
	memcpy(answer, "SSL_X=", 6);
	ck_assert(!start_with(answer, sizeof answer, false));
	ck_assert_int_eq(errno, EPROTO);
}
END_TEST

/* The octets after the two NULs are plaintext. */
START_TEST(one_socket_may_serve_for_all)
{
	char c[2];
	set_offer(ctl[1], ctl[1], ctl[1]);
	ck_assert(start_with("SSL_PROTOCOL=TLSv1.2\0\0hi", 24, false));
	ck_assert_int_eq(read(0, c, 2), 2);
	ck_assert_mem_eq(c, "hi", 2);
	ck_assert_int_eq(write(1, "Z", 1), 1);
	ck_assert_int_eq(recv(ctl[0], c, 2, MSG_WAITALL), 2);
	ck_assert_mem_eq(c, "YZ", 2);
}
END_TEST

START_TEST(a_dead_wrapper_fails_without_sigpipe)
{
	ck_assert_int_eq(starttls_init(&u), STARTTLS_READY);
	close(ctl[0]);
	ck_assert(!starttls_start(&u, clock_ms() + 300));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("starttls");
	TCase *c = unit_case("starttls");
	tcase_add_checked_fixture(c, start, NULL);
	tcase_add_test(c, init_takes_descriptors_and_variables);
	tcase_add_test(c, without_variables_there_is_no_offer);
	tcase_add_loop_test(c, malformed_numbers_are_refused, 0, sizeof numbers / sizeof *numbers);
	tcase_add_test(c, a_missing_variable_is_refused);
	tcase_add_loop_test(c, start_reads_every_kind_of_answer, 0, sizeof answers / sizeof *answers);
	tcase_add_test(c, answers_set_only_ssl_variables);
	tcase_add_test(c, a_long_answer_is_refused);
	tcase_add_test(c, one_socket_may_serve_for_all);
	tcase_add_test(c, a_dead_wrapper_fails_without_sigpipe);
	suite_add_tcase(s, c);
	return s;
}
