/* Names that were told of: see told.h. A tree (tsearch(3)), as there may be many. */
#include "import/told.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int by_name(void const *a, void const *b)
{
	return strcmp(a, b);
}

bool told_add(struct told *t, char const *name)
{
	if (tfind(name, &t->names, by_name))
		return false;
	char *copy = strdup(name);
	if (copy && !tsearch(copy, &t->names, by_name))
		free(copy);
	return true;
}

void told_forget(struct told *t, char const *name)
{
	void *node = tfind(name, &t->names, by_name);
	if (!node)
		return;
	char *copy = *(char **)node;
	(void)tdelete(copy, &t->names, by_name);
	free(copy);
}

void told_free(struct told *t)
{
	while (t->names)
		told_forget(t, *(char **)t->names);
}
