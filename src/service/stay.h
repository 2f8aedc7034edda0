/* A queue program that stays: once it has committed a message, it may wait for the
   session's next one instead of ending, which saves the starts of the whole line.

   SACA_STAY names a descriptor, a UNIX socket of packets. Who takes that offer says, where
   he would end with code 0, this code in a packet of one octet, his answer being on
   descriptor 6 as ever by then; and finds the next message and envelope in a packet of one
   octet with two descriptors, which take the places of 0 and 1. The end of the packets is
   the end of the session, and he ends with STAY_IDLE. Every other code is said by ending
   with it; 0 too is true to the last message that was handed over, if it could not be said
   otherwise. Who knows nothing of the offer ends after the first message: it is
   qmail-queue(8)'s interface and one sentence more. */
#ifndef SERVICE_STAY_H
#define SERVICE_STAY_H

#include <stdbool.h>
#include <sys/types.h>

#define STAY_VARIABLE "SACA_STAY"
#define STAY_FD 7   /* where both of our programs put their offer */
#define STAY_IDLE 71 /* ended with no message in hand: whoever just handed one over tries later */

/* The descriptor offered to this process; -1: none; -2: SACA_STAY is not the number of a
   socket. */
int stay_offer(void);

/* A pair of sockets, close-on-exec, above every number that has a meaning: [0] is kept,
   [1] is for the other program's STAY_FD. False: errno. */
bool stay_pair(int pair[2]);

/* The offering side: hands over the next message. False: nobody is there to take it. */
bool stay_give(int fd, int message, int envelope);

/* Waits for its answer. True: accepted, and it stays; false: its code is to be had by
   waiting for its end. */
bool stay_hear(int fd);

/* The side that stays: accepted. False: nobody listens any more. */
bool stay_tell(int fd);

/* Has the side that offered left? Then nobody waits for the answer to what is in hand. */
bool stay_alone(int fd);

/* Waits for the next message and puts it on 0 and 1. False: there is none to come. */
bool stay_take(int fd);

#endif
