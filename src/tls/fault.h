/* The reason why a file cannot be used, for a message: "unable to WHAT FILE: WHY". */
#ifndef TLS_FAULT_H
#define TLS_FAULT_H

#include <stdbool.h>
#include <string.h>

struct fault {
	char const *what, *file; /* file: as the caller named it */
	char const *why;         /* NULL: strerror(error) */
	int error;
};

/* These set *f and return false. */
static inline bool fault_because(struct fault *f, char const *what, char const *file, char const *why)
{
	*f = (struct fault){what, file, why, 0};
	return false;
}

static inline bool fault_errno(struct fault *f, char const *what, char const *file, int error)
{
	*f = (struct fault){what, file, NULL, error};
	return false;
}

static inline char const *fault_reason(struct fault const *f)
{
	return f->why ? f->why : strerror(f->error);
}

#endif
