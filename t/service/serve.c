/* A service with workers, and its clients: requests, malformed ones, peers that do not read,
   close or wait, and workers that die. */
#define _GNU_SOURCE
#include "service/serve.h"

#include "base/clock.h"
#include "base/wait.h"
#include "unit.h"

#include <arpa/inet.h>
#include <dirent.h>
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
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>

enum { MAX = 1000, SOON = 10000, WORKERS = 2 };

static char path[96];
static pid_t service;

/* --- The service --------------------------------------------------------------------------- */

/* Handles a request, whose first octet is a command. */
static void handle(void *arg, struct serve_request *r)
{
	char s[64] = "";
	(void)arg;
	switch (r->data[0]) {
	case 0: /* the probe */
		serve_reply(r, "", serve_is_probe(r));
		break;
	case 'd': /* dies */
		_exit(3);
	case 'f': /* how many descriptors, and the octets of the first */
		s[0] = (char)('0' + r->fds_n);
		if (r->fds_n && read(r->fds[0], s + 1, sizeof s - 2) < 0)
			strcpy(s, "error");
		serve_reply(r, s, strlen(s));
		break;
	case 'n': /* no reply */
		break;
	case 'p': /* the worker's pid */
		sprintf(s, "%d", (int)getpid());
		serve_reply(r, s, strlen(s));
		break;
	case 'w': /* waits until the file NAME is there, or the peer gone */
		r->data[r->n] = 0;
		while (access(r->data + 1, F_OK) < 0 && !serve_is_abandoned(r))
			usleep(1000);
		serve_reply(r, serve_is_abandoned(r) ? "gone" : "here", 4);
		if (access(r->data + 1, F_OK) < 0)
			close(open(r->data + 1, O_CREAT | O_WRONLY, 0600)); /* tells that it saw the end */
		break;
	default:
		serve_reply(r, r->data, r->n);
	}
}

static int bind_socket(int type)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	strcpy(to.sun_path, path);
	int fd = socket(AF_UNIX, type, 0);
	ck_assert_int_ge(fd, 0);
	unlink(path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&to, sizeof to), 0);
	return fd;
}

static void start_service(void)
{
	static struct serve const s = {.workers = WORKERS, .max = MAX, .handle = handle};
	int fd = bind_socket(SOCK_DGRAM | SOCK_NONBLOCK); /* serve() clears O_NONBLOCK */
	service = fork();
	ck_assert_int_ge(service, 0);
	if (service == 0) {
		PROG = "service";
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		int log = open(strcat(strcpy((char[128]){0}, unit_folder), "/log"), O_CREAT | O_WRONLY | O_APPEND, 0600);
		dup2(log, 2);
		dup2(fd, 0);
		close(fd);
		serve_prepare();
		_exit(serve_workers(&s));
	}
	close(fd);
}

static void set_up(void)
{
	signal(SIGPIPE, SIG_IGN);
	unit_make_folder();
	sprintf(path, "%s/s", unit_folder);
}

static void tear_down(void)
{
	if (service > 0) {
		kill(service, SIGKILL);
		waitpid(service, NULL, 0);
	}
	service = 0;
	unit_remove_folder();
}

/* --- Asking -------------------------------------------------------------------------------- */

static char got[MAX + 1];

static enum ask_end ask_fully(char const *s, size_t n, int const *fds, size_t fds_n, uint64_t ms, int client)
{
	struct iovec const data = {(char *)s, n};
	struct ask const a = {.path = path, .data = &data, .pieces = 1, .fds = fds, .fds_n = fds_n,
		.deadline = clock_ms() + ms, .client = client};
	size_t len;
	enum ask_end r = ask(&a, got, sizeof got - 1, &len);
	int e = errno;
	got[len] = 0;
	errno = e;
	return r;
}

static enum ask_end ask_for(char const *s)
{
	return ask_fully(s, strlen(s), NULL, 0, SOON, -1);
}

#define IS_ECHOED(s) (ask_for(s) == ASK_REPLIED && strcmp(got, s) == 0)

START_TEST(a_request_is_replied_to)
{
	start_service();
	ck_assert(IS_ECHOED("hola"));
	ck_assert(IS_ECHOED("x"));
	static char most[MAX];
	memset(most, 'x', MAX);
	ck_assert_int_eq(ask_fully(most, MAX, NULL, 0, SOON, -1), ASK_REPLIED);
	ck_assert_uint_eq(strlen(got), MAX);
}
END_TEST

