/* Messages to the operator from places where skalibs' strerr_* cannot be used: a child of vfork(2) must
   not change the memory that it shares. */
#ifndef BASE_MESSAGE_H
#define BASE_MESSAGE_H

/* Writes `PROG: LEVEL: unable to WHATNAME: REASON` to descriptor 2, in one write; the reason is
   strerror(errno). what ends in a blank if there is a name; name may be "". Changes no memory. */
void message_unable(char const *level, char const *what, char const *name);

#endif
