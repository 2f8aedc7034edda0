/* The dialogue's questions to senders.cdb. */
#include "smtp/sendersfile.h"

#include "base/log.h"

#include <errno.h>
#include <string.h>

void senders_file_open_early(struct senders_file *f)
{
	f->is_early = true;
	if (f->path && (f->fd = cdb_file_descriptor(f->path)) < 0)
		f->error = errno;
}

/* Writes a warning by the log's rules: strerr_warn would wait for a logger that does not read. */
static void warn_of_file(struct senders_file const *f, char const *label, char const *reason)
{
	struct log_line l;
	log_start(&l);
	log_text(&l, label, f->path);
	log_text(&l, ": ", reason);
	log_write(&l);
}

static bool open_file(struct senders_file *f)
{
	if (f->is_open)
		return true;
	if (f->error)
		errno = f->error;
	else
		f->is_open = f->is_early ? senders_map(&f->senders, f->fd) : senders_open(&f->senders, f->path);
	if (!f->is_open)
		warn_of_file(f, " warning: unable to open ", strerror(errno));
	return f->is_open;
}

static enum dialogue_lookup lookup_of(struct senders_file const *f, enum senders_result r)
{
	if (r == SENDERS_DAMAGED)
		warn_of_file(f, " warning: unable to read ", "the file is damaged: compile the accounts again");
	return r == SENDERS_DAMAGED ? DIALOGUE_UNKNOWN : r == SENDERS_YES ? DIALOGUE_YES : DIALOGUE_NO;
}

enum dialogue_lookup senders_file_plan(struct senders_file *f, char const *plan, size_t n, struct accounts_plan *out)
{
	if (!f->path)
		return DIALOGUE_NO;
	if (!open_file(f))
		return DIALOGUE_UNKNOWN;
	return lookup_of(f, senders_plan(&f->senders, plan, n, out));
}

enum dialogue_lookup senders_file_address(struct senders_file *f, char const *plan, size_t pn,
	char const *address, size_t n)
{
	if (!open_file(f))
		return DIALOGUE_UNKNOWN;
	return lookup_of(f, senders_address(&f->senders, plan, pn, address, n, NULL));
}
