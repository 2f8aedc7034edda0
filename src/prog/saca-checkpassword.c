/* saca-checkpassword: the stock authenticator, behind the checkpassword interface
   (cr.yp.to/checkpwd/interface.html).

   passwords.cdb: login -> hash; NUL -> a hash of each method and cost that the file has
   (no login can be a NUL). Every login costs one hashing of each of these, whoever it
   is for: so the time tells neither whether there is such a user nor how he is hashed. */
#include "base/exitcode.h"
#include "base/wipe.h"
#include "base/cdb.h"
#include "base/setid.h"
#include "accounts/password.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/exec.h>
#include <skalibs/strerr.h>

#define USAGE "saca-checkpassword passwords.cdb [prog...]"

#define INPUT 512
#define INPUT_FD 3

/* For unknown users of a file that says nothing of its methods: saca-accounts did not
   make it. A hash of its default method; what it is a hash of does not matter. */
static char const fallback[] =
	"$y$j9T$JEx5zB3qrxoePBxEsCpfR.$EWjF5dGQ9W2RfO8o3s45r8KB8vRCd1uYIbuaMbMn28A";

struct login {
	char text[INPUT + 1]; /* user NUL password NUL timestamp NUL, and perhaps more */
	char const *user, *password;
};

/* Reads fd 3 to its end. The interface: at most 512 octets, three strings. */
static void read_login(struct login *login)
{
	size_t n = 0;
	for (;;) {
		ssize_t r = read(INPUT_FD, login->text + n, sizeof login->text - n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			strerr_diefusys(EXIT_TEMPORARY, "read descriptor 3");
		if (r == 0)
			break;
		n += (size_t)r;
		if (n > INPUT)
			strerr_dief(EXIT_BAD_INTERFACE, "more than 512 octets on descriptor 3");
	}
	close(INPUT_FD);
	char const *p = login->text, *end = login->text + n, *string[3];
	for (size_t i = 0; i < 3; i++) {
		string[i] = p;
		char const *nul = memchr(p, 0, (size_t)(end - p));
		if (!nul)
			strerr_dief(EXIT_BAD_INTERFACE, "no login, password and timestamp on descriptor 3");
		p = nul + 1;
	}
	login->user = string[0];
	login->password = string[1];
}

/* The password against one hash. One that can't be read is for the operator to mend. */
static bool verify(char const *hash, size_t n, char const *password)
{
	int r = password_verify(hash, n, password);
	if (r < 0 && errno == EINVAL)
		strerr_dief(EXIT_TEMPORARY, "the passwords file has a hash that can't be read");
	if (r < 0)
		strerr_diefusys(EXIT_TEMPORARY, "hash the password");
	return r;
}

static bool find_hash(struct cdb_file const *f, char const *key, size_t keylen, cdb_find_state *state,
	char const **hash, size_t *n)
{
	enum cdb_file_result r = cdb_file_next(f, key, keylen, state, hash, n);
	if (r == CDB_FILE_DAMAGED)
		strerr_dief(EXIT_TEMPORARY, "the passwords file is damaged");
	return r == CDB_FILE_FOUND;
}

static bool same_class(char const *a, size_t an, char const *b, size_t bn)
{
	char ac[PASSWORD_CLASS], bc[PASSWORD_CLASS];
	size_t acn = password_class(ac, a, an);
	return acn && acn == password_class(bc, b, bn) && memcmp(ac, bc, acn) == 0;
}

/* Hashes once for the user, if there is one, and once for every other class. */
static bool is_accepted(struct cdb_file const *f, struct login const *login)
{
	cdb_find_state state = CDB_FIND_STATE_ZERO, others = CDB_FIND_STATE_ZERO;
	char const *hash, *other;
	size_t n, len;
	bool good = false, hashed = false;
	bool known = find_hash(f, login->user, strlen(login->user), &state, &hash, &n);
	if (known) {
		good = verify(hash, n, login->password);
		hashed = true;
	}
	while (find_hash(f, "", 1, &others, &other, &len)) {
		if (!known || !same_class(hash, n, other, len))
			verify(other, len, login->password);
		hashed = true;
	}
	if (!hashed)
		verify(fallback, sizeof fallback - 1, login->password);
	return good && login->password[0];
}

/* A process that holds passwords leaves no core; prog gets the limit as it was. */
static struct rlimit core;

static void forbid_core(void)
{
	struct rlimit none;
	if (getrlimit(RLIMIT_CORE, &core) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "read the limit for cores");
	none = core;
	none.rlim_cur = 0;
	if (setrlimit(RLIMIT_CORE, &none) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "forbid cores");
}

static void open_passwords(struct cdb_file *f, char const *file)
{
	if (fcntl(INPUT_FD, F_GETFD) < 0)
		strerr_dief(EXIT_BAD_INTERFACE, "descriptor 3 is closed");
	if (!fd_sanitize())
		strerr_diefusys(EXIT_TEMPORARY, "open /dev/null");
	if (cdb_file_open(f, file))
		return;
	if (errno == EINVAL)
		strerr_dief(EXIT_TEMPORARY, file, " is no cdb, or cut short");
	strerr_diefusys(EXIT_TEMPORARY, "open ", file);
}

int main(int argc, char const *const *argv)
{
	static struct login login;
	struct cdb_file passwords = CDB_FILE_ZERO;
	PROG = "saca-checkpassword";
	setid_refuse();
	if (argc < 2)
		strerr_dieusage(EXIT_BAD_INTERFACE, USAGE);
	open_passwords(&passwords, argv[1]);
	forbid_core();
	read_login(&login);
	bool good = is_accepted(&passwords, &login);
	cdb_file_close(&passwords);
	if (good && argv[2] && setenv("USER", login.user, 1) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "set USER");
	wipe(&login, sizeof login);
	if (!good)
		return EXIT_REFUSED;
	if (!argv[2])
		return 0;
	if (setrlimit(RLIMIT_CORE, &core) < 0)
		strerr_diefusys(EXIT_TEMPORARY, "restore the limit for cores");
	exec(argv + 2);
	strerr_dieexec(EXIT_TEMPORARY, argv[2]);
}
