/* Recognizes images by their first octets, not by their label. */
#ifndef MAIL_IMAGE_H
#define MAIL_IMAGE_H

#include <stddef.h>

/* The type of the image s[0..n): "png", "jpg", "gif", "webp" or "bmp", which is its file extension,
   too. Every mail program shows these raster images, and they have no scripts. NULL: anything
   else. */
char const *image_type(char const *s, size_t n);

#endif
