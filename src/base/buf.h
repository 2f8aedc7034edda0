/* A growing array of octets: its capacity doubles, so that n octets cost O(n). */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

/* s[0..len) is the content, without a NUL; cap octets are allocated. All zero: empty. Its owner calls
   buf_free. */
struct buf {
	char *s;
	size_t len, cap;
};

#define BUF_ZERO {NULL, 0, 0}

/* False: out of memory; the content is unchanged. */
bool buf_reserve(struct buf *b, size_t more); /* room for `more` octets after len */
bool buf_put(struct buf *b, char const *s, size_t n);
bool buf_puts(struct buf *b, char const *s);
bool buf_putc(struct buf *b, char c);

/* Frees the memory and empties the buffer. */
void buf_free(struct buf *b);

#endif