START_TEST(a_request_in_pieces_is_one)
{
	start_service();
	struct iovec const data[] = {{"ho", 2}, {"", 0}, {"la", 2}};
	struct ask const a = {.path = path, .data = data, .pieces = 3, .deadline = clock_ms() + SOON, .client = -1};
	size_t n;
	ck_assert_int_eq(ask(&a, got, MAX, &n), ASK_REPLIED);
	ck_assert_uint_eq(n, 4);
	ck_assert_mem_eq(got, "hola", 4);
}
END_TEST

START_TEST(descriptors_come_in_their_order)
{
	start_service();
	int p[2], fds[2];
	ck_assert_int_eq(pipe(p), 0);
	fds[0] = memfd_create("first", 0);
	fds[1] = p[0];
	ck_assert_int_eq(pwrite(fds[0], "uno", 3, 0), 3);
	ck_assert_int_eq(ask_fully("f", 1, fds, 2, SOON, -1), ASK_REPLIED);
	ck_assert_str_eq(got, "2uno");
	lseek(fds[0], 0, SEEK_SET);
	ck_assert_int_eq(ask_fully("f", 1, fds, 1, SOON, -1), ASK_REPLIED);
	ck_assert_str_eq(got, "1uno");
	ck_assert_int_eq(ask_for("f"), ASK_REPLIED);
	ck_assert_str_eq(got, "0");
}
END_TEST

START_TEST(a_probe_tells_whether_a_service_works)
{
	char why[ASK_REASON];
	start_service();
	ck_assert(ask_works(path, why));
	strcpy(path + strlen(path), "2");
	ck_assert(!ask_works(path, why));
	ck_assert_ptr_nonnull(strstr(why, "/s2: No such file or directory"));
}
END_TEST

/* --- Malformed requests -------------------------------------------------------------------- */

static pid_t worker_pid(void)
{
	ck_assert_int_eq(ask_for("p"), ASK_REPLIED);
	return atoi(got);
}

/* Finds the pids of all workers, once they wait for requests. */
static void find_workers(pid_t worker[WORKERS])
{
	worker[0] = worker_pid();
	do
		worker[1] = worker_pid();
	while (worker[1] == worker[0]);
}

static unsigned int open_fds(pid_t pid)
{
	char name[32];
	unsigned int n = 0;
	sprintf(name, "/proc/%d/fd", (int)pid);
	DIR *d = opendir(name);
	ck_assert_ptr_nonnull(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

/* The number of descriptors that a process has open between two requests. */
static unsigned int least_fds(pid_t pid)
{
	unsigned int least = open_fds(pid);
	for (int i = 0; i < 100; i++, usleep(1000)) {
		unsigned int n = open_fds(pid);
		if (n < least)
			least = n;
	}
	return least;
}

/* Sends a datagram with any descriptors. */
static void send_raw(char const *s, size_t n, int const *fds, size_t fds_n)
{
	static union {
		struct cmsghdr header;
		char room[CMSG_SPACE(253 * sizeof(int))];
	} control;
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	struct iovec one = {(char *)s, n};
	struct msghdr m = {.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &one, .msg_iovlen = 1};
	strcpy(to.sun_path, path);
	if (fds_n) {
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(fds_n * sizeof *fds);
		memset(&control, 0, sizeof control);
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(fds_n * sizeof *fds);
		memcpy(CMSG_DATA(c), fds, fds_n * sizeof *fds);
	}
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(sendmsg(fd, &m, 0), (int)n);
	close(fd);
}

/* Checks that the socket gets an end of file and nothing else. */
static void has_no_reply(int fd)
{
	char c;
	ck_assert_int_eq(wait_for(fd, POLLIN, clock_ms() + SOON), 1);
	ck_assert_int_eq(recv(fd, &c, 1, 0), 0);
}

START_TEST(a_malformed_request_is_dropped)
{
	start_service();
	pid_t worker[WORKERS];
	find_workers(worker);
	static char large[MAX + 1] = "x";
	int pair[2], stream[2], many[253], p[2];
	unsigned int idle_fds = least_fds(worker[0]);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, stream), 0);
	ck_assert_int_eq(pipe(p), 0);
	for (int i = 0; i < 253; i++)
		many[i] = pair[1];
	for (int i = 0; i < 20; i++) {
		send_raw("x", 1, NULL, 0);
		send_raw("x", 1, &p[1], 1);
		send_raw("x", 1, &stream[1], 1);
		send_raw("", 0, pair + 1, 1);
		send_raw(large, sizeof large, pair + 1, 1);
		send_raw("x", 1, (int[]){p[0], p[1], p[0], pair[1]}, 4);
		send_raw("x", 1, many, 253);
		send_raw("x", 1, (int[]){pair[1], p[1]}, 2);
		ck_assert(IS_ECHOED("hola"));
	}
	close(pair[1]);
	has_no_reply(pair[0]);
	for (int i = 0; i < WORKERS; i++)
		for (uint64_t end = clock_ms() + SOON; open_fds(worker[i]) > idle_fds; usleep(1000))
			ck_assert_uint_lt(clock_ms(), end);
}
END_TEST

