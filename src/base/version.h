/* The version, set once, in the Makefile. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

extern char const version_text[]; /* `1.0` */

/* The answer to -V: writes `PROG VERSION` to standard output and exits 0; EXIT_TEMPORARY if
   it cannot be written. */
_Noreturn void version_exit(void);

#endif
