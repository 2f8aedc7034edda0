/* What kind of image some octets are, by their first ones, whatever they are called. */
#ifndef MAIL_IMAGE_H
#define MAIL_IMAGE_H

#include <stddef.h>

/* "png", "jpg", "gif", "webp" or "bmp": the raster images every mail program shows,
   which carry no scripts; the word is the file's extension too. NULL: anything else. */
char const *image_type(char const *s, size_t n);

#endif
