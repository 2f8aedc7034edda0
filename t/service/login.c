/* Asking the login service, which is played by a thread. */
#define _GNU_SOURCE
#include "service/login.h"
#include "base/clock.h"
#include "service/serve.h"

#include "unit.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char path[108], received[1024], reason[ASK_REASON], ticket[TICKET_BASE64 + 1];
static size_t received_n;

struct player {
	pthread_t thread;
	int fd;
	void const *reply;
	size_t n;
};

/* Receives one request and replies. */
static void *play_service(void *arg)
{
	struct player *p = arg;
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec data = {received, sizeof received};
	struct msghdr m = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	ssize_t n = recvmsg(p->fd, &m, 0);
	int end;
	received_n = n > 0 ? (size_t)n : 0;
	memcpy(&end, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof end);
	if (p->n)
		(void)!send(end, p->reply, p->n, MSG_NOSIGNAL);
	close(end);
	return NULL;
}

/* Asks for user and password; the service replies with n octets. */
static enum login_result result_of(char const *user, char const *password, char const *ip, void const *reply, size_t n)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	struct player p = {.fd = socket(AF_UNIX, SOCK_DGRAM, 0), .reply = reply, .n = n};
	snprintf(path, sizeof path, "/tmp/saca-login.%ld", (long)getpid());
	strcpy(to.sun_path, path);
	unlink(path);
	ck_assert_int_eq(bind(p.fd, (struct sockaddr *)&to, sizeof to), 0);
	ck_assert_int_eq(pthread_create(&p.thread, NULL, play_service, &p), 0);
	struct login_question const q = {.socket = path, .user = user, .user_n = strlen(user), .password = password,
		.password_n = strlen(password), .ip = ip, .client = -1, .deadline = clock_ms() + 60000};
	enum login_result r = login_ask(&q, ticket, reason);
	pthread_join(p.thread, NULL);
	close(p.fd);
	unlink(path);
	return r;
}

START_TEST(the_request_is_a_checkpassword_block)
{
	ck_assert_int_eq(result_of("ana.acme", "secreto", "192.0.2.1", "\1", 1), LOGIN_REFUSED);
	ck_assert_uint_eq(received_n, sizeof "ana.acme\0secreto\0" "192.0.2.1");
	ck_assert_mem_eq(received, "ana.acme\0secreto\0" "192.0.2.1", received_n);
}
END_TEST

START_TEST(each_reply_has_its_result)
{
	char accepted[1 + TICKET_OCTETS] = {0};
	strcpy(ticket, "before");
	ck_assert_int_eq(result_of("a.b", "c", "", "o\1", 2), LOGIN_UNKNOWN);
	ck_assert_int_eq(result_of("a.b", "c", "", "o", 1), LOGIN_UNKNOWN);
	ck_assert_int_eq(result_of("a.b", "c", "", "of", 2), LOGIN_TOO_MANY);
	ck_assert_int_eq(result_of("a.b", "c", "", "\2", 1), LOGIN_UNKNOWN);
	ck_assert_int_eq(result_of("a.b", "c", "", "", 0), LOGIN_UNKNOWN);
	ck_assert_ptr_nonnull(strstr(reason, "no reply"));
	ck_assert_str_eq(ticket, "before");
	ck_assert_int_eq(result_of("a.b", "c", "", "", 1), LOGIN_ACCEPTED);
	ck_assert_str_eq(ticket, "");
	ck_assert_int_eq(result_of("a.b", "c", "", accepted, sizeof accepted), LOGIN_ACCEPTED);
	ck_assert_uint_eq(strlen(ticket), TICKET_BASE64);
}
END_TEST

START_TEST(an_address_that_does_not_fit_is_left_out)
{
	char password[LOGIN_BLOCK - sizeof "a.b\0\0" + 1]; /* the block is full without an address */
	memset(password, 'x', sizeof password);
	password[sizeof password - 1] = 0;
	ck_assert_int_eq(result_of("a.b", password, "192.0.2.1", "\1", 1), LOGIN_REFUSED);
	ck_assert_uint_eq(received_n, LOGIN_BLOCK);
}
END_TEST

START_TEST(a_login_that_does_not_fit_sends_no_request)
{
	char password[LOGIN_BLOCK];
	struct login_question const q = {.socket = "/none", .user = "a.b", .user_n = 3, .password = password,
		.password_n = LOGIN_BLOCK - 5, .ip = "", .client = -1};
	ck_assert_int_eq(login_ask(&q, ticket, reason), LOGIN_UNKNOWN);
	ck_assert_ptr_nonnull(strstr(reason, "too long"));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("login");
	TCase *t = tcase_create("service");
	tcase_add_test(t, the_request_is_a_checkpassword_block);
	tcase_add_test(t, each_reply_has_its_result);
	tcase_add_test(t, an_address_that_does_not_fit_is_left_out);
	tcase_add_test(t, a_login_that_does_not_fit_sends_no_request);
	suite_add_tcase(s, t);
	return s;
}
