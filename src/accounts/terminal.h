/* A terminal that does not echo while a password is typed. */
#ifndef ACCOUNTS_TERMINAL_H
#define ACCOUNTS_TERMINAL_H

#include <stdbool.h>

/* Turns the echo of terminal fd off; terminal_echo_on turns it on again. Meanwhile a
   signal that ends the program (HUP, INT, QUIT, TERM) first turns the echo on, and the
   stop key has no effect. For one terminal at a time. False: errno says why. */
bool terminal_echo_off(int fd);
void terminal_echo_on(void);

#endif
