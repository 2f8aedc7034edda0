/* The login service: one process that receives and remembers, and for each password that must
   be hashed a child. */
#define _GNU_SOURCE
#include "accounts/loginservice.h"

#include "accounts/check.h"
#include "accounts/failures.h"
#include "accounts/remembered.h"
#include "base/clock.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/hash.h"
#include "base/limit.h"
#include "base/log.h"
#include "base/random.h"
#include "base/wait.h"
#include "base/wipe.h"
#include "service/login.h"
#include "service/serve.h"
#include "service/ticket.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/strerr.h>

enum {
	SLOTS = LOGINSERVICE_WAITING + LOGINSERVICE_WORKERS + 1, /* the last one receives the next request */
	BATCH = 64,          /* requests between two looks at the children */
	MINUTE_MS = 60000,
	ONFAULT = 1,         /* MLOCK_ONFAULT */
	MAC_TEXT = CHECK_BLOCK + 512 /* user NUL password NUL hash */
};

/* A login that waits, or whose password is being hashed. */
struct pending {
	struct check_login login;
	struct serve_request request; /* only its reply socket is used */
	uint64_t address;             /* failures_id, with a limit of failures */
	unsigned char mac[REMEMBERED_MAC];
	bool is_known;                /* the user has a hash, and mac covers it */
	pid_t child;                  /* the process that hashes; 0: the login waits */
};

/* Everything secret. It is locked in memory, in no core, and not in the children. */
struct secrets {
	struct hash_key mac_key, ticket_key;
	struct remembered remembered;
	struct failures failures;
	struct pending pending[SLOTS];
};

static struct secrets *secrets;
static struct loginservice const *settings;

static struct {
	unsigned short place[SLOTS]; /* of secrets->pending: first those that wait, in their order */
	unsigned int waiting, used;  /* place[waiting, used): hashed now; place[used, SLOTS): free */
} order;

static volatile sig_atomic_t stopping;

/* --- Replies ------------------------------------------------------------------------------- */

/* Logs `program: ip=... user=...`, then label and text. */
static void log_login(struct check_login const *login, char const *label, char const *text)
{
	struct log_line line;
	log_start(&line);
	log_add_string(&line, "ip", login->timestamp);
	log_add_string(&line, "user", login->user);
	log_text(&line, label, text);
	log_write(&line);
}

/* mark: a second octet; 0: no second octet. */
static void reply_code(struct serve_request *r, unsigned char code, unsigned char mark)
{
	serve_reply(r, (unsigned char const[]){code, mark}, mark ? 2 : 1);
	serve_finish(r);
}

static void reply_accepted(struct serve_request *r, char const *user)
{
	unsigned char reply[1 + TICKET_OCTETS] = {0};
	if (settings->ticket_key)
		ticket_make(reply + 1, &secrets->ticket_key, user, clock_boot_seconds() + TICKET_SECONDS);
	serve_reply(r, reply, settings->ticket_key ? sizeof reply : 1);
	wipe(reply, sizeof reply);
	serve_finish(r);
}

/* --- Passwords ----------------------------------------------------------------------------- */

static struct cdb_file passwords = CDB_FILE_ZERO;

/* A new file counts at once. */
static bool open_passwords(void)
{
	if (cdb_file_update(&passwords, settings->passwords))
		return true;
	if (errno == EINVAL)
		strerr_warnw(settings->passwords, " is not a cdb, or is cut short: run saca-accounts");
	else
		strerr_warnwusys("open ", settings->passwords);
	return false;
}

/* Sets mac and is_known. The time does not depend on whether the user is known. */
static void compute_mac(struct pending *p)
{
	unsigned char mac[HASH_OCTETS];
	char text[MAC_TEXT];
	char const *hash;
	size_t hash_n, n = (size_t)(p->login.timestamp - p->login.block);
	p->is_known = check_find_hash(&passwords, p->login.user, &hash, &hash_n) && hash_n <= MAC_TEXT - CHECK_BLOCK;
	if (!p->is_known) {
		hash = check_nobody;
		hash_n = strlen(check_nobody);
	}
	memcpy(text, p->login.block, n);
	memcpy(text + n, hash, hash_n);
	hash_mac(mac, &secrets->mac_key, text, n + hash_n);
	memcpy(p->mac, mac, sizeof p->mac);
	wipe(text, sizeof text);
}

static bool is_remembered(struct pending const *p)
{
	return settings->minutes && p->is_known && remembered_has(&secrets->remembered, p->mac, clock_ms());
}

/* --- The child ----------------------------------------------------------------------------- */

