/* Printing figures. */
#include "store/figures_print.h"

#include "base/num.h"

#include <errno.h>

static bool print_tree(FILE *out, struct figures const *f)
{
	for (size_t i = 0; i < FACTS; i++) {
		fprintf(out, "%-15s", figure_fact_names[i]);
		listing_line(out, f->fact[i].s, f->fact[i].len);
		putc('\n', out);
	}
	for (size_t i = 0; i < FIGURES; i++)
		fprintf(out, "%*s%-*s %10llu\n", (int)(2 * figure_names[i].depth), "", (int)(58 - 2 * figure_names[i].depth),
			figure_names[i].name, (unsigned long long)f->value[i]);
	return fflush(out) == 0 && !ferror(out);
}

static bool print_row(FILE *out, enum listing_format format, struct figures const *f)
{
	struct listing_column columns[FIGURES + FACTS];
	char const *value[FIGURES + FACTS];
	char number[FIGURES][NUM_FMT];
	size_t length[FIGURES + FACTS];
	for (size_t i = 0; i < FIGURES; i++) {
		columns[i] = (struct listing_column){.name = figure_names[i].name, .number = true};
		value[i] = number[i];
		length[i] = num_fmt(number[i], f->value[i]);
	}
	for (size_t i = 0; i < FACTS; i++) {
		columns[FIGURES + i] = (struct listing_column){.name = figure_fact_names[i],
			.number = i == FACT_SEND || i == FACT_SENDER || i == FACT_PIECE};
		value[FIGURES + i] = f->fact[i].s;
		length[FIGURES + i] = f->fact[i].len;
	}
	struct listing *l = listing_new(out, format, columns, FIGURES + FACTS);
	if (!l || !listing_row(l, value, length)) {
		if (l)
			listing_end(l);
		errno = ENOMEM;
		return false;
	}
	return listing_end(l);
}

bool figures_print(FILE *out, enum listing_format format, struct figures const *f)
{
	return format == LISTING_TABLE ? print_tree(out, f) : print_row(out, format, f);
}
