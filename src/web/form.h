/* The fields of a form: application/x-www-form-urlencoded (the URL Standard) and
   multipart/form-data (RFC 7578). Names and values are octets without NULs; the caller
   decides which must be UTF-8. */
#ifndef WEB_FORM_H
#define WEB_FORM_H

#include <stddef.h>
#include <stdint.h>

#define FORM_FIELDS 256 /* fields at most; a form with more is refused whole */

struct form_field {
	char const *name, *value; /* strings; value_len octets, none of them a NUL */
	size_t value_len;
};

/* All zero is the empty form. */
struct form {
	struct form_field field[FORM_FIELDS];
	size_t count;
};

enum form_fault {
	FORM_OK,
	FORM_TYPE,     /* the content type is neither of the two, or lacks its boundary */
	FORM_SYNTAX,   /* a malformed part, or a NUL */
	FORM_TOO_MANY  /* more than FORM_FIELDS */
};

/* Adds the fields of s[0..n) to the form. s is overwritten and must outlive it. */
enum form_fault form_read_urlencoded(struct form *f, char *s, size_t n);

/* Adds the fields of the body s[0..n). type: a string, as CONTENT_TYPE has it, with its parameters.
   s is overwritten, s[n] must be writable, and s must outlive the form. */
enum form_fault form_read_body(struct form *f, char const *type, char *s, size_t n);

/* The value of the first field of that name (exact), or NULL. */
char const *form_value(struct form const *f, char const *name);

/* The same as a number of at most INT64_MAX; 0: it is absent, or not a number. */
uint64_t form_number(struct form const *f, char const *name);

#endif
