/* Names of files in the spool. A name starts with the key of its transaction; Maildir
   readers and saca-import append to it. */
#ifndef SPOOL_NAME_H
#define SPOOL_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define SPOOL_UUID 33 /* 32 hexadecimal digits and a NUL */
#define SPOOL_KEY 65  /* a key, 64 digits or the 32 of a UUID, and a NUL */

/* Returns the length of the key with which a name begins: 64 or 32 lowercase hexadecimal digits. Then
   comes the end, or `:` (`:2,S`), `,` (`,S=1`) or `.` (`.1`, `.reason`). 0: it has no key. */
size_t spool_key_length(char const *name);

/* Is the name that of the reason of a file in failed/: NAME.reason? */
bool spool_name_is_reason(char const *name);

/* Copies the key of a name that has one. */
void spool_key_of(char key[SPOOL_KEY], char const *name);

#endif
