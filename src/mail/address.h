/* Mail addresses: the paths of MAIL and RCPT (RFC 5321 4.1.2), as clients in the
   wild write them, and the addresses in the accounts and in an envelope. */
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

/* Judges a bare address, s[0..n), `local@domain`. utf8: RFC 6531 addresses may pass, but not
   with C1 controls or with characters of no width or of the text's direction, which make one
   address look like another. */
enum address_fault address_check(char const *s, size_t n, bool utf8);

/* Writes the one form of an address that address_check accepted to out, and its length to *len.
   Equal addresses have equal forms:
   - A-Z are lowered in both halves.
   - A quoted local part loses its quotes if it needs none, and each `\x` but `\"` and `\\`
     becomes `x` (RFC 5321 4.1.2). A dot needs no quotes, wherever it is.
   - A domain label that is not ASCII becomes its A-label (`xn--...`), which every mail server
     accepts.
   False: the domain is too long in that form. */
bool address_normalize(char const *s, size_t n, char out[ADDRESS_MAX], size_t *len);

/* Reads the path at the start of s[0..n): blanks, then `<addr>`, `<@a,@b:addr>` (the
   source route is dropped, RFC 5321 appendix C) or a bare `addr` up to the next blank.
   On ADDRESS_OK [*at, *at + *len) is the address inside s; *used is set on ADDRESS_OK
   and ADDRESS_EMPTY: the octets read, the closing bracket included. */
enum address_fault address_path(char const *s, size_t n, bool utf8,
	size_t *at, size_t *len, size_t *used);

/* Is s[0..n) a plan's name, [a-z0-9_-]{1,64}? */
bool address_is_plan(char const *s, size_t n);

/* Splits a login `user.plan` at its last dot. On success returns the plan's offset in
   s; 0 when there is no dot, no user before it, or what follows is no plan's name. */
size_t address_login_plan(char const *s, size_t n);

#endif
