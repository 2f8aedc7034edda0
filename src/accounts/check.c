/* Checking a login. */
#include "accounts/check.h"

#include "accounts/password.h"

#include <errno.h>
#include <string.h>

char const check_nobody[] = "$y$j9T$JEx5zB3qrxoePBxEsCpfR.$EWjF5dGQ9W2RfO8o3s45r8KB8vRCd1uYIbuaMbMn28A";

bool check_read(struct check_login *login)
{
	char const **string[] = {&login->user, &login->password, &login->timestamp};
	char const *p = login->block, *end = login->block + login->n;
	for (size_t i = 0; i < 3; i++) {
		char const *nul = memchr(p, 0, (size_t)(end - p));
		if (!nul)
			return false;
		*string[i] = p;
		p = nul + 1;
	}
	return true;
}

bool check_find_hash(struct cdb_file const *f, char const *user, char const **hash, size_t *n)
{
	return cdb_file_find(f, user, strlen(user), hash, n) == CDB_FILE_FOUND;
}

static enum check_result verify_password(char const *hash, size_t n, char const *password)
{
	switch (password_verify(hash, n, password)) {
	case PASSWORD_RIGHT:
		return CHECK_ACCEPTED;
	case PASSWORD_WRONG:
		return CHECK_REFUSED;
	case PASSWORD_ERROR:
		break;
	}
	return errno == EINVAL ? CHECK_BAD_HASH : CHECK_ERROR;
}

static bool same_class(char const *a, size_t an, char const *b, size_t bn)
{
	char ac[PASSWORD_CLASS], bc[PASSWORD_CLASS];
	size_t acn = password_class(ac, a, an);
	return acn && acn == password_class(bc, b, bn) && memcmp(ac, bc, acn) == 0;
}

/* Hashes the password once for each method and cost, except those of hash[0..n); NULL: for all. A file
   that saca-accounts did not make may have no hashes for this: then it takes check_nobody. */
static enum check_result hash_for_others(struct cdb_file const *f, char const *hash, size_t n, char const *password)
{
	cdb_find_state state = CDB_FIND_STATE_ZERO;
	bool any = hash;
	char const *other;
	size_t len;
	for (;;) {
		enum cdb_file_result found = cdb_file_next(f, "", 1, &state, &other, &len);
		if (found == CDB_FILE_DAMAGED)
			return CHECK_DAMAGED;
		if (found == CDB_FILE_NONE)
			break;
		any = true;
		enum check_result r = hash && same_class(hash, n, other, len) ? CHECK_REFUSED : verify_password(other, len, password);
		if (r > CHECK_ACCEPTED)
			return r;
	}
	return any ? CHECK_REFUSED : verify_password(check_nobody, strlen(check_nobody), password);
}

enum check_result check_password(struct cdb_file const *f, char const *user, char const *password)
{
	char const *hash = NULL;
	size_t n = 0;
	enum check_result r = CHECK_REFUSED;
	enum cdb_file_result found = cdb_file_find(f, user, strlen(user), &hash, &n);
	if (found == CDB_FILE_DAMAGED)
		return CHECK_DAMAGED;
	if (found == CDB_FILE_FOUND)
		r = verify_password(hash, n, password);
	if (r > CHECK_ACCEPTED)
		return r;
	enum check_result others = hash_for_others(f, found == CDB_FILE_FOUND ? hash : NULL, n, password);
	if (others > CHECK_ACCEPTED)
		return others;
	return password[0] ? r : CHECK_REFUSED;
}

char const *check_reason(enum check_result r)
{
	return r == CHECK_DAMAGED ? "the passwords file is damaged: run saca-accounts"
		: r == CHECK_BAD_HASH ? "the passwords file has a hash that libcrypt cannot read" : strerror(errno);
}
