/* Passwords and their crypt(5) hashes, through libcrypt. */
#ifndef ACCOUNTS_PASSWORD_H
#define ACCOUNTS_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#define PASSWORD_MAX 250  /* octets password_hash takes; see ACCOUNTS_LOGIN */
#define PASSWORD_HASH 384 /* octets of a hash with its NUL, at most: CRYPT_OUTPUT_SIZE */
#define PASSWORD_CLASS 64 /* octets password_class writes at most */

/* Is hash[0..n) a whole hash of a method that is taken and that this libcrypt knows:
   yescrypt, gost-yescrypt, scrypt, bcrypt (2a, 2b, 2y), SHA-512, SHA-256, MD5? The
   others (DES and its kin, NT) are no better than the password in the clear. */
bool password_known(char const *hash, size_t n);

/* Is it one that nothing new should be hashed with? */
bool password_weak(char const *hash, size_t n);

/* What decides the time a hash takes: its method and cost, as a short text that is
   equal where these are. Returns its length, without a NUL; 0: not password_known. */
size_t password_class(char *out, char const *hash, size_t n);

/* Does the password have that hash? The comparison takes the same time whatever the
   answer. 1: yes; 0: no; -1: errno says why it can't be told (EINVAL: not a hash that
   libcrypt knows; ENOMEM). What it computed is wiped. */
int password_verify(char const *hash, size_t n, char const *password);

/* A way to hash new passwords. */
struct password_method {
	char const *name, *prefix;
	unsigned long cost, low, high; /* the default, and what it may be */
	size_t longest;                /* octets of a password it looks at */
};

/* yescrypt, bcrypt or sha512; NULL: there is none of that name. */
struct password_method const *password_method(char const *name);

/* Writes the password's hash under a fresh salt, NUL-terminated, to out, which has
   PASSWORD_HASH octets. Returns 0, or -1 with errno. */
int password_hash(char *out, struct password_method const *m, unsigned long cost,
	char const *password);

#endif
