/* Passwords and their crypt(5) hashes, through libcrypt. */
#ifndef ACCOUNTS_PASSWORD_H
#define ACCOUNTS_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#define PASSWORD_MAX 250  /* octets password_hash takes; see ACCOUNTS_LOGIN */
#define PASSWORD_HASH 384 /* octets of a hash with its NUL, at most: CRYPT_OUTPUT_SIZE */
#define PASSWORD_CLASS 64 /* octets password_class writes at most */

/* Is hash[0..n) a complete hash of an allowed method that this libcrypt knows? Allowed are
   yescrypt, gost-yescrypt, scrypt, bcrypt (2a, 2b, 2y), SHA-512, SHA-256 and MD5. The others (DES
   and variants, NT) protect no better than the password in the clear. */
bool password_is_known(char const *hash, size_t n);

/* Does libcrypt find its method too weak for new passwords? */
bool password_is_weak(char const *hash, size_t n);

/* Writes method and cost of a hash, which decide the time that it takes, as a short text: equal
   texts mean equal times. Returns its length, without a NUL; 0: not password_is_known. */
size_t password_class(char *out, char const *hash, size_t n);

enum password_match {
	PASSWORD_WRONG,
	PASSWORD_RIGHT,
	PASSWORD_ERROR /* errno; EINVAL: libcrypt does not know such a hash; ENOMEM */
};

/* Does the password have that hash? The comparison takes the same time whatever the result. The
   intermediate results are wiped. */
enum password_match password_verify(char const *hash, size_t n, char const *password);

/* A method for new passwords. */
struct password_method {
	char const *name, *prefix;
	unsigned long cost, low, high; /* the default, and its limits */
	size_t longest;                /* octets of a password that count */
};

/* Finds yescrypt, bcrypt or sha512. NULL: no method has that name. */
struct password_method const *password_method(char const *name);

/* Writes the password's hash with a new salt, NUL-terminated, to out, which has PASSWORD_HASH
   octets. False: errno. */
bool password_hash(char *out, struct password_method const *m, unsigned long cost,
	char const *password);

#endif
