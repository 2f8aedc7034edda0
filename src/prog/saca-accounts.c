/* saca-accounts: compiles the accounts on standard input to DIR/senders.cdb and
   DIR/passwords.cdb, both or neither; with -p, hashes a password. */
#define _GNU_SOURCE /* flock */
#include "base/buf.h"
#include "base/cdb.h"
#include "base/exitcode.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/setid.h"
#include "base/version.h"
#include "base/wipe.h"
#include "mail/address.h"
#include "accounts/accounts.h"
#include "accounts/password.h"
#include "accounts/senders.h"
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
#define CLASSES_MAX 16 /* methods and costs; a login for an unknown user hashes with each */

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

static void report_faults(struct accounts const *a)
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

static void warn_of_weak_hashes(struct accounts const *a)
{
	char line[NUM_FMT];
	for (size_t i = 0; i < a->count; i++) {
		struct accounts_entry const *e = &a->entry[i];
		if (e->kind != ACCOUNTS_USER || !password_is_weak(e->hash.s, e->hash.n))
			continue;
		num_fmt(line, e->line);
		strerr_warnw("line ", line, ": an outdated hash method; give this user a new password");
	}
}

/* --- The files --------------------------------------------------------------------- */

static struct cdb_write senders, passwords;

static void abandon_files(char const *what, char const *name)
{
	cdb_write_abandon(&senders);
	cdb_write_abandon(&passwords);
	strerr_diefusys(EXIT_TEMPORARY, what, name);
}

static void add_record(struct cdb_write *w, char const *key, size_t kn, char const *value, size_t vn)
{
	if (!cdb_write_add(w, key, kn, value, vn))
		abandon_files("write ", w->name);
}

/* Adds the record `p` plan -> settings. */
static void add_plan(struct accounts_entry const *e)
{
	char key[1 + PLAN_MAX] = "p", settings[ACCOUNTS_SETTINGS];
	memcpy(key + 1, e->plan, e->plan_len);
	add_record(&senders, key, 1 + e->plan_len, settings, accounts_plan_fmt(settings, &e->settings));
}

/* Adds the record `s` plan NUL address -> display name. */
static void add_sender(struct accounts_entry const *e)
{
	char key[1 + PLAN_MAX + 1 + ADDRESS_MAX] = "s";
	size_t n = 1 + e->plan_len + 1 + e->name_len;
	memcpy(key + 1, e->plan, e->plan_len);
	memcpy(key + 1 + e->plan_len + 1, e->name, e->name_len);
	add_record(&senders, key, n, e->display.n ? e->display.s : "", e->display.n);
}

/* Adds the record `u` login -> the fingerprint of its stored hash. */
static void add_login(struct accounts_entry const *e)
{
	char key[1 + ACCOUNTS_LOGIN] = "u";
	unsigned char digest[HASH_OCTETS];
	memcpy(key + 1, e->name, e->name_len);
	hash_of(digest, e->hash.s, e->hash.n);
	add_record(&senders, key, 1 + e->name_len, (char *)digest, SENDERS_FINGERPRINT);
}

static bool same_class(struct accounts_entry const *a, struct accounts_entry const *b)
{
	char ac[PASSWORD_CLASS], bc[PASSWORD_CLASS];
	size_t n = password_class(ac, a->hash.s, a->hash.n);
	return n == password_class(bc, b->hash.s, b->hash.n) && memcmp(ac, bc, n) == 0;
}

/* Tries one hash of each method and cost: libcrypt may refuse the cost of a well-formed hash, and
   every login would then fail. */
static void try_hash(struct accounts_entry const *e)
{
	char line[NUM_FMT];
	if (password_verify(e->hash.s, e->hash.n, "") != PASSWORD_ERROR)
		return;
	int error = errno;
	num_fmt(line, e->line);
	if (error == EINVAL)
		strerr_dief(EXIT_MISUSE, "line ", line, ": libcrypt refuses the cost of this hash");
	errno = error;
	strerr_diefusys(EXIT_TEMPORARY, "hash a password with the method of line ", line);
}

/* Finds one user for each method and cost; returns their number. */
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
			strerr_dief(EXIT_MISUSE, "more than 16 different methods and costs of hashing");
		try_hash(e);
		class[n++] = e;
	}
	return n;
}

/* Adds the records login -> hash. The key NUL has one hash of each method and cost.
   saca-checkpassword verifies all of them for an unknown login, which then takes as long as a
   known one. */
static void add_passwords(struct accounts const *a,
	struct accounts_entry const *const *class, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add_record(&passwords, "", 1, class[i]->hash.s, class[i]->hash.n);
	for (size_t i = 0; i < a->count; i++)
		if (a->entry[i].kind == ACCOUNTS_USER)
			add_record(&passwords, a->entry[i].name, a->entry[i].name_len,
				a->entry[i].hash.s, a->entry[i].hash.n);
}