/* A TCP socket with unsent data, whose close(2) waits for a minute. */
static int lingering_socket(int *peer)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct linger l = {1, 60};
	socklen_t n = sizeof a;
	static char much[65536];
	int listening = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), small = 1;
	setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	ck_assert_int_eq(bind(listening, (struct sockaddr *)&a, sizeof a), 0);
	ck_assert_int_eq(listen(listening, 1), 0);
	ck_assert_int_eq(getsockname(listening, (struct sockaddr *)&a, &n), 0);
	connect(fd, (struct sockaddr *)&a, sizeof a);
	*peer = accept(listening, NULL, NULL);
	ck_assert_int_ge(*peer, 0);
	close(listening);
	while (send(fd, much, sizeof much, MSG_NOSIGNAL) > 0)
		;
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof l), 0);
	fcntl(fd, F_SETFL, 0); /* a socket that does not block does not linger */
	return fd;
}

START_TEST(a_descriptor_that_lingers_delays_no_other_request)
{
	start_service();
	pid_t worker[WORKERS];
	int peer[8], pair[2];
	find_workers(worker);
	for (int i = 0; i < WORKERS; i++) /* so that the last close is the service's */
		kill(worker[i], SIGSTOP);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	for (int i = 0; i < 8; i++) {
		int fd = lingering_socket(&peer[i]);
		if (i < 4)
			send_raw("f", 1, (int[]){pair[1], fd}, 2); /* malformed: the last is not a reply socket */
		else
			send_raw("n", 1, (int[]){fd, pair[1]}, 2); /* a correct request, for comparison */
		close(fd);
	}
	for (int i = 0; i < WORKERS; i++)
		kill(worker[i], SIGCONT);
	uint64_t from = clock_ms();
	for (int i = 0; i < 20; i++)
		ck_assert(IS_ECHOED("hola"));
	ck_assert_uint_lt(clock_ms() - from, 5000);
	for (int i = 0; i < 8; i++)
		close(peer[i]);
}
END_TEST

/* --- Peers --------------------------------------------------------------------------------- */

START_TEST(peers_that_never_read_delay_no_other_request)
{
	enum { PEERS = 200 };
	start_service();
	int pair[PEERS][2];
	for (int i = 0; i < PEERS; i++) {
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair[i]), 0);
		while (send(pair[i][1], got, MAX, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) /* until its buffer is full */
			;
		send_raw("hola", 4, &pair[i][1], 1);
		close(pair[i][1]);
	}
	for (int i = 0; i < 20; i++)
		ck_assert(IS_ECHOED("hola"));
	for (int i = 0; i < PEERS; i++)
		close(pair[i][0]);
}
END_TEST

START_TEST(a_peer_that_has_gone_is_noticed)
{
	start_service();
	char request[128], *name = request + 1;
	sprintf(request, "w%s/file", unit_folder);
	ck_assert_int_eq(ask_fully(request, strlen(request), NULL, 0, 50, -1), ASK_LATE);
	for (uint64_t end = clock_ms() + SOON; access(name, F_OK) < 0 && clock_ms() < end;)
		usleep(1000);
	ck_assert_int_eq(access(name, F_OK), 0);
}
END_TEST

START_TEST(asking_ends_when_the_client_has_gone)
{
	start_service();
	char request[128];
	int p[2];
	ck_assert_int_eq(pipe(p), 0);
	sprintf(request, "w%s/file", unit_folder);
	ck_assert_int_eq(ask_fully(request, strlen(request), NULL, 0, 50, p[1]), ASK_LATE);
	close(p[0]);
	ck_assert_int_eq(ask_fully(request, strlen(request), NULL, 0, SOON, p[1]), ASK_CLIENT_GONE);
	close(p[1]);
}
END_TEST

/* --- Services that are busy, missing, or die ----------------------------------------------- */

