/* PLACED_LAST: marks a global variable that the linker places after all others, those of the libraries
   too (a common symbol). A struct whose first fields are in use and whose last ones are large
   buffers then shares its first page with the other variables, and no buffer lies between pages
   in use. Without it an idle session takes 29 KB instead of 25, under TLS 75 instead of 63.

   Address sanitizer cannot watch a common symbol. */
#ifndef BASE_LAST_H
#define BASE_LAST_H

#ifdef __SANITIZE_ADDRESS__
#define PLACED_LAST
#else
#define PLACED_LAST __attribute__((common))
#endif

#endif
