/* A terminal that shows nothing of what is typed, whatever ends the program. */
#ifndef ACCOUNTS_TERMINAL_H
#define ACCOUNTS_TERMINAL_H

/* Turns the echo of terminal fd off until terminal_loud. A signal that ends the program
   meanwhile (HUP, INT, QUIT, TERM) turns it on again first; the stop key does nothing.
   One terminal at a time. Returns 0, or -1 with errno. */
int terminal_quiet(int fd);
void terminal_loud(void);

#endif
