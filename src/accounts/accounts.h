/* The accounts text (saca-accounts(5)): plans, users and senders, one per line.

	plan    acme            maxrcpt=50000 credit=yes
	user    victor.acme     $y$j9T$...
	sender  acme            remitente@dominio.com La tienda de Acme

   Lines may come in any order. Each fault carries the number of its line, and one
   reading finds all faults of a text. */
#ifndef ACCOUNTS_ACCOUNTS_H
#define ACCOUNTS_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACCOUNTS_LOGIN 250    /* octets of a login: the checkpassword interface has 512 for
                                 login, password, timestamp and three NULs */
#define ACCOUNTS_NAME 200     /* octets of a sender's display name */
#define ACCOUNTS_PROFILE 255  /* octets of the URL of a social network profile */
#define ACCOUNTS_SETTINGS 2304 /* octets that accounts_plan_fmt writes at most */
#define ACCOUNTS_WHY 160      /* octets that accounts_explain writes at most */

/* The settings of a plan without settings. */
#define ACCOUNTS_MAXDAY 1000000u
#define ACCOUNTS_MAXWAIT (UINT64_C(1) << 30)
#define ACCOUNTS_PLAN_DEFAULT {.maxday = ACCOUNTS_MAXDAY, .maxwait = ACCOUNTS_MAXWAIT}

/* A string of another object, not NUL-terminated. */
struct accounts_text {
	char const *s;
	size_t n;
};

/* The social networks in the order of accounts_plan.profile. */
enum accounts_network {
	ACCOUNTS_FACEBOOK,
	ACCOUNTS_X,
	ACCOUNTS_INSTAGRAM,
	ACCOUNTS_LINKEDIN,
	ACCOUNTS_YOUTUBE,
	ACCOUNTS_TIKTOK,
	ACCOUNTS_WHATSAPP,
	ACCOUNTS_TELEGRAM,
	ACCOUNTS_NETWORKS
};

/* `facebook`, `x`, ...: the word of a network in the accounts. */
char const *accounts_network_name(enum accounts_network network);

/* A plan's settings. Start from ACCOUNTS_PLAN_DEFAULT. */
struct accounts_plan {
	uint64_t maxrcpt; /* recipients of one message, up to UINT32_MAX; 0: unlimited */
	uint64_t maxday;  /* recipients accepted in one day, up to UINT32_MAX */
	uint64_t maxwait; /* octets of the plan's messages that may wait in the spool */
	bool credit;      /* each recipient costs one of the spool's credit/PLAN */
	bool sandbox;     /* sends are stored and shown, never delivered; they cost nothing */
	struct accounts_text profile[ACCOUNTS_NETWORKS]; /* https:// URLs; n is 0 without one */
};

enum accounts_kind { ACCOUNTS_PLAN, ACCOUNTS_USER, ACCOUNTS_SENDER };

/* One line. Its strings point into the text and are not NUL-terminated. */
struct accounts_entry {
	enum accounts_kind kind;
	size_t line;                   /* counted from 1 */
	char const *plan;
	size_t plan_len;
	char const *name;              /* the plan; the login; the address, normalized */
	size_t name_len;
	char *form;                    /* ACCOUNTS_SENDER: the address, if its form is longer than in the text */
	struct accounts_text hash;     /* ACCOUNTS_USER */
	struct accounts_text display;  /* ACCOUNTS_SENDER: the display name; n may be 0 */
	struct accounts_plan settings; /* ACCOUNTS_PLAN */
};

enum accounts_wrong {
	ACCOUNTS_GOOD,
	ACCOUNTS_NUL,
	ACCOUNTS_KIND,
	ACCOUNTS_NO_NAME,
	ACCOUNTS_BAD_PLAN,
	ACCOUNTS_SETTING,
	ACCOUNTS_COUNT,
	ACCOUNTS_OCTETS,
	ACCOUNTS_YES_NO,
	ACCOUNTS_BAD_PROFILE,
	ACCOUNTS_SETTING_TWICE,
	ACCOUNTS_BAD_LOGIN,
	ACCOUNTS_LONG_LOGIN,
	ACCOUNTS_NO_HASH,
	ACCOUNTS_BAD_HASH,
	ACCOUNTS_NO_ADDRESS,
	ACCOUNTS_BAD_ADDRESS,
	ACCOUNTS_LONG_ADDRESS,
	ACCOUNTS_BAD_DISPLAY,
	ACCOUNTS_LONG_DISPLAY,
	ACCOUNTS_SECOND_ADDRESS,
	ACCOUNTS_TWICE,
	ACCOUNTS_NO_PLAN,
	ACCOUNTS_NOTHING,
	ACCOUNTS_NO_MEMORY /* not a fault of the text */
};

struct accounts_fault {
	size_t line; /* 0: the text as a whole */
	enum accounts_wrong wrong;
	struct accounts_text word; /* the faulty word, in the text */
	size_t other;              /* ACCOUNTS_TWICE: the line of the first */
};

/* Reads settings s[0..n), words separated by blanks, each at most once:
	maxrcpt=N maxday=N                      1 to 2^32 - 1
	maxwait=N                               1 to 2^63 - 1
	credit=yes|no sandbox=yes|no
	facebook=https://... x=... (each network)
   *out points into s. False: a faulty word; *out is then unchanged, and *fault, unless
   fault is NULL, names the fault, without a line. */
bool accounts_plan_scan(struct accounts_plan *out, char const *s, size_t n,
	struct accounts_fault *fault);

/* Writes the settings that differ from ACCOUNTS_PLAN_DEFAULT, in the order of
   saca-accounts(5). Returns the length; writes no NUL. out has ACCOUNTS_SETTINGS octets. */
size_t accounts_plan_fmt(char *out, struct accounts_plan const *plan);

/* The entries sorted by kind, plan and name; the faults sorted by line. All zero is empty. */
struct accounts {
	struct accounts_entry *entry;
	size_t count, entries_cap;
	struct accounts_fault *fault;
	size_t faults, faults_cap;
};

/* Reads all of text[0..n) into an empty *a. Normalizes the addresses (address_normalize), most of
   them in place; *a points into text. hash_known tells whether hash[0..n) is a password hash. Use the entries only
   if a->faults is 0. False: out of memory. Call accounts_free in any case. */
bool accounts_read(struct accounts *a, char *text, size_t n,
	bool (*hash_known)(char const *hash, size_t n));
void accounts_free(struct accounts *a);

/* Writes one line for people, such as `line 3: unknown kind: usr`, without a line end.
   Octets outside printable ASCII become `?`. Returns the length; writes no NUL. out has
   ACCOUNTS_WHY octets. */
size_t accounts_explain(char *out, struct accounts_fault const *fault);

#endif
