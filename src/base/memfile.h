/* A file without a name: in memory where the system has memfd_create(2), else an
   unlinked one under /tmp. A message travels down the line in one. */
#ifndef BASE_MEMFILE_H
#define BASE_MEMFILE_H

/* An empty file, open for reading and writing, close-on-exec. -1 and errno on failure.
   The caller closes it. */
int memfile_open(void);

#endif
