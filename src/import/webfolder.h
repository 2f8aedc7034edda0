/* The folder that a web server publishes: each image once, in i/<sha256>.<type>, readable by all (0644)
   and never incomplete. The folder and i/ are made (0755) by webfolder_ready or at the first
   image. A file is synced before it gets its name. webfolder_sync syncs the names, once per
   transaction, before COMMIT. Between two transactions no descriptor stays open: if the folder
   was replaced, the next image goes to the new one. */
#ifndef IMPORT_WEBFOLDER_H
#define IMPORT_WEBFOLDER_H

#include "store/put.h"

#include <stdbool.h>
#include <stddef.h>

#define WEBFOLDER_HEX HASH_HEX          /* a SHA-256 in lowercase hexadecimal, with its NUL */
#define WEBFOLDER_PATH STORE_IMAGE_PATH /* "i/<64 hex>.<type>", with its NUL */

struct webfolder;

/* NULL: out of memory. Touches no file. webfolder_free takes NULL. */
struct webfolder *webfolder_new(char const *path);
void webfolder_free(struct webfolder *w);

/* The path given to webfolder_new. */
char const *webfolder_path(struct webfolder const *w);

/* Makes the folder if it is missing. False: no image can be written to it; errno. */
bool webfolder_ready(struct webfolder *w);

/* Writes s[0..n), an image of that type (a word of mail/image.h), unless it exists already, and sets its
   hash and its path below the folder. False: errno; no file of that name was made. */
bool webfolder_put(struct webfolder *w, char const *type, char const *s, size_t n,
	char hash[WEBFOLDER_HEX], char path[WEBFOLDER_PATH]);

/* Syncs the names of all images since the last call, and closes the folder. That includes images that
   existed: their writer may not have synced them yet. Does nothing without images. False: errno. */
bool webfolder_sync(struct webfolder *w);

/* Would the error of webfolder_put, an errno, occur for every image? False: it concerns this image
   only, for example if a directory has its name. */
bool webfolder_is_broken(struct webfolder *w, int error);

#endif