START_TEST(a_full_socket_is_tried_until_the_deadline)
{
	int fd = bind_socket(SOCK_DGRAM), pair[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	strcpy(to.sun_path, path);
	int out = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	while (sendto(out, "x", 1, 0, (struct sockaddr *)&to, sizeof to) == 1)
		;
	ck_assert_int_eq(errno, EAGAIN);
	uint64_t from = clock_ms();
	ck_assert_int_eq(ask_fully("hola", 4, NULL, 0, 300, -1), ASK_NOT_SENT);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_uint_ge(clock_ms() - from, 300);
	/* a reader empties the socket after 100 ms */
	pid_t reader = fork();
	if (reader == 0) {
		char c;
		usleep(100000);
		while (recv(fd, &c, 1, 0) == 1 && c == 'x')
			;
		_exit(c == 'h' ? 0 : 1);
	}
	ck_assert_int_eq(ask_fully("hola", 4, NULL, 0, SOON, -1), ASK_NO_REPLY); /* the reader got the request and did not reply */
	close(fd);
	int status;
	ck_assert_int_eq(waitpid(reader, &status, 0), reader);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_missing_service_is_awaited_for_five_seconds)
{
	uint64_t from = clock_ms();
	ck_assert_int_eq(ask_fully("hola", 4, NULL, 0, 60000, -1), ASK_NOT_SENT);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_uint_ge(clock_ms() - from, ASK_DOWN_MS);
	ck_assert_uint_lt(clock_ms() - from, 4 * ASK_DOWN_MS);
	close(bind_socket(SOCK_DGRAM));
	from = clock_ms();
	ck_assert_int_eq(ask_fully("hola", 4, NULL, 0, 500, -1), ASK_NOT_SENT);
	ck_assert_int_eq(errno, ECONNREFUSED);
	ck_assert_uint_ge(clock_ms() - from, 500);
}
END_TEST

START_TEST(a_service_that_starts_meanwhile_gets_the_request)
{
	pid_t starter = fork();
	if (starter == 0) {
		struct serve const s = {.workers = 1, .max = MAX, .handle = handle};
		PROG = "service";
		usleep(300000);
		dup2(bind_socket(SOCK_DGRAM), 0);
		serve_prepare();
		_exit(serve_workers(&s));
	}
	ck_assert(IS_ECHOED("hola"));
	kill(starter, SIGTERM);
	int status;
	ck_assert_int_eq(waitpid(starter, &status, 0), starter);
	ck_assert_int_eq(status, 0);
}
END_TEST

static enum ask_end ask_on(int *line)
{
	struct iovec const data = {"hola", 4};
	struct ask const a = {.path = path, .data = &data, .pieces = 1, .deadline = clock_ms() + SOON, .client = -1, .line = line};
	size_t n;
	return ask(&a, got, MAX, &n);
}

START_TEST(a_kept_connection_survives_the_restart_of_a_service)
{
	int line = -1, status;
	start_service();
	ck_assert_int_eq(ask_on(&line), ASK_REPLIED);
	int first = line;
	ck_assert_int_ge(first, 0);
	ck_assert_int_eq(ask_on(&line), ASK_REPLIED);
	ck_assert_int_eq(line, first);
	kill(service, SIGTERM);
	ck_assert_int_eq(waitpid(service, &status, 0), service);
	start_service();
	ck_assert_int_eq(ask_on(&line), ASK_REPLIED);
	ck_assert_int_ge(line, 0);
	ck_assert_int_eq(ask_on(&line), ASK_REPLIED);
	close(line);
}
END_TEST

START_TEST(a_socket_of_another_kind_fails_at_once)
{
	int fd = bind_socket(SOCK_SEQPACKET);
	uint64_t from = clock_ms();
	ck_assert_int_eq(ask_fully("hola", 4, NULL, 0, 60000, -1), ASK_NOT_SENT);
	ck_assert_int_eq(errno, EPROTOTYPE);
	ck_assert_uint_lt(clock_ms() - from, ASK_DOWN_MS);
	close(fd);
}
END_TEST

START_TEST(a_path_that_is_too_long_fails_at_once)
{
	char longer[200];
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = 0;
	struct iovec const data = {"x", 1};
	struct ask const a = {.path = longer, .data = &data, .pieces = 1, .deadline = clock_ms() + SOON, .client = -1};
	size_t n;
	ck_assert_int_eq(ask(&a, got, 1, &n), ASK_NOT_SENT);
	ck_assert_int_eq(errno, ENAMETOOLONG);
}
END_TEST

static bool log_has(char const *text)
{
	char name[96], all[4096];
	sprintf(name, "%s/log", unit_folder);
	int fd = open(name, O_RDONLY);
	ssize_t n = read(fd, all, sizeof all - 1);
	close(fd);
	all[n > 0 ? n : 0] = 0;
	return strstr(all, text) != NULL;
}

START_TEST(a_worker_that_dies_is_logged_and_replaced)
{
	start_service();
	for (int i = 0; i < 2 * WORKERS; i++)
		ck_assert_int_eq(ask_for("d"), ASK_NO_REPLY);
	ck_assert(IS_ECHOED("hola"));
	ck_assert(log_has("service: warning: worker "));
	ck_assert(log_has(" ended with exit code 3"));
	pid_t pid = worker_pid();
	kill(pid, SIGKILL);
	/* A request that the dying worker still receives would be lost: wait for its end. */
	for (uint64_t end = clock_ms() + SOON; !log_has(" was killed by signal 9") && clock_ms() < end;)
		usleep(1000);
	ck_assert(log_has(" was killed by signal 9"));
	for (int i = 0; i < 10; i++)
		ck_assert_int_ne(worker_pid(), pid);
}
END_TEST

START_TEST(sigterm_lets_a_worker_finish_its_request)
{
	start_service();
	char name[96];
	int pair[2], status;
	sprintf(name, "%s/file", unit_folder);
	char request[128];
	sprintf(request, "w%s", name);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	send_raw(request, strlen(request), &pair[1], 1);
	close(pair[1]);
	ck_assert(IS_ECHOED("hola")); /* the other worker replies */
	kill(service, SIGTERM);
	ck_assert_int_eq(wait_for(pair[0], POLLIN, clock_ms() + 300), 0);
	close(open(name, O_CREAT | O_WRONLY, 0600));
	ck_assert_int_eq(wait_for(pair[0], POLLIN, clock_ms() + SOON), 1);
	ck_assert_int_eq(recv(pair[0], got, MAX, 0), 4);
	ck_assert_mem_eq(got, "here", 4);
	ck_assert_int_eq(waitpid(service, &status, 0), service);
	service = 0;
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(workers_end_with_their_parent)
{
	start_service();
	pid_t pid = worker_pid();
	kill(service, SIGKILL);
	waitpid(service, NULL, 0);
	service = 0;
	/* The worker may still be a zombie until its new parent waits for it; its descriptors are closed
	   then. */
	char name[32], c;
	sprintf(name, "/proc/%d/stat", (int)pid);
	for (uint64_t end = clock_ms() + SOON; clock_ms() < end;) {
		FILE *f = fopen(name, "r");
		if (!f)
			return;
		int fields = fscanf(f, "%*d (%*[^)]) %c", &c);
		fclose(f);
		if (fields != 1 || c == 'Z' || c == 'X')
			return;
		usleep(1000);
	}
	ck_abort_msg("the worker is still there");
}
END_TEST

START_TEST(only_a_file_on_tmpfs_is_a_memory_file)
{
	int p[2], pair[2], memory = memfd_create("m", 0);
	ck_assert_int_eq(pipe(p), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert(serve_is_memory_file(memory));
	int const others[] = {p[0], pair[0], open("/", O_RDONLY), open("/dev/null", O_RDONLY), open("/dev/shm", O_RDONLY),
		open("/proc/self/status", O_RDONLY), open("/proc/self/exe", O_RDONLY), -1};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		ck_assert(!serve_is_memory_file(others[i]));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("serve");
	TCase *c = unit_case("serve");
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, a_request_is_replied_to);
	tcase_add_test(c, a_request_in_pieces_is_one);
	tcase_add_test(c, descriptors_come_in_their_order);
	tcase_add_test(c, a_probe_tells_whether_a_service_works);
	tcase_add_test(c, a_malformed_request_is_dropped);
	tcase_add_test(c, a_descriptor_that_lingers_delays_no_other_request);
	tcase_add_test(c, peers_that_never_read_delay_no_other_request);
	tcase_add_test(c, a_peer_that_has_gone_is_noticed);
	tcase_add_test(c, asking_ends_when_the_client_has_gone);
	tcase_add_test(c, a_full_socket_is_tried_until_the_deadline);
	tcase_add_test(c, a_missing_service_is_awaited_for_five_seconds);
	tcase_add_test(c, a_service_that_starts_meanwhile_gets_the_request);
	tcase_add_test(c, a_kept_connection_survives_the_restart_of_a_service);
	tcase_add_test(c, a_socket_of_another_kind_fails_at_once);
	tcase_add_test(c, a_path_that_is_too_long_fails_at_once);
	tcase_add_test(c, a_worker_that_dies_is_logged_and_replaced);
	tcase_add_test(c, sigterm_lets_a_worker_finish_its_request);
	tcase_add_test(c, workers_end_with_their_parent);
	tcase_add_test(c, only_a_file_on_tmpfs_is_a_memory_file);
	suite_add_tcase(s, c);
	return s;
}
