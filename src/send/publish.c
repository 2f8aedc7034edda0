/* Published sends: see publish.h. */
#define _GNU_SOURCE /* syncfs */
#include "send/publish.h"

#include "base/cdb.h"
#include "base/fd.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDERS = 1000, FOLDER_MODE = 0750, FILE_MODE = 0640, PATH_OCTETS = 4096 };

static bool add_text(struct cdb_write *w, char const *key, struct publish_text t)
{
	return cdb_write_add(w, key, strlen(key), t.n ? t.s : "", t.n);
}

static bool add_number(struct cdb_write *w, char const *key, uint64_t v)
{
	char number[NUM_FMT];
	return add_text(w, key, (struct publish_text){number, num_fmt(number, v)});
}

static bool add_records(struct cdb_write *w, struct published const *p, struct publish_text const *link, size_t links)
{
	bool done = add_number(w, "plan", p->plan) && add_number(w, "language", p->language)
		&& add_text(w, "sender", p->sender) && add_text(w, "subject", p->subject) && add_text(w, "url", p->url)
		&& add_text(w, "page", p->page) && add_text(w, "slots", p->slots);
	for (size_t i = 0; done && i < links; i++) {
		char number[NUM_FMT];
		num_fmt(number, i + 1);
		done = add_text(w, number, link[i]);
	}
	return done;
}

/* Opens the folder of a send; makes it if it does not exist. */
static bool open_folder(struct publish_file *f, uint64_t send)
{
	char name[NUM_FMT];
	num_fmt(name, send % FOLDERS);
	f->folder = fd_openat(f->dir, name, O_RDONLY | O_DIRECTORY, 0);
	if (f->folder < 0 && errno == ENOENT && (mkdirat(f->dir, name, FOLDER_MODE) == 0 || errno == EEXIST)) {
		f->made_folder = true;
		f->folder = fd_openat(f->dir, name, O_RDONLY | O_DIRECTORY, 0);
	}
	return f->folder >= 0;
}

bool publish_begin(struct publish_file *f, int dir, struct published const *p, struct publish_text const *link, size_t links)
{
	*f = (struct publish_file){.dir = dir, .folder = -1};
	if (!open_folder(f, p->send))
		return false;
	snprintf(f->name, sizeof f->name, "%llu.cdb", (unsigned long long)p->send);
	return cdb_write_start(&f->file, f->folder, f->name) && add_records(&f->file, p, link, links)
		&& cdb_write_flush(&f->file, FILE_MODE);
}

/* Syncs the names: of a new folder too, since another process may have made it a moment ago. */
static bool sync_names(struct publish_file const *f)
{
	return fd_fsync(f->folder) && (!f->made_folder || fd_fsync(f->dir));
}

bool publish_commit(struct publish_file *f, size_t n)
{
	/* Two syncs of the file system take less time than two of each file. */
	bool const many = n > 1;
	bool done = n == 0 || (many ? syncfs(f[0].dir) == 0 : cdb_write_sync(&f[0].file));
	for (size_t i = 0; done && i < n; i++)
		done = cdb_write_replace(&f[i].file);
	return done && (n == 0 || (many ? syncfs(f[0].dir) == 0 : sync_names(&f[0])));
}

void publish_end(struct publish_file *f)
{
	cdb_write_abandon(&f->file);
	if (f->folder >= 0)
		fd_close(f->folder);
}

bool publish_write(int dir, struct published const *p, struct publish_text const *link, size_t links)
{
	struct publish_file f;
	bool done = publish_begin(&f, dir, p, link, links) && publish_commit(&f, 1);
	publish_end(&f);
	return done;
}

/* Finds the record of a key. False: EINVAL, there is none. */
static bool find_text(struct published const *p, char const *key, struct publish_text *t)
{
	bool found = cdb_file_find(&p->file, key, strlen(key), &t->s, &t->n) == CDB_FILE_FOUND;
	if (!found)
		errno = EINVAL;
	return found;
}

static bool find_number(struct published const *p, char const *key, uint64_t max, uint64_t *v)
{
	struct publish_text t;
	if (!find_text(p, key, &t))
		return false;
	if (!num_scan(t.s, t.n, max, v))
		return errno = EINVAL, false;
	return true;
}

enum publish_result publish_open(struct published *p, char const *folder, uint64_t send)
{
	char path[PATH_OCTETS];
	uint64_t language;
	*p = (struct published){.send = send, .file = CDB_FILE_ZERO};
	if ((size_t)snprintf(path, sizeof path, "%s/%llu/%llu.cdb", folder, (unsigned long long)send % FOLDERS,
			(unsigned long long)send) >= sizeof path)
		return errno = ENAMETOOLONG, PUBLISH_FAILED;
	if (!cdb_file_open(&p->file, path))
		return errno == ENOENT ? PUBLISH_NONE : PUBLISH_FAILED;
	if (find_number(p, "plan", INT64_MAX, &p->plan) && find_number(p, "language", UINT_LEAST16_MAX, &language)
	    && find_text(p, "sender", &p->sender) && find_text(p, "subject", &p->subject) && find_text(p, "url", &p->url)
	    && find_text(p, "page", &p->page) && find_text(p, "slots", &p->slots)) {
		p->language = (unsigned)language;
		return PUBLISH_FOUND;
	}
	publish_close(p);
	return errno = EINVAL, PUBLISH_FAILED;
}

void publish_close(struct published *p)
{
	cdb_file_close(&p->file);
}

enum publish_result publish_link(struct published const *p, uint64_t number, struct publish_text *url)
{
	char key[NUM_FMT];
	enum cdb_file_result r = cdb_file_find(&p->file, key, num_fmt(key, number), &url->s, &url->n);
	if (r == CDB_FILE_DAMAGED)
		return errno = EINVAL, PUBLISH_FAILED;
	return r == CDB_FILE_FOUND ? PUBLISH_FOUND : PUBLISH_NONE;
}

bool publish_page(struct buf *out, struct published const *p, struct stencil_filler const *filler)
{
	struct stencil_slot *slot;
	size_t count;
	errno = EINVAL;
	if (!stencil_read_slots(&slot, &count, p->slots.s, p->slots.n, p->page.n))
		return false;
	bool done = stencil_fill(out, p->page.s, p->page.n, slot, count, filler);
	free(slot);
	return done;
}
