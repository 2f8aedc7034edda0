/* The table hit_log: how far saca-count has read each file of hits. */
#ifndef SEND_HITLOG_H
#define SEND_HITLOG_H

#include "store/store.h"

#include <stdint.h>

/* Reads the position in a file, in a transaction of its own: 0, 0 for a new file. */
enum store_result hitlog_read(struct store *s, char const *name, uint64_t *inode, uint64_t *octets);

/* Writes the position in a file. Call it in the transaction that counts the lines before it. */
enum store_result hitlog_write(struct store *s, char const *name, uint64_t inode, uint64_t octets);

/* Forgets a file that was removed. */
enum store_result hitlog_forget(struct store *s, char const *name);

/* Forgets the files of this host whose hour ended before `before` and that are not among `names`
   (hitfile_list): saca-count was killed after it had removed them. */
enum store_result hitlog_forget_missing(struct store *s, char const *names, int64_t before);

#endif
