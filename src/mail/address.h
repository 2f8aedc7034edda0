/* Mail addresses: in the paths of MAIL and RCPT (RFC 5321 4.1.2), as clients in the wild write
   them, in the accounts and in an envelope. */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#define ADDRESS_LOCAL 64 /* octets before the @, RFC 5321 4.5.3.1.1 */
#define ADDRESS_MAX 254  /* octets in all: RFC 5321 4.5.3.1.3 less the brackets */
#define PLAN_MAX 64      /* octets of a plan's name */

enum address_fault {
	ADDRESS_OK,
	ADDRESS_EMPTY,  /* <> or nothing */
	ADDRESS_SYNTAX, /* no domain, stray octets, invisible characters, unbalanced brackets or quotes */
	ADDRESS_LONG,   /* over ADDRESS_LOCAL or ADDRESS_MAX */
	ADDRESS_8BIT    /* octets above 0x7f without utf8, or not valid UTF-8 */
};

/* Checks a bare address, s[0..n), `local@domain`. utf8: addresses of RFC 6531 are allowed. They have
   no C1 controls, no characters without width and none that change the direction of the text:
   with these, one address looks like another. */
enum address_fault address_check(char const *s, size_t n, bool utf8);

/* Normalizes an address that address_check accepted: writes it to out, and its length to *len.
   Equivalent addresses become equal:
   - A-Z are lowered in both halves.
   - A quoted local part loses quotes that it does not need (RFC 5321 4.1.2). `\x` becomes `x`,
     except for `\"` and `\\`. A dot needs no quotes anywhere.
   - A domain label that is not ASCII becomes its A-label (`xn--...`), which every mail server
     accepts.
   False: the domain becomes too long. */
bool address_normalize(char const *s, size_t n, char out[ADDRESS_MAX], size_t *len);

/* Reads the path at the start of s[0..n): blanks, then `<addr>`, `<@a,@b:addr>` or a bare `addr` up
   to the next blank. A source route is dropped (RFC 5321 appendix C). On ADDRESS_OK the address is
   s[*at..*at + *len). On ADDRESS_OK and ADDRESS_EMPTY, *used is the number of octets read, with
   the closing bracket. */
enum address_fault address_path(char const *s, size_t n, bool utf8,
	size_t *at, size_t *len, size_t *used);

/* Is s[0..n) a plan's name, [a-z0-9_-]{1,64}? */
bool address_is_plan(char const *s, size_t n);

/* Splits a login `user.plan` at its last dot and returns the offset of the plan. 0: the login has
   no dot, no user before it, or no plan's name after it. */
size_t address_login_plan(char const *s, size_t n);

#endif