/* Writes both files. Both are complete and synced before the first replaces its old one. */
static void write_files(struct accounts const *a, char const *folder)
{
	struct accounts_entry const *class[CLASSES_MAX];
	size_t classes = find_classes(a, class);
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || flock(dir, LOCK_EX) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "open and lock ", folder);
	if (!cdb_write_start(&senders, dir, "senders.cdb"))
		abandon_files("begin ", "senders.cdb");
	if (!cdb_write_start(&passwords, dir, "passwords.cdb"))
		abandon_files("begin ", "passwords.cdb");
	for (size_t i = 0; i < a->count; i++)
		if (a->entry[i].kind == ACCOUNTS_PLAN)
			add_plan(&a->entry[i]);
		else if (a->entry[i].kind == ACCOUNTS_SENDER)
			add_sender(&a->entry[i]);
		else
			add_login(&a->entry[i]);
	add_passwords(a, class, classes);
	if (!cdb_write_finish(&senders, 0644))
		abandon_files("finish ", "senders.cdb");
	if (!cdb_write_finish(&passwords, 0640))
		abandon_files("finish ", "passwords.cdb");
	if (!cdb_write_replace(&senders))
		abandon_files("replace ", "senders.cdb");
	if (!cdb_write_replace(&passwords))
		abandon_files("replace ", "passwords.cdb");
	if (fsync(dir) < 0)
		abandon_files("sync ", folder);
	cdb_write_abandon(&senders);
	cdb_write_abandon(&passwords);
	close(dir);
}

static void compile_accounts(char const *folder)
{
	struct buf text = BUF_ZERO;
	struct accounts a = {0};
	read_text(&text);
	if (!accounts_read(&a, text.s, text.len, password_is_known))
		strerr_dief(EXIT_TEMPORARY, "out of memory");
	report_faults(&a);
	if (a.faults)
		strerr_dief(EXIT_MISUSE, "nothing was changed");
	warn_of_weak_hashes(&a);
	write_files(&a, folder);
	accounts_free(&a);
	buf_free(&text);
}

/* --- -p ---------------------------------------------------------------------------- */

/* Reads up to a newline or the end, octet by octet: the rest of the input belongs to
   others. NULL, or the fault. Control characters are refused: crypt(3) cannot see a NUL,
   a CR comes from a file with CRLF, and RFC 4013 2.3 lets no client send them. */
static char const *read_password(char *out, size_t longest)
{
	for (size_t n = 0;; n++) {
		char c;
		ssize_t r = fd_read(0, &c, 1);
		if (r < 0)
			return "unable to read the password";
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

static char const *ask_password(char const *what, char *out, size_t longest)
{
	if (allwrite(2, what, strlen(what)) < strlen(what))
		return "unable to write to the terminal";
	return read_password(out, longest);
}

static char const *ask_twice(char *out, size_t longest)
{
	char again[PASSWORD_MAX + 1];
	if (!terminal_echo_off(0))
		return "unable to turn off the terminal's echo";
	char const *wrong = ask_password("Password: ", out, longest);
	if (!wrong)
		wrong = ask_password("Again: ", again, longest);
	terminal_echo_on();
	if (!wrong && strcmp(out, again) != 0)
		wrong = "the two passwords differ";
	wipe(again, sizeof again);
	return wrong;
}

static void print_hash(struct password_method const *method, unsigned long cost)
{
	char password[PASSWORD_MAX + 1], out[PASSWORD_HASH + 1];
	char const *wrong = (isatty(0) ? ask_twice : read_password)(password, method->longest);
	if (wrong)
		strerr_dief(EXIT_MISUSE, wrong);
	bool hashed = password_hash(out, method, cost, password);
	wipe(password, sizeof password);
	if (!hashed)
		strerr_diefusys(EXIT_TEMPORARY, "hash the password");
	size_t n = strlen(out);
	out[n++] = '\n';
	if (allwrite(1, out, n) < n)
		strerr_diefusys(EXIT_TEMPORARY, "write the hash");
}

int main(int argc, char const *const *argv)
{
	bool want_hash = false, has_options = false;
	char const *name = "yescrypt", *cost_arg = NULL;
	subgetopt l = SUBGETOPT_ZERO;
	PROG = "saca-accounts";
	setid_refuse();
	for (int opt; (opt = subgetopt_r(argc, argv, "pm:c:V", &l)) != -1; has_options = true)
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
	if (argc != !want_hash || (has_options && !want_hash))
		strerr_dieusage(EXIT_MISUSE, USAGE);
	if (!want_hash) {
		compile_accounts(argv[0]);
		return 0;
	}
	struct password_method const *method = password_method(name);
	if (!method)
		strerr_dief(EXIT_MISUSE, "the methods are yescrypt, bcrypt and sha512");
	uint64_t cost = method->cost;
	if (cost_arg && (!num_scan(cost_arg, strlen(cost_arg), method->high, &cost) || cost < method->low))
		strerr_dief(EXIT_MISUSE, "invalid cost for this method: ", cost_arg);
	print_hash(method, (unsigned long)cost);
	return 0;
}
