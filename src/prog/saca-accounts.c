/* saca-accounts: compiles the accounts text on stdin to DIR/senders.cdb and
   DIR/passwords.cdb, both or neither; with -p, hashes a password. */
#define _GNU_SOURCE /* flock */
#include "base/exitcode.h"
#include "base/version.h"
#include "accounts/accounts.h"
#include "mail/address.h"
#include "base/buf.h"
#include "base/num.h"
#include "base/wipe.h"
#include "base/cdbwrite.h"
#include "accounts/password.h"
#include "accounts/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>

#define USAGE "saca-accounts DIR  or  saca-accounts -p [-m method] [-c cost]"

#define FAULTS_SHOWN 100
#define CLASSES_MAX 16 /* every login costs one hashing of each */

/* --- The text ---------------------------------------------------------------------- */

static void read_text(struct buf *text)
{
	for (;;) {
		if (!buf_reserve(text, 65536))
			strerr_diefusys(EXIT_TEMPORARY, "read the accounts");
		ssize_t r = fd_read(0, text->s + text->len, text->cap - text->len);
		if (r < 0)
			strerr_diefusys(EXIT_TEMPORARY, "read the accounts");
		if (r == 0)
			return;
		text->len += (size_t)r;
	}
}

static void report(struct accounts const *a)
{
	char why[ACCOUNTS_WHY + 1], more[NUM_FMT];
	for (size_t i = 0; i < a->faults && i < FAULTS_SHOWN; i++) {
		why[accounts_explain(why, &a->fault[i])] = 0;
		strerr_warn(PROG, ": ", why);
	}
	if (a->faults > FAULTS_SHOWN) {
		num_fmt(more, a->faults - FAULTS_SHOWN);
		strerr_warn(PROG, ": and ", more, " more");
	}
}

static void warn_of_weak(struct accounts const *a)
{
	char line[NUM_FMT];
	for (size_t i = 0; i < a->count; i++) {
		struct accounts_entry const *e = &a->entry[i];
		if (e->kind != ACCOUNTS_USER || !password_weak(e->hash, e->hash_len))
			continue;
		num_fmt(line, e->line);
		strerr_warnw("line ", line, ": a method that nothing new should be hashed with");
	}
}

/* --- The files --------------------------------------------------------------------- */

static struct cdbwrite senders, passwords;

static void give_up(char const *what, char const *name)
{
	cdbwrite_abandon(&senders);
	cdbwrite_abandon(&passwords);
	strerr_diefusys(EXIT_TEMPORARY, what, name);
}

static void add(struct cdbwrite *w, char const *key, size_t kn, char const *value, size_t vn)
{
	if (cdbwrite_add(w, key, kn, value, vn) < 0)
		give_up("write ", w->name);
}

/* `p` plan -> settings; `s` plan NUL address -> empty. */
static void add_sender(struct accounts_entry const *e)
{
	char key[1 + PLAN_MAX + 1 + ADDRESS_MAX], settings[ACCOUNTS_SETTINGS];
	size_t n = 0;
	key[n++] = e->kind == ACCOUNTS_PLAN ? 'p' : 's';
	memcpy(key + n, e->plan, e->plan_len);
	n += e->plan_len;
	if (e->kind == ACCOUNTS_PLAN) {
		add(&senders, key, n, settings, accounts_plan_fmt(settings, e->settings));
		return;
	}
	key[n++] = 0;
	memcpy(key + n, e->name, e->name_len);
	add(&senders, key, n + e->name_len, "", 0);
}

static bool same_class(struct accounts_entry const *a, struct accounts_entry const *b)
{
	char ac[PASSWORD_CLASS], bc[PASSWORD_CLASS];
	size_t n = password_class(ac, a->hash, a->hash_len);
	return n == password_class(bc, b->hash, b->hash_len) && memcmp(ac, bc, n) == 0;
}

/* A hash may look well and yet have a cost that libcrypt refuses. It would stand in the
   way of every login, so it is tried out here, once for each class. */
static void try_out(struct accounts_entry const *e)
{
	char line[NUM_FMT];
	if (password_verify(e->hash, e->hash_len, "") >= 0)
		return;
	int error = errno;
	num_fmt(line, e->line);
	if (error == EINVAL)
		strerr_dief(EXIT_MISUSE, "line ", line, ": a hash with a cost that libcrypt refuses");
	errno = error;
	strerr_diefusys(EXIT_TEMPORARY, "hash as line ", line, " does");
}

/* One user of each method and cost that the text has; returns how many. */
static size_t find_classes(struct accounts const *a, struct accounts_entry const **class)
{
	size_t n = 0;
	for (size_t i = 0; i < a->count; i++) {
		struct accounts_entry const *e = &a->entry[i];
		size_t c = 0;
		if (e->kind != ACCOUNTS_USER)
			continue;
		while (c < n && !same_class(class[c], e))
			c++;
		if (c < n)
			continue;
		if (n == CLASSES_MAX)
			strerr_dief(EXIT_MISUSE, "more than 16 methods and costs of hashing");
		try_out(e);
		class[n++] = e;
	}
	return n;
}

/* Login -> hash, and what saca-checkpassword runs for logins that do not exist. */
static void add_passwords(struct accounts const *a,
	struct accounts_entry const *const *class, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(&passwords, "", 1, class[i]->hash, class[i]->hash_len);
	for (size_t i = 0; i < a->count; i++)
		if (a->entry[i].kind == ACCOUNTS_USER)
			add(&passwords, a->entry[i].name, a->entry[i].name_len,
				a->entry[i].hash, a->entry[i].hash_len);
}

