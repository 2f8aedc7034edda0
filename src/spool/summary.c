/* The counts of files that wait or failed. */
#define _FILE_OFFSET_BITS 64
#include "spool/summary.h"

#include "spool/name.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static void count_file(struct spool_summary *s, enum spool_folder folder, struct stat const *st)
{
	if (folder == SPOOL_FAILED) {
		s->failed++;
		return;
	}
	s->waiting++;
	s->octets += (uint64_t)st->st_size;
	if (!s->oldest || st->st_mtime < s->oldest)
		s->oldest = st->st_mtime;
}

/* s and report: NULL if not wanted. A file that is gone meanwhile does not count. */
static bool scan_folder(struct spool const *sp, enum spool_folder folder, struct spool_summary *s,
	void (*report)(char const *, char const *))
{
	DIR *d = spool_folder_read(sp, folder);
	struct dirent *e;
	struct stat st;
	bool done = d != NULL;
	while (done && (errno = 0, e = readdir(d))) {
		if (e->d_name[0] == '.' || (folder == SPOOL_FAILED && spool_name_is_reason(e->d_name)))
			continue;
		if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
			done = errno == ENOENT;
		} else if (!S_ISREG(st.st_mode)) {
			if (s)
				s->strangers++;
			if (report)
				report(spool_folders[folder], e->d_name);
		} else if (s) {
			count_file(s, folder, &st);
		}
	}
	done = done && errno == 0;
	if (d)
		spool_folder_done(d);
	return done;
}

bool spool_summarize(struct spool const *sp, struct spool_summary *s)
{
	memset(s, 0, sizeof *s);
	return scan_folder(sp, SPOOL_NEW, s, NULL) && scan_folder(sp, SPOOL_CUR, s, NULL)
		&& scan_folder(sp, SPOOL_FAILED, s, NULL);
}

bool spool_report_strangers(struct spool const *sp, void (*report)(char const *folder, char const *name))
{
	return scan_folder(sp, SPOOL_NEW, NULL, report) && scan_folder(sp, SPOOL_CUR, NULL, report)
		&& scan_folder(sp, SPOOL_FAILED, NULL, report);
}
