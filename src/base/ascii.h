/* ASCII without a locale. <ctype.h> depends on one, mail does not. */
#ifndef BASE_ASCII_H
#define BASE_ASCII_H

#include <stdbool.h>
#include <stddef.h>

static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool ascii_is_alpha(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static inline bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Space and tab: the white space of RFC 5321 and RFC 5322 inside a line. */
static inline bool ascii_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A blank or a part of a line end. */
static inline bool ascii_is_space(char c)
{
	return ascii_is_blank(c) || c == '\r' || c == '\n';
}

/* Printable, space included: 0x20 to 0x7e. */
static inline bool ascii_is_print(char c)
{
	return c >= 0x20 && c <= 0x7e;
}

/* The value of a hexadecimal digit, or -1. */
static inline int ascii_hex(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Lowers A-Z in place. All other octets, also those of UTF-8, stay the same. */
void ascii_lower_all(char *s, size_t n);

/* Are they equal without regard to the case of A-Z? word: a string. */
bool ascii_case_equal(char const *a, size_t an, char const *b, size_t bn);
bool ascii_case_is(char const *a, size_t an, char const *word);

/* Does s[0..n) begin with the string `word`, without regard to the case of A-Z? */
bool ascii_case_starts(char const *s, size_t n, char const *word);

/* Has s[0..n) the shape? In it `0` stands for a digit, `*` for any octet, all others for themselves. */
bool ascii_has_shape(char const *s, char const *shape, size_t n);

/* Is every octet one of 0-9 and a-f? */
bool ascii_is_lowhex(char const *s, size_t n);

/* Is every octet below 0x80? */
bool ascii_only(char const *s, size_t n);

/* Is there a control octet, 0x00 to 0x1f or 0x7f, other than a tab? */
bool ascii_has_control(char const *s, size_t n);

/* Is there a control octet or a space: 0x00 to 0x20 or 0x7f? */
bool ascii_has_space(char const *s, size_t n);

#endif