static void set_child_signals(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, standard = {.sa_handler = SIG_DFL};
	sigset_t none;
	sigemptyset(&none);
	/* SIGTERM may go to all processes of the service: the parent waits for this one to finish */
	if (sigaction(SIGTERM, &ignore, NULL) < 0 || sigaction(SIGALRM, &standard, NULL) < 0
			|| sigprocmask(SIG_SETMASK, &none, NULL) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		_exit(EXIT_TEMPORARY);
}

/* login: a copy that only this process has. */
static _Noreturn void hash_in_child(struct check_login const *login, pid_t parent)
{
	set_child_signals();
	if (getppid() != parent || !fd_close_range(3, ~0U))
		_exit(EXIT_TEMPORARY);
	close(SERVE_SOCKET);
	alarm(SERVE_SECONDS);
	enum check_result r = check_password(&passwords, login->user, login->password);
	if (r > CHECK_ACCEPTED)
		log_login(login, " warning: ", check_reason(r));
	_exit(r == CHECK_ACCEPTED ? 0 : r == CHECK_REFUSED ? EXIT_REFUSED : EXIT_TEMPORARY);
}

/* Starts a child. False: errno. */
static bool start_child(struct pending *p)
{
	struct check_login copy = p->login;
	pid_t parent = getpid();
	if (!check_read(&copy)) /* sets the pointers to the copy's block */
		return errno = EINVAL, false;
	pid_t pid = fork(); /* the child does not have *p */
	if (pid == 0)
		hash_in_child(&copy, parent);
	int e = errno;
	wipe(&copy, sizeof copy);
	errno = e;
	p->child = pid;
	return pid > 0;
}

/* --- Waiting logins ------------------------------------------------------------------------ */

static struct pending *pending_at(unsigned int i)
{
	return &secrets->pending[order.place[i]];
}

static void swap_places(unsigned int i, unsigned int j)
{
	unsigned short place = order.place[i];
	order.place[i] = order.place[j];
	order.place[j] = place;
}

/* Moves the waiting login at index i to those in use. */
static void end_waiting(unsigned int i)
{
	unsigned short place = order.place[i];
	order.waiting--;
	memmove(order.place + i, order.place + i + 1, (order.waiting - i) * sizeof *order.place);
	order.place[order.waiting] = place;
}

/* Frees the login at index i, which does not wait. */
static void release_login(unsigned int i)
{
	struct pending *p = pending_at(i);
	serve_finish(&p->request);
	wipe(p, sizeof *p);
	order.used--;
	swap_places(i, order.used);
}

static void forgive_attempt(struct pending const *p)
{
	if (settings->failures)
		failures_forgive(&secrets->failures, p->address);
}

/* Removes the waiting login at index i, whose client has gone. */
static void drop_waiting(unsigned int i)
{
	forgive_attempt(pending_at(i));
	end_waiting(i);
	release_login(order.waiting);
}

/* Answers the login at index i, which does not wait. */
static void answer_login(unsigned int i, int code)
{
	struct pending *p = pending_at(i);
	if (code != EXIT_REFUSED)
		forgive_attempt(p);
	else if (settings->failures)
		log_login(&p->login, " refused", "");
	if (code == 0)
		reply_accepted(&p->request, p->login.user);
	else
		reply_code(&p->request, (unsigned char)code, 0);
	release_login(i);
}

/* Hashes the first waiting password, unless the same login was right meanwhile. */
static void start_first(void)
{
	struct pending *p = pending_at(0);
	end_waiting(0);
	if (!open_passwords()) {
		answer_login(order.waiting, EXIT_TEMPORARY);
		return;
	}
	compute_mac(p);
	if (is_remembered(p))
		answer_login(order.waiting, 0);
	else if (!start_child(p)) {
		strerr_warnwusys("start a process");
		answer_login(order.waiting, EXIT_TEMPORARY);
	}
}

static void start_children(void)
{
	while (order.waiting && order.used - order.waiting < settings->workers)
		start_first();
}

static void end_child(unsigned int i, int status)
{
	struct pending *p = pending_at(i);
	int code = WIFEXITED(status) && WEXITSTATUS(status) <= EXIT_REFUSED ? WEXITSTATUS(status) : EXIT_TEMPORARY;
	if (!WIFEXITED(status))
		log_login(&p->login, " warning: ", "the process that hashed the password was killed");
	uint64_t now = clock_ms(), until = now + (uint64_t)settings->minutes * MINUTE_MS;
	if (code == 0 && p->is_known)
		remembered_add(&secrets->remembered, p->mac, now, until);
	answer_login(i, code);
}

static void reap_children(void)
{
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
		for (unsigned int i = order.waiting; i < order.used; i++)
			if (pending_at(i)->child == pid) {
				end_child(i, status);
				break;
			}
}

/* --- Requests ------------------------------------------------------------------------------ */

static void reply_probe(struct serve_request *r)
{
	reply_code(r, open_passwords() ? 0 : EXIT_TEMPORARY, 0);
}

static bool is_over_limit(struct pending *p)
{
	if (!settings->failures)
		return false;
	uint64_t now = clock_ms();
	p->address = failures_id(&secrets->failures, p->login.timestamp);
	if (failures_count(&secrets->failures, p->address, now) >= settings->failures)
		return true;
	failures_add(&secrets->failures, p->address, now);
	return false;
}

/* Answers the request at once; false: it has to wait. */
static bool answer_at_once(struct pending *p)
{
	if (is_over_limit(p))
		reply_code(&p->request, EXIT_TEMPORARY, LOGIN_LIMIT);
	else if (!open_passwords()) {
		forgive_attempt(p);
		reply_code(&p->request, EXIT_TEMPORARY, 0);
	} else {
		compute_mac(p);
		bool is_right = is_remembered(p);
		if (!is_right && order.waiting < LOGINSERVICE_WAITING)
			return false;
		forgive_attempt(p);
		if (is_right)
			reply_accepted(&p->request, p->login.user);
		else
			reply_code(&p->request, EXIT_TEMPORARY, 0);
	}
	return true;
}

/* Receives one request. False: no request waits. */
static bool receive_request(void)
{
	struct pending *p = pending_at(order.used);
	enum serve_receipt r = serve_receive(&p->request, p->login.block, CHECK_BLOCK, false);
	if (r == SERVE_FAILED)
		strerr_diefusys(EXIT_TEMPORARY, "receive a request");
	if (r != SERVE_RECEIVED)
		return r == SERVE_DROPPED;
	p->login.n = p->request.n;
	if (serve_is_probe(&p->request))
		reply_probe(&p->request);
	else if (p->request.fds_n)
		serve_finish(&p->request); /* malformed: no reply */
	else if (!check_read(&p->login))
		reply_code(&p->request, EXIT_BAD_INTERFACE, 0);
	else if (!answer_at_once(p)) {
		swap_places(order.used++, order.waiting++);
		return true;
	}
	wipe(p, sizeof *p);
	return true;
}

/* --- The parent ---------------------------------------------------------------------------- */

static void on_term(int sig)
{
	(void)sig;
	stopping = 1;
}

static void on_child(int sig)
{
	(void)sig; /* the signal's arrival ends wait_ready */
}

static void set_signals(void)
{
	struct sigaction term = {.sa_handler = on_term}, child = {.sa_handler = on_child};
	sigset_t blocked;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &blocked, NULL) < 0 || sigaction(SIGTERM, &term, NULL) < 0
			|| sigaction(SIGCHLD, &child, NULL) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "set signals");
}