/* Both files are whole and on disk before the first takes its place. */
static void write_files(struct accounts const *a, char const *folder)
{
	struct accounts_entry const *class[CLASSES_MAX];
	size_t classes = find_classes(a, class);
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || flock(dir, LOCK_EX) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "open and lock ", folder);
	if (cdbwrite_start(&senders, dir, "senders.cdb") < 0)
		give_up("begin ", "senders.cdb");
	if (cdbwrite_start(&passwords, dir, "passwords.cdb") < 0)
		give_up("begin ", "passwords.cdb");
	for (size_t i = 0; i < a->count; i++)
		if (a->entry[i].kind != ACCOUNTS_USER)
			add_sender(&a->entry[i]);
	add_passwords(a, class, classes);
	if (cdbwrite_finish(&senders, 0644) < 0)
		give_up("finish ", "senders.cdb");
	if (cdbwrite_finish(&passwords, 0640) < 0)
		give_up("finish ", "passwords.cdb");
	if (cdbwrite_replace(&senders) < 0)
		give_up("replace ", "senders.cdb");
	if (cdbwrite_replace(&passwords) < 0)
		give_up("replace ", "passwords.cdb");
	if (fsync(dir) < 0)
		give_up("sync ", folder);
	cdbwrite_abandon(&senders);
	cdbwrite_abandon(&passwords);
	close(dir);
}

static void compile(char const *folder)
{
	struct buf text = BUF_ZERO;
	struct accounts a = {0};
	read_text(&text);
	if (!accounts_read(&a, text.s, text.len, password_known))
		strerr_dief(EXIT_TEMPORARY, "out of memory");
	report(&a);
	if (a.faults)
		strerr_dief(EXIT_MISUSE, "nothing has been changed");
	warn_of_weak(&a);
	write_files(&a, folder);
	accounts_free(&a);
	buf_free(&text);
}

/* --- -p ---------------------------------------------------------------------------- */

/* Reads octet by octet, to newline or end: what follows is somebody else's. NULL, or
   what is wrong. A control character is refused, not only NUL, which crypt(3) can't see:
   it is a CR from a file or a slip of the hand, and RFC 4013 2.3 lets no client send one. */
static char const *read_password(char *out, size_t longest)
{
	for (size_t n = 0;; n++) {
		char c;
		ssize_t r = fd_read(0, &c, 1);
		if (r < 0)
			return "the password can't be read";
		out[n] = 0;
		if (r == 0 || c == '\n')
			return n ? NULL : "the password is empty";
		if ((unsigned char)c < ' ' || c == 0x7f)
			return "a control character in the password";
		if (n == longest)
			return "the password is too long";
		out[n] = c;
	}
}

static char const *ask(char const *what, char *out, size_t longest)
{
	if (allwrite(2, what, strlen(what)) < strlen(what))
		return "the terminal can't be written to";
	return read_password(out, longest);
}

static char const *ask_twice(char *out, size_t longest)
{
	char again[PASSWORD_MAX + 1];
	if (terminal_quiet(0) < 0)
		return "the terminal can't be silenced";
	char const *wrong = ask("Password: ", out, longest);
	if (!wrong)
		wrong = ask("Again: ", again, longest);
	terminal_loud();
	if (!wrong && strcmp(out, again) != 0)
		wrong = "the two are not the same";
	wipe(again, sizeof again);
	return wrong;
}

static void hash(struct password_method const *method, unsigned long cost)
{
	char password[PASSWORD_MAX + 1], out[PASSWORD_HASH + 1];
	char const *wrong = (isatty(0) ? ask_twice : read_password)(password, method->longest);
	if (wrong)
		strerr_dief(EXIT_MISUSE, wrong);
	int r = password_hash(out, method, cost, password);
	wipe(password, sizeof password);
	if (r < 0)
		strerr_diefusys(EXIT_TEMPORARY, "hash the password");
	size_t n = strlen(out);
	out[n++] = '\n';
	if (allwrite(1, out, n) < n)
		strerr_diefusys(EXIT_TEMPORARY, "write the hash");
}

int main(int argc, char const *const *argv)
{
	bool want_hash = false, any = false;
	char const *name = "yescrypt", *cost_arg = NULL;
	subgetopt l = SUBGETOPT_ZERO;
	PROG = "saca-accounts";
	for (int opt; (opt = subgetopt_r(argc, argv, "pm:c:V", &l)) != -1; any = true)
		switch (opt) {
		case 'p':
			want_hash = true;
			break;
		case 'm':
			name = l.arg;
			break;
		case 'c':
			cost_arg = l.arg;
			break;
		case 'V':
			version_exit();
		default:
			strerr_dieusage(EXIT_MISUSE, USAGE);
		}
	argc -= l.ind;
	argv += l.ind;
	if (argc != !want_hash || (any && !want_hash))
		strerr_dieusage(EXIT_MISUSE, USAGE);
	if (!want_hash) {
		compile(argv[0]);
		return 0;
	}
	struct password_method const *method = password_method(name);
	if (!method)
		strerr_dief(EXIT_MISUSE, "the methods are yescrypt, bcrypt and sha512");
	uint64_t cost = method->cost;
	if (cost_arg && (!num_scan(cost_arg, strlen(cost_arg), method->high, &cost) || cost < method->low))
		strerr_dief(EXIT_MISUSE, "no such cost for this method: ", cost_arg);
	hash(method, (unsigned long)cost);
	return 0;
}
