/* Decoders: see decoder.h. None is closed: glibc loads a module for each, and unloads it after
   iconv_close. That costs as much as converting 10000 octets, and a header can change its charset
   every 12 octets. iconv knows about 1200 charsets; a decoder has at most 32 KB. */
#include "import/decoder.h"

#include "base/array.h"

#include "mail/charset.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static struct decoder {
	char name[CHARSET_NAME];
	iconv_t cd;
} *all; /* sorted by name */
static size_t count, room;

/* The index of name, or where to insert it. */
static size_t place_of(char const *name)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(name, all[middle].name) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool reserve_decoder(void)
{
	struct decoder *p = array_reserve(all, count, &room, sizeof *all);
	if (!p)
		return false;
	all = p;
	return true;
}

iconv_t decoder_for(char const *name)
{
	iconv_t const none = (iconv_t)-1;
	size_t at = place_of(name);
	if (at < count && !strcmp(all[at].name, name)) {
		iconv(all[at].cd, NULL, NULL, NULL, NULL);
		return all[at].cd;
	}
	if (!reserve_decoder()) {
		errno = ENOMEM;
		return none;
	}
	struct decoder d = {.cd = iconv_open("UTF-8", name)};
	if (d.cd == none)
		return none;
	strcpy(d.name, name);
	memmove(all + at + 1, all + at, (count++ - at) * sizeof *all);
	all[at] = d;
	return d.cd;
}
