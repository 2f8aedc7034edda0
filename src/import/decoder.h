/* Keeps the decoders of iconv(3) to UTF-8, one for each charset. */
#ifndef IMPORT_DECODER_H
#define IMPORT_DECODER_H

#include <iconv.h>

/* The decoder for a name of mail/charset.h, in its initial state. It is valid until the next call
   with the same name, and is never freed. (iconv_t)-1: errno; EINVAL if iconv does not know the
   charset. */
iconv_t decoder_for(char const *name);

#endif
