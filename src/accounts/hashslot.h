/* Limits how many passwords unrelated processes hash at once: each process locks one octet of a
   common file. */
#ifndef ACCOUNTS_HASHSLOT_H
#define ACCOUNTS_HASHSLOT_H

#define HASHSLOT_SECONDS 5 /* longest wait */

/* Waits until one of `slots` octets of the file is free, and locks it; makes the file if it is
   missing. Returns a descriptor: closing it releases the lock. -1: errno; EAGAIN: no octet was
   free in time. SIGALRM must not be blocked. */
int hashslot_take(char const *path, unsigned int slots);

#endif
