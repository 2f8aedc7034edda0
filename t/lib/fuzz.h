/* Shared by the fuzz targets. A target is one file with LLVMFuzzerTestOneInput. It is linked with
   libFuzzer, with AFL++, or with fuzz.c. must() is an assertion that NDEBUG does not turn off.

   The last octets of the input are the target's choices, such as where to cut the input: so a
   plain sample of the format is a seed. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n);

#define must(x) ((x) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #x))

static inline _Noreturn void fuzz_fail(char const *file, int line, char const *what)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	abort();
}

/* An exact copy, so that the sanitizer sees a read past its end. The caller frees it. */
static inline char *fuzz_copy(void const *s, size_t n)
{
	char *copy = malloc(n ? n : 1);
	must(copy);
	if (n)
		memcpy(copy, s, n);
	return copy;
}

/* Takes the last octet off the input; 0 if the input is empty. */
static inline uint8_t fuzz_choice(uint8_t const *data, size_t *n)
{
	return *n ? data[--*n] : 0;
}

/* Places to cut at, all different for different seeds: the length of the next piece of at
   most `left` octets, left > 0. */
struct fuzz_cuts {
	uint32_t state;
};

static inline size_t fuzz_piece(struct fuzz_cuts *c, size_t left)
{
	c->state = c->state * 1664525 + 1013904223;
	uint32_t r = c->state >> 8;
	size_t most = (size_t)1 << (r % 11); /* 1 to 1024, small ones as often as large */
	size_t n = 1 + (r >> 5) % most;
	return n < left ? n : left;
}

#define FUZZ_CUTS(choice) ((struct fuzz_cuts){(uint32_t)(choice) * 2654435761u + 1})

/* True if s[0..n) and t[0..m) are the same octets. */
static inline bool fuzz_same(void const *s, size_t n, void const *t, size_t m)
{
	return n == m && (n == 0 || memcmp(s, t, n) == 0);
}

#endif
