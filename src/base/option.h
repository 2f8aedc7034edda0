/* Values of options on the command line. */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include <stdint.h>

/* Reads the value of -LETTER, a decimal number from min to max. Ends the program with EXIT_MISUSE and
   a message if it is not. */
uint64_t option_number(char letter, char const *value, uint64_t min, uint64_t max);

#endif
