/* The folder a web server shows: each image once, in i/<sha256>.<type>, readable by
   all (0644), never half-written. The folder and its i/ are made (0755) at the first
   image, or when they are looked after. A file is synced before it gets its name; names are synced by webfolder_sync,
   which the importer calls once a batch, before its COMMIT. Between two batches nothing is
   held open: a folder that was moved away must not get what its successor should show. */
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

/* As it was given. */
char const *webfolder_path(struct webfolder const *w);

/* Makes the folder where it is missing, and says whether an image could be written to it.
   False: errno says why not. */
bool webfolder_ready(struct webfolder *w);

/* Writes s[0..n), an image of that type (a word of mail/image.h), unless it is there
   already; sets its hash and its path under the folder. False: errno says why, and
   there is no file of that name that was not there before. */
bool webfolder_put(struct webfolder *w, char const *type, char const *s, size_t n,
	char hash[WEBFOLDER_HEX], char path[WEBFOLDER_PATH]);

/* Puts on disk the names of all images since the last call, those that were found
   there included (whoever wrote them may not have come so far), and lets go of the
   folder: the next image looks for it anew. Free when there were none. False: errno says
   why. */
bool webfolder_sync(struct webfolder *w);

/* After a failed webfolder_put: does the error concern the whole folder, and so every image? False: only
   this image's name, which a directory or another user's file has, for example. */
bool webfolder_is_broken(struct webfolder *w, int error);

#endif
