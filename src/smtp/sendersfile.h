/* The dialogue's questions to senders.cdb. The file is opened at the first of them: a new one counts
   from the next session on. */
#ifndef SMTP_SENDERSFILE_H
#define SMTP_SENDERSFILE_H

#include "accounts/senders.h"
#include "smtp/dialogue.h"

#include <stdbool.h>
#include <stddef.h>

struct senders_file {
	char const *path; /* NULL: no file, and no plan has settings */
	struct senders senders;
	bool is_open, is_early;
	int fd, error; /* of senders_file_open_early; error: errno, or 0 */
};

#define SENDERS_FILE_ZERO {.senders = SENDERS_ZERO}

/* Opens the file now, before the session gives up the right to open files. A failure is reported
   by the first question. */
void senders_file_open_early(struct senders_file *f);

/* The answers for the hooks `plan` and `sender` of the dialogue. DIALOGUE_UNKNOWN: the reason has been logged. */
enum dialogue_lookup senders_file_plan(struct senders_file *f, char const *plan, size_t n, struct accounts_plan *out);
enum dialogue_lookup senders_file_address(struct senders_file *f, char const *plan, size_t pn,
	char const *address, size_t n);

#endif
