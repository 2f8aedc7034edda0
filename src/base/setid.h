/* No program of saca may be installed set-user-id, set-group-id or with file capabilities: none resets
   the environment, limits, signals and descriptors that its caller has chosen. */
#ifndef BASE_SETID_H
#define BASE_SETID_H

/* Exits with EXIT_MISUSE and a message if the kernel started this program with more rights than its
   caller has (AT_SECURE). Call it first in main, after PROG is set. */
void setid_refuse(void);

#endif
