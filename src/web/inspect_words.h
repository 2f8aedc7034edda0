/* The words and addresses of a text, for a comparison of two texts. */
#ifndef WEB_INSPECT_WORDS_H
#define WEB_INSPECT_WORDS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct word {
	char const *s; /* after words_sort */
	size_t at, n;
};

/* A set of strings. All zero is empty; words_free empties it. */
struct words {
	struct buf octets;
	struct word *word;
	size_t count, cap;
};

/* Adds the words of s[0..n), UTF-8, to `words`, and its http and https addresses to `links`. A word is letters
   and digits: at least four of them, or two with a digit. It is added in small letters of Latin, Greek and
   Cyrillic. Invisible characters do not divide words. Addresses end at white space, quotes and `<`, without the
   punctuation after them, and give no words. False: out of memory. */
bool words_read(struct words *words, struct words *links, char const *s, size_t n);

/* Adds the address s[0..n) without blanks around it and without a slash at its end, if it begins with http:// or
   https://. */
bool words_add_link(struct words *links, char const *s, size_t n);

/* Sorts the set, and removes repeats. Nothing may be added afterwards. */
void words_sort(struct words *w);

/* Is the word in a set that has been sorted? */
bool words_has(struct words const *w, struct word const *word);

/* Frees the memory. */
void words_free(struct words *w);

#endif
