/* Counts of the store in Prometheus' text format. */
#ifndef STORE_METRICS_H
#define STORE_METRICS_H

#include "store/store.h"

#include <stdio.h>

/* Prints the counts; s is in a transaction. Reads all sends and contacts: once a minute is often enough. */
enum store_result store_print_metrics(struct store *s, FILE *out);

#endif
