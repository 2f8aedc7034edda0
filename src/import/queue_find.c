/* Finding the file of the spool that an operator names. */
#include "import/queue_find.h"

#include "base/ascii.h"
#include "base/num.h"
#include "spool/find.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A word matches a file by the beginning of its name, by its number, or by its whole name. The best
   match counts. */
enum rank { RANK_NONE, RANK_BEGINNING, RANK_NUMBER, RANK_WHOLE };

/* The file that a word names best, so far. */
struct search {
	char const *folder, *word; /* folder: NULL for all of them */
	size_t folder_len;
	struct batch_file file;
	enum rank rank;
	bool several; /* more than one file of that rank */
};

static bool is_beginning(char const *name, char const *word)
{
	size_t n = strlen(word);
	if (strncmp(name, word, n))
		return false;
	return n >= QUEUE_BEGINNING || (!spool_key_length(name) && strspn(word, "0123456789") < n);
}

static bool has_id(struct spool const *sp, struct batch_file const *f, char const *word)
{
	struct spool_entry entry;
	return strlen(word) == SPOOL_UUID - 1 && ascii_is_lowhex(word, SPOOL_UUID - 1)
		&& spool_read(sp, f->folder, f->name, &entry) == 1 && strcmp(entry.id, word) == 0;
}

static enum rank rank_file(struct spool const *sp, struct batch_file const *f, char const *word)
{
	char number[NUM_FMT];
	num_fmt(number, f->send);
	if (!strcmp(f->name, word))
		return RANK_WHOLE;
	if ((f->send && !strcmp(number, word)) || has_id(sp, f, word))
		return RANK_NUMBER;
	return is_beginning(f->name, word) ? RANK_BEGINNING : RANK_NONE;
}

static void consider_file(struct spool const *sp, struct batch_file *f, struct search *s)
{
	char const *folder = spool_folders[f->folder];
	if (s->folder && (strlen(folder) != s->folder_len || memcmp(folder, s->folder, s->folder_len)))
		return;
	enum rank rank = rank_file(sp, f, s->word);
	if (rank == RANK_NONE || rank < s->rank)
		return;
	s->several = rank == s->rank;
	s->rank = rank;
	free(s->file.name);
	s->file = *f;
	f->name = NULL;
}

/* Finds the file FOLDER/NAME, without a search. */
static enum queue_find find_path(struct spool const *sp, char const *word, char const *name, struct batch_file *f)
{
	static enum spool_folder const folders[] = {SPOOL_NEW, SPOOL_CUR, SPOOL_FAILED};
	struct stat st;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		size_t n = strlen(spool_folders[folders[i]]);
		if ((size_t)(name - 1 - word) != n || memcmp(spool_folders[folders[i]], word, n)
			|| !batch_takes(folders[i], name) || fstatat(sp->fd, word, &st, AT_SYMLINK_NOFOLLOW) < 0
			|| !S_ISREG(st.st_mode))
			continue;
		*f = (struct batch_file){.name = strdup(name), .folder = folders[i]};
		return f->name ? QUEUE_FOUND : QUEUE_ERROR;
	}
	return QUEUE_NONE;
}

static bool search_files(struct spool const *sp, bool failed, struct search *s)
{
	struct batch b = {.failed = failed};
	bool done;
	while ((done = batch_fill(&b, sp))) {
		for (size_t i = 0; i < b.n; i++)
			consider_file(sp, &b.files[i], s);
		if (!b.more)
			break;
	}
	int e = errno;
	batch_free(&b);
	errno = e;
	return done;
}

enum queue_find queue_find(struct batch_file *f, struct spool const *sp, char const *word)
{
	char const *slash = strchr(word, '/');
	struct search s = {.word = word};
	if (slash) {
		s.folder = word;
		s.folder_len = (size_t)(slash - word);
		s.word = slash + 1;
		enum queue_find r = find_path(sp, word, s.word, f);
		if (r != QUEUE_NONE)
			return r;
	}
	bool done = search_files(sp, false, &s) && search_files(sp, true, &s);
	if (done && s.file.name && !s.several) {
		*f = s.file;
		return QUEUE_FOUND;
	}
	free(s.file.name);
	return !done ? QUEUE_ERROR : s.several ? QUEUE_SEVERAL : QUEUE_NONE;
}
