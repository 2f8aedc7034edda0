/* A set of file names: a tree (tsearch(3)), as there may be many. */
#include "import/name_set.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int by_name(void const *a, void const *b)
{
	return strcmp(a, b);
}

bool name_set_add(struct name_set *t, char const *name)
{
	if (tfind(name, &t->names, by_name))
		return false;
	char *copy = strdup(name);
	if (copy && !tsearch(copy, &t->names, by_name))
		free(copy);
	return true;
}

void name_set_remove(struct name_set *t, char const *name)
{
	void *node = tfind(name, &t->names, by_name);
	if (!node)
		return;
	char *copy = *(char **)node;
	(void)tdelete(copy, &t->names, by_name);
	free(copy);
}

void name_set_free(struct name_set *t)
{
	while (t->names)
		name_set_remove(t, *(char **)t->names);
}
