/* Resource limits of this process. */
#ifndef BASE_LIMIT_H
#define BASE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/* Makes sure that files of that many octets can be written: raises the soft limit
   (RLIMIT_FSIZE) to the hard one. False: errno; EFBIG: the hard limit is lower. */
bool limit_file_size(uint64_t octets);

/* Makes sure that so many descriptors can be open: raises the soft limit (RLIMIT_NOFILE) if it is
   lower. False: errno; EMFILE: the hard limit is lower. */
bool limit_open_files(unsigned int n);

#endif
