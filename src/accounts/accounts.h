/* The accounts text (saca-accounts(5)): plans, users and senders, one a line.

	plan    acme            maxrcpt=50000 credit=yes
	user    victor.acme     $y$j9T$...
	sender  acme            remitente@dominio.com

   Lines may come in any order. A fault names its line; all of a text's faults are
   found in one reading. */
#ifndef ACCOUNTS_ACCOUNTS_H
#define ACCOUNTS_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACCOUNTS_LOGIN 250 /* octets of a login: the checkpassword interface has 512 for
                              login, password, timestamp and three NULs */
#define ACCOUNTS_SETTINGS 40 /* octets accounts_plan_fmt writes at most */
#define ACCOUNTS_WHY 160     /* octets accounts_explain writes at most */

/* A plan's settings. All zero is what a plan has that says nothing. */
struct accounts_plan {
	uint32_t maxrcpt; /* recipients a message may have; 0: no limit of the plan's own */
	bool credit;      /* the spool's credit/PLAN decides (DESIGN 5) */
};

enum accounts_kind { ACCOUNTS_PLAN, ACCOUNTS_USER, ACCOUNTS_SENDER };

/* What a line says. The strings lie in the text and are not NUL-terminated. */
struct accounts_entry {
	enum accounts_kind kind;
	size_t line;                   /* counted from 1 */
	char const *plan;
	size_t plan_len;
	char const *name;              /* the plan; the login; the address, A-Z lowered */
	size_t name_len;
	char const *hash;              /* ACCOUNTS_USER */
	size_t hash_len;
	struct accounts_plan settings; /* ACCOUNTS_PLAN */
};

enum accounts_wrong {
	ACCOUNTS_NUL,
	ACCOUNTS_KIND,
	ACCOUNTS_NO_NAME,
	ACCOUNTS_BAD_PLAN,
	ACCOUNTS_SETTING,
	ACCOUNTS_MAXRCPT,
	ACCOUNTS_CREDIT,
	ACCOUNTS_SETTING_TWICE,
	ACCOUNTS_BAD_LOGIN,
	ACCOUNTS_LONG_LOGIN,
	ACCOUNTS_NO_HASH,
	ACCOUNTS_BAD_HASH,
	ACCOUNTS_NO_ADDRESS,
	ACCOUNTS_BAD_ADDRESS,
	ACCOUNTS_LONG_ADDRESS,
	ACCOUNTS_TWICE,
	ACCOUNTS_NO_PLAN,
	ACCOUNTS_NOTHING
};

struct accounts_fault {
	size_t line; /* 0: the text as a whole */
	enum accounts_wrong wrong;
	char const *word; /* what it is about, in the text */
	size_t word_len;
	size_t other; /* ACCOUNTS_TWICE: the line of the first */
};

/* Reads settings s[0..n), words parted by blanks: `maxrcpt=N` (1 to 2^32 - 1),
   `credit=yes`, `credit=no`, each at most once. False: something else; *fault, unless
   fault is NULL, says what, without a line. */
bool accounts_plan_scan(struct accounts_plan *out, char const *s, size_t n,
	struct accounts_fault *fault);

/* The canonical text of settings: what differs from the default, in the order of the
   struct. Returns its length; writes no NUL. out has ACCOUNTS_SETTINGS octets. */
size_t accounts_plan_fmt(char *out, struct accounts_plan plan);

/* The entries sorted by kind, plan and name, the faults by line. All zero is empty. */
struct accounts {
	struct accounts_entry *entry;
	size_t count, entries_cap;
	struct accounts_fault *fault;
	size_t faults, faults_cap;
};

/* Reads all of text[0..n) into an empty *a. Lowers the addresses in place; a points
   into text. hash_known says whether hash[0..n) is a password's hash. The entries are
   good for use only if a->faults is 0. False: out of memory. accounts_free in any case. */
bool accounts_read(struct accounts *a, char *text, size_t n,
	bool (*hash_known)(char const *hash, size_t n));
void accounts_free(struct accounts *a);

/* `line 3: unknown kind: usr`: one line for people, without a line end. Octets outside
   printable ASCII show as `?`. Returns the length; writes no NUL. out has ACCOUNTS_WHY
   octets. */
size_t accounts_explain(char *out, struct accounts_fault const *fault);

#endif
