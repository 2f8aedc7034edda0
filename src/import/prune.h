/* Removing imported files that were kept long enough. */
#ifndef IMPORT_PRUNE_H
#define IMPORT_PRUNE_H

#include "spool/spool.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Removes files from done/ that were spooled more than `days` days before now. False: errno. */
bool prune_done(struct spool const *sp, uint64_t days, time_t now);

#endif
