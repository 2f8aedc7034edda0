/* Passwords and their hashes. */
#include "accounts/password.h"

#include "base/ascii.h"
#include "base/secret.h"
#include "base/wipe.h"

#include <crypt.h>
#include <errno.h>
#include <string.h>

_Static_assert(PASSWORD_HASH >= CRYPT_OUTPUT_SIZE, "a hash may be longer");
_Static_assert(PASSWORD_MAX < CRYPT_MAX_PASSPHRASE_SIZE, "libcrypt takes less");

/* --- Hashes ---------------------------------------------------------------------- */

/* The place of the cost in a hash, after its id. */
enum cost { COST_NONE, COST_FIELD, COST_ROUNDS, COST_FIXED };

/* tail: octets after the last $ of a complete hash. */
static struct shape {
	char const *id;
	enum cost cost;
	size_t cost_len; /* COST_FIXED */
	size_t tail;
	char const *class; /* the method's name in password_class */
} const shapes[] = {
	{"$y$", COST_FIELD, 0, 43, "$y$"},
	{"$gy$", COST_FIELD, 0, 43, "$gy$"},
	{"$7$", COST_FIXED, 11, 43, "$7$"},
	{"$2b$", COST_FIXED, 3, 53, "$2$"},
	{"$2a$", COST_FIXED, 3, 53, "$2$"},
	{"$2y$", COST_FIXED, 3, 53, "$2$"},
	{"$6$", COST_ROUNDS, 0, 86, "$6$"},
	{"$5$", COST_ROUNDS, 0, 43, "$5$"},
	{"$1$", COST_NONE, 0, 22, "$1$"},
};

static struct shape const *shape_of(char const *hash, size_t n)
{
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		size_t len = strlen(shapes[i].id);
		if (n > len && memcmp(hash, shapes[i].id, len) == 0)
			return &shapes[i];
	}
	return NULL;
}

/* Copies hash[0..n) as a string. False: it is too long for a hash, or has octets that no hash has. */
static bool to_string(char out[PASSWORD_HASH], char const *hash, size_t n)
{
	if (n >= PASSWORD_HASH)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!ascii_is_alpha(hash[i]) && !ascii_is_digit(hash[i])
				&& (!hash[i] || !strchr("./$=", hash[i])))
			return false;
	memcpy(out, hash, n);
	out[n] = 0;
	return true;
}

bool password_is_known(char const *hash, size_t n)
{
	char s[PASSWORD_HASH];
	struct shape const *shape = shape_of(hash, n);
	if (!shape || !to_string(s, hash, n) || strlen(strrchr(s, '$') + 1) != shape->tail)
		return false;
	int salt = crypt_checksalt(s);
	return salt == CRYPT_SALT_OK || salt == CRYPT_SALT_METHOD_LEGACY || salt == CRYPT_SALT_TOO_CHEAP;
}

bool password_is_weak(char const *hash, size_t n)
{
	char s[PASSWORD_HASH];
	return to_string(s, hash, n) && crypt_checksalt(s) != CRYPT_SALT_OK;
}

/* Octets of the cost at the start of s, with the $ after it. */
static size_t cost_length(struct shape const *shape, char const *s, size_t n)
{
	char const *end = memchr(s, '$', n);
	size_t field = end ? (size_t)(end + 1 - s) : 0;
	switch (shape->cost) {
	case COST_FIELD:
		return field;
	case COST_ROUNDS:
		return n > 7 && memcmp(s, "rounds=", 7) == 0 ? field : 0;
	case COST_FIXED:
		return shape->cost_len < n ? shape->cost_len : 0;
	case COST_NONE:
		break;
	}
	return 0;
}

size_t password_class(char *out, char const *hash, size_t n)
{
	struct shape const *shape = shape_of(hash, n);
	if (!shape)
		return 0;
	size_t id = strlen(shape->id), name = strlen(shape->class);
	size_t cost = cost_length(shape, hash + id, n - id);
	if (name + cost > PASSWORD_CLASS)
		return 0;
	memcpy(out, shape->class, name);
	memcpy(out + name, hash + id, cost);
	return name + cost;
}

/* --- Verifying --------------------------------------------------------------------- */

enum password_match password_verify(char const *hash, size_t n, char const *password)
{
	char s[PASSWORD_HASH];
	struct crypt_data data;
	if (!to_string(s, hash, n))
		return errno = EINVAL, PASSWORD_ERROR;
	memset(&data, 0, sizeof data);
	char const *got = crypt_rn(password, s, &data, sizeof data);
	bool right = got && strlen(got) == n && secret_is_equal(got, s, n);
	int e = errno;
	wipe(&data, sizeof data);
	wipe(s, sizeof s);
	errno = e;
	return !got ? PASSWORD_ERROR : right ? PASSWORD_RIGHT : PASSWORD_WRONG;
}

/* --- Hashing ----------------------------------------------------------------------- */

/* libcrypt's own defaults for bcrypt (5) and SHA-512 (5000) are too low today. */
static struct password_method const methods[] = {
	{"yescrypt", "$y$", 5, 1, 11, PASSWORD_MAX},
	{"bcrypt", "$2b$", 12, 4, 31, 72},
	{"sha512", "$6$", 100000, 1000, 999999999, PASSWORD_MAX},
};

struct password_method const *password_method(char const *name)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}

bool password_hash(char *out, struct password_method const *m, unsigned long cost,
	char const *password)
{
	char salt[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data data;
	if (!crypt_gensalt_rn(m->prefix, cost, NULL, 0, salt, sizeof salt))
		return false;
	memset(&data, 0, sizeof data);
	char const *got = crypt_rn(password, salt, &data, sizeof data);
	int e = errno;
	if (got)
		memcpy(out, got, strlen(got) + 1);
	wipe(&data, sizeof data);
	errno = e;
	return got;
}
