/* The client's address: from the environment, then from the socket. Each test runs in a process of its
   own, because it replaces descriptor 0. */
#include "ucspi/environment.h"
#include "ucspi/peer.h"
#include "unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char const *const names[] = {"PROTO", "TCPREMOTEIP", "TCPREMOTEPORT", "TCPLOCALIP", "TCPLOCALPORT", "SSLREMOTEIP",
	"SSL6REMOTEIP", "XREMOTEIP", "REMOTE_ADDR", "SSL_PROTOCOL"};
static uint16_t server_port, client_port;

static void clear_environment(void)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unsetenv(names[i]);
	int fd = open("/dev/null", O_RDWR);
	ck_assert_int_eq(dup2(fd, 0), 0);
}

static char const *ip(void)
{
	static char out[PEER_IP];
	peer_ip(out);
	return out;
}

START_TEST(peer_ip_reads_the_variable_of_proto)
{
	ck_assert_str_eq(ip(), "unknown");
	setenv("REMOTE_ADDR", "192.0.2.1", 1);
	ck_assert_str_eq(ip(), "192.0.2.1");
	setenv("TCPREMOTEIP", "192.0.2.2", 1);
	ck_assert_str_eq(ip(), "192.0.2.2");
	setenv("PROTO", "", 1);
	ck_assert_str_eq(ip(), "192.0.2.2");
	setenv("PROTO", "SSL", 1);
	ck_assert_str_eq(ip(), "192.0.2.1");
	setenv("SSLREMOTEIP", "192.0.2.3", 1);
	ck_assert_str_eq(ip(), "192.0.2.3");
	setenv("PROTO", "SSL6", 1);
	ck_assert_str_eq(ip(), "192.0.2.3");
	setenv("SSL6REMOTEIP", "2001:db8::1", 1);
	ck_assert_str_eq(ip(), "2001:db8::1");
	setenv("SSL6REMOTEIP", "", 1);
	ck_assert_str_eq(ip(), "192.0.2.3");
}
END_TEST

START_TEST(peer_ip_is_printable_and_bounded)
{
	char longest[200];
	setenv("TCPREMOTEIP", "1.2 3\n4\xe9\x7f", 1);
	ck_assert_str_eq(ip(), "1.2?3?4??");
	memset(longest, '1', sizeof longest - 1);
	longest[sizeof longest - 1] = 0;
	setenv("TCPREMOTEIP", longest, 1);
	ck_assert_uint_eq(strlen(ip()), PEER_IP - 1);
	setenv("PROTO", longest, 1); /* no variable has such a name */
	ck_assert_str_eq(ip(), "unknown");
}
END_TEST

START_TEST(peer_is_under_tls_reads_proto_and_ssl_protocol)
{
	ck_assert(!peer_is_under_tls());
	setenv("PROTO", "TCP", 1);
	ck_assert(!peer_is_under_tls());
	setenv("PROTO", "SSL", 1);
	ck_assert(peer_is_under_tls());
	setenv("PROTO", "SSL6", 1);
	ck_assert(peer_is_under_tls());
	setenv("PROTO", "SSLX", 1);
	ck_assert(!peer_is_under_tls());
	setenv("SSL_PROTOCOL", "", 1);
	ck_assert(!peer_is_under_tls());
	setenv("SSL_PROTOCOL", "TLSv1.3", 1);
	ck_assert(peer_is_under_tls());
}
END_TEST

/* Moves the server's end of a TCP connection to descriptor 0. family: that of the server's socket. False:
   this machine has no IPv6. */
