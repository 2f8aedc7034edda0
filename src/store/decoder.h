/* iconv(3)'s decoders to UTF-8, by charset. */
#ifndef STORE_DECODER_H
#define STORE_DECODER_H

#include <iconv.h>

/* The decoder for name (core/charset.h), in its initial state. It belongs to this file, and
   serves until the next call with the same name. (iconv_t)-1: errno, EINVAL where iconv knows
   none. */
iconv_t decoder_for(char const *name);

#endif
