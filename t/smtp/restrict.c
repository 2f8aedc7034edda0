/* A session that has given up its rights. Each attempt is made in a child. */
#define _GNU_SOURCE
#include "smtp/restrict.h"

#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[96];
static int service, listening;
static struct sockaddr_in tcp;

static void set_up(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	socklen_t n = sizeof tcp;
	unit_make_folder();
	sprintf(path, "%s/s", unit_folder);
	strcpy(to.sun_path, path);
	service = socket(AF_UNIX, SOCK_DGRAM, 0);
	ck_assert_int_eq(bind(service, (struct sockaddr *)&to, sizeof to), 0);
	tcp = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	listening = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(listening, (struct sockaddr *)&tcp, sizeof tcp), 0);
	ck_assert_int_eq(listen(listening, 5), 0);
	ck_assert_int_eq(getsockname(listening, (struct sockaddr *)&tcp, &n), 0);
}

static long version(void)
{
	return syscall(444, NULL, 0, 1);
}

/* Each returns 0 if it succeeded, else errno. */
static int open_for_reading(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
}

static int list_folder(void)
{
	return open("/", O_RDONLY | O_DIRECTORY) < 0 ? errno : 0;
}

static int open_for_writing(void)
{
	return open(path, O_WRONLY | O_APPEND) < 0 ? errno : 0;
}

static int make_file(void)
{
	char name[128];
	sprintf(name, "%s/new", unit_folder);
	return open(name, O_CREAT | O_WRONLY, 0600) < 0 ? errno : 0;
}

static int make_folder(void)
{
	char name[128];
	sprintf(name, "%s/new", unit_folder);
	return mkdir(name, 0700) < 0 ? errno : 0;
}

static int remove_file(void)
{
	return unlink(path) < 0 ? errno : 0;
}

static int execute(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return errno;
}

static int connect_tcp(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return connect(fd, (struct sockaddr *)&tcp, sizeof tcp) < 0 ? errno : 0;
}

static int signal_parent(void)
{
	return kill(getppid(), 0) < 0 ? errno : 0;
}

static struct {
	int (*attempt)(void);
	int since;          /* version of Landlock that forbids it */
	int expected;
} const forbidden[] = {
	{open_for_reading, 1, EACCES}, {list_folder, 1, EACCES}, {open_for_writing, 1, EACCES}, {make_file, 1, EACCES},
	{make_folder, 1, EACCES}, {remove_file, 1, EACCES}, {execute, 1, EACCES}, {connect_tcp, 4, EACCES},
	{signal_parent, 6, EPERM},
};

/* Runs the attempt in a child, with or without rights, and returns its result; 255: the rights
   could not be given up. */
static int in_child(int (*attempt)(void), bool restricted)
{
	int status;
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(restricted && !restrict_session() ? 255 : attempt());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(a_restricted_session_cannot_use_files_or_programs)
{
	int before = in_child(forbidden[_i].attempt, false);
	ck_assert_int_ne(before, forbidden[_i].expected);
	if (forbidden[_i].attempt == make_folder || forbidden[_i].attempt == remove_file || forbidden[_i].attempt == make_file) {
		unit_remove_folder();
		set_up();
	}
	int after = in_child(forbidden[_i].attempt, true);
	ck_assert_int_eq(after, version() >= forbidden[_i].since ? forbidden[_i].expected : before);
}
END_TEST

static int ask_service(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	strcpy(to.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	return connect(fd, (struct sockaddr *)&to, sizeof to) < 0 || send(fd, "x", 1, 0) != 1 ? errno : 0;
}

static int use_memory_file(void)
{
	int fd = memfd_create("m", MFD_CLOEXEC);
	return fd < 0 || write(fd, "x", 1) != 1 || ftruncate(fd, 0) < 0 ? errno : 0;
}

static int write_log(void)
{
	return write(2, "", 0) < 0 ? errno : 0;
}

START_TEST(a_restricted_session_can_do_its_work)
{
	ck_assert_int_eq(in_child(ask_service, true), 0);
	ck_assert_int_eq(in_child(use_memory_file, true), 0);
	ck_assert_int_eq(in_child(write_log, true), 0);
}
END_TEST

static int read_own_rights(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 ? 1 : prctl(PR_GET_DUMPABLE) != 0 ? 2 : 0;
}

START_TEST(a_restricted_session_gains_no_privileges_and_leaves_no_core)
{
	ck_assert_int_eq(in_child(read_own_rights, true), 0);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("restrict");
	TCase *c = unit_case("restrict");
	tcase_add_checked_fixture(c, set_up, unit_remove_folder);
	tcase_add_loop_test(c, a_restricted_session_cannot_use_files_or_programs, 0, (int)(sizeof forbidden / sizeof *forbidden));
	tcase_add_test(c, a_restricted_session_can_do_its_work);
	tcase_add_test(c, a_restricted_session_gains_no_privileges_and_leaves_no_core);
	suite_add_tcase(s, c);
	return s;
}
