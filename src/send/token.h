/* Tokens: the proof, in a URL or an address, that saca wrote it for one contact of one send.

   The octets of a token:

	key     1 octet, the number of the key that signed it
	kind    1 octet, see below
	plan, send, contact, and in a click the link: numbers, seven bits an octet, the low
	        ones first, the top bit set in all octets but the last, as few as will do
	MAC     12 octets, the first of HMAC-SHA256 over everything before

   and then base32 (base/base32.h), so that no mail system breaks it by changing its case.
   Each number is 1 to INT64_MAX. The same numbers always give the same token. */
#ifndef SEND_TOKEN_H
#define SEND_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKEN_MAC 12
#define TOKEN_OCTETS (2 + 4 * 9 + TOKEN_MAC)
#define TOKEN_SIZE 80 /* digits at most: BASE32_LENGTH(TOKEN_OCTETS) */

/* A token of one kind is not valid as another: the reader compares the kind. The letter is also
   the path that a URL has before its token: URL/u/TOKEN, URL/o/TOKEN.gif. */
enum token_kind {
	TOKEN_VIEW = 'v',
	TOKEN_OPEN = 'o',
	TOKEN_CLICK = 'c',
	TOKEN_UNSUBSCRIBE = 'u',
	TOKEN_BOUNCE = 'b' /* in the envelope sender */
};

struct token {
	enum token_kind kind;
	uint64_t plan, send, contact;
	uint64_t link; /* TOKEN_CLICK: the number of the link, from 1; else 0 */
};

/* Writes the MAC of s[0..n) under the key of that number. False: there is no such key. keys:
   passed on from token_write or token_read. linkkeys_mac (send/linkkeys.h) is such a function,
   for a struct linkkeys. */
typedef bool token_mac(void const *keys, unsigned char key, void const *s, size_t n, unsigned char mac[TOKEN_MAC]);

/* Writes a token, signed by that key, without a NUL. Returns its length; 0: there is no such
   key, or a number is out of range. */
size_t token_write(char out[TOKEN_SIZE], struct token const *t, unsigned char key, token_mac *mac, void const *keys);

/* Reads s[0..n), in either case. False: it is not a token that one of the keys signed. */
bool token_read(struct token *t, char const *s, size_t n, token_mac *mac, void const *keys);

#endif
