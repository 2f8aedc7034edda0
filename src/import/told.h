/* What has been told of, by its name: so that a log does not say it again and again. */
#ifndef IMPORT_TOLD_H
#define IMPORT_TOLD_H

#include <stdbool.h>

/* All zero is the start. */
struct told {
	void *names;
};

/* Remembers the name. False: it was known. (True without memory, too.) */
bool told_add(struct told *t, char const *name);

/* Forgets the name, if it is known. */
void told_forget(struct told *t, char const *name);

void told_free(struct told *t);

#endif