static bool accept_connection(int family)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	struct sockaddr_storage any;
	socklen_t n = sizeof any;
	int off = 0, server = socket(family, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	if (family == AF_INET6 && (server < 0 || setsockopt(server, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) < 0
			|| bind(server, (struct sockaddr *)&in6, sizeof in6) < 0))
		return false;
	if (family == AF_INET)
		ck_assert_int_eq(bind(server, (struct sockaddr *)&in, sizeof in), 0);
	ck_assert_int_eq(listen(server, 1), 0);
	ck_assert_int_eq(getsockname(server, (struct sockaddr *)&any, &n), 0);
	in.sin_port = family == AF_INET ? ((struct sockaddr_in *)&any)->sin_port : ((struct sockaddr_in6 *)&any)->sin6_port;
	ck_assert_int_eq(connect(client, (struct sockaddr *)&in, sizeof in), 0);
	server_port = ntohs(in.sin_port);
	n = sizeof in;
	ck_assert_int_eq(getsockname(client, (struct sockaddr *)&in, &n), 0);
	client_port = ntohs(in.sin_port);
	int fd = accept(server, NULL, NULL);
	ck_assert_int_eq(dup2(fd, 0), 0);
	return true;
}

START_TEST(peer_ends_are_those_of_the_socket)
{
	struct peer_end remote, local;
	if (!accept_connection(_i ? AF_INET6 : AF_INET))
		return;
	ck_assert(peer_remote(&remote) && peer_local(&local));
	ck_assert_str_eq(remote.ip, "127.0.0.1"); /* also on an IPv6 socket, which maps it */
	ck_assert_str_eq(local.ip, "127.0.0.1");
	ck_assert_uint_eq(remote.port, client_port);
	ck_assert_uint_eq(local.port, server_port);
	ck_assert_str_eq(ip(), "127.0.0.1");
}
END_TEST

START_TEST(other_descriptors_have_no_ends)
{
	struct peer_end e;
	int pair[2];
	ck_assert(!peer_remote(&e) && !peer_local(&e));
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(dup2(pair[0], 0), 0);
	ck_assert(!peer_remote(&e) && !peer_local(&e));
	ck_assert_str_eq(ip(), "unknown");
}
END_TEST

START_TEST(environment_complete_sets_missing_variables)
{
	char port[8];
	ck_assert(environment_complete()); /* descriptor 0 is not a socket */
	ck_assert_ptr_null(getenv("PROTO"));
	ck_assert(accept_connection(AF_INET));
	setenv("TCPREMOTEIP", "192.0.2.7", 1);
	ck_assert(environment_complete());
	ck_assert_str_eq(getenv("PROTO"), "TCP");
	ck_assert_str_eq(getenv("TCPREMOTEIP"), "192.0.2.7");
	ck_assert_str_eq(getenv("TCPLOCALIP"), "127.0.0.1");
	snprintf(port, sizeof port, "%u", client_port);
	ck_assert_str_eq(getenv("TCPREMOTEPORT"), port);
	snprintf(port, sizeof port, "%u", server_port);
	ck_assert_str_eq(getenv("TCPLOCALPORT"), port);
}
END_TEST

START_TEST(environment_complete_uses_the_prefix_of_proto)
{
	ck_assert(accept_connection(AF_INET));
	setenv("PROTO", "X", 1);
	ck_assert(environment_complete());
	ck_assert_str_eq(getenv("XREMOTEIP"), "127.0.0.1");
	ck_assert_ptr_null(getenv("TCPREMOTEIP"));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("peer");
	TCase *c = unit_case("peer");
	tcase_add_checked_fixture(c, clear_environment, NULL);
	tcase_add_test(c, peer_ip_reads_the_variable_of_proto);
	tcase_add_test(c, peer_ip_is_printable_and_bounded);
	tcase_add_test(c, peer_is_under_tls_reads_proto_and_ssl_protocol);
	tcase_add_loop_test(c, peer_ends_are_those_of_the_socket, 0, 2);
	tcase_add_test(c, other_descriptors_have_no_ends);
	tcase_add_test(c, environment_complete_sets_missing_variables);
	tcase_add_test(c, environment_complete_uses_the_prefix_of_proto);
	suite_add_tcase(s, c);
	return s;
}
