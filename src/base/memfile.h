/* A file without a name: in memory if the system has memfd_create(2), else an unlinked file in /tmp. A
   message is passed from program to program in one. */
#ifndef BASE_MEMFILE_H
#define BASE_MEMFILE_H

/* Opens an empty file for reading and writing, close-on-exec. Returns its descriptor, which the caller
   closes, or -1 and errno. */
int memfile_open(void);

#endif
