/* iconv(3)'s decoders to UTF-8, by charset. */
#ifndef IMPORT_DECODER_H
#define IMPORT_DECODER_H

#include <iconv.h>

/* The decoder for name (mail/charset.h), in its initial state. It belongs to this file, and
   serves until the next call with the same name. (iconv_t)-1: errno, EINVAL where iconv knows
   none. */
iconv_t decoder_for(char const *name);

#endif