/* Maps memory that is not swapped out, and is neither in a core nor in a child. */
static void map_secrets(void)
{
	struct rlimit const none = {0, 0};
	unsigned char key[TICKET_KEY];
	secrets = mmap(NULL, sizeof *secrets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (secrets == MAP_FAILED)
		strerr_diefusys(EXIT_TEMPORARY, "map memory");
	if (syscall(SYS_mlock2, secrets, sizeof *secrets, ONFAULT) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "lock 4 MB in memory: raise RLIMIT_MEMLOCK (LimitMEMLOCK=, ulimit -l)");
	if (madvise(secrets, sizeof *secrets, MADV_DONTFORK) < 0 || madvise(secrets, sizeof *secrets, MADV_DONTDUMP) < 0
			|| setrlimit(RLIMIT_CORE, &none) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "protect memory");
	if (!random_octets(key, sizeof key) || !random_octets(secrets->failures.key, sizeof secrets->failures.key))
		strerr_diefusys(EXIT_TEMPORARY, "get random octets");
	hash_key_init(&secrets->mac_key, key, sizeof key);
	wipe(key, sizeof key);
	if (settings->ticket_key && !ticket_read_key(&secrets->ticket_key, settings->ticket_key))
		strerr_diefusys(EXIT_TEMPORARY, "read the ticket key ", settings->ticket_key);
	for (unsigned short i = 0; i < SLOTS; i++)
		order.place[i] = i;
}
_Static_assert(sizeof(struct secrets) < 4000000, "the message of map_secrets says 4 MB");
_Static_assert(SERVE_FDS + SLOTS < 2000, "the message of loginservice_run says 2000");

/* Waits for a request, a child, SIGTERM, or a client that goes. */
static void wait_for_events(void)
{
	static struct pollfd x[1 + LOGINSERVICE_WAITING];
	unsigned int waiting = order.waiting;
	sigset_t none;
	sigemptyset(&none);
	x[0] = (struct pollfd){.fd = stopping ? -1 : SERVE_SOCKET, .events = POLLIN};
	for (unsigned int i = 0; i < waiting; i++)
		x[1 + i] = (struct pollfd){.fd = pending_at(i)->request.reply};
	if (wait_ready(x, 1 + waiting, WAIT_FOREVER, &none) <= 0)
		return;
	for (unsigned int i = waiting; i-- > 0;)
		if (x[1 + i].revents)
			drop_waiting(i);
	/* in a full queue a client may just have left: look again before each request */
	for (int i = 0; x[0].revents && i < BATCH && receive_request() && order.waiting < LOGINSERVICE_WAITING; i++)
		;
}

int loginservice_run(struct loginservice const *s)
{
	settings = s;
	serve_prepare();
	if (!limit_open_files(SERVE_FDS + SLOTS))
		strerr_diefusys(EXIT_TEMPORARY, "raise the limit of open descriptors (ulimit -n) to 2000");
	map_secrets();
	set_signals();
	for (;;) {
		reap_children();
		start_children();
		if (stopping && !order.used)
			return 0;
		wait_for_events();
	}
}
