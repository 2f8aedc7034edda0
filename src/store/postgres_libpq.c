/* Loading libpq: see postgres_libpq.h. */
#include "store/postgres_libpq.h"

#include <dlfcn.h>
#include <stddef.h>

struct libpq pq;

/* The library has had this name since PostgreSQL 8.0. */
char const *libpq_load(void)
{
	void *library = dlopen("libpq.so.5", RTLD_LAZY);
#define LIBPQ_FIND(name) && (pq.name = (__typeof__(pq.name))dlsym(library, "PQ" #name))
	return library LIBPQ_FUNCTIONS(LIBPQ_FIND) ? NULL : dlerror();
#undef LIBPQ_FIND
}
