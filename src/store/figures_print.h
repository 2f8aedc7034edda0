/* The figures of a send for a terminal, as JSON or as CSV. */
#ifndef STORE_FIGURES_PRINT_H
#define STORE_FIGURES_PRINT_H

#include "store/figures.h"
#include "store/listing.h"

#include <stdbool.h>
#include <stdio.h>

/* Writes one line a fact and one line a figure, indented as the tree is; as JSON or CSV one row of
   the figures, then the facts. False: it could not be written, or memory ran out; errno. */
bool figures_print(FILE *out, enum listing_format format, struct figures const *f);

#endif
