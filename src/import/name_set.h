/* A set of file names, so that a file is reported once. */
#ifndef IMPORT_NAME_SET_H
#define IMPORT_NAME_SET_H

#include <stdbool.h>

/* All zero is the empty set. */
struct name_set {
	void *names;
};

/* Adds a name, which is copied. False: it was in the set. Without memory the name is not added, and the
   result is true. */
bool name_set_add(struct name_set *t, char const *name);

/* Removes a name, if it is in the set. */
void name_set_remove(struct name_set *t, char const *name);

/* Frees the memory and empties the set. */
void name_set_free(struct name_set *t);

#endif
