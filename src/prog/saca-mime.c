/* saca-mime: checks that the message on fd 0 can become a campaign. With a program, it executes that
   with the message, rewound, on fd 0. It writes to fd 6 (the answer) only to refuse. Alone, it
   exits with the verdict and draws the tree of parts. */
#define _GNU_SOURCE
#include "base/buf.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/memfile.h"
#include "base/num.h"
#include "base/setid.h"
#include "base/version.h"
#include "mail/message.h"
#include "mail/mime_tree.h"
#include "service/answer_pipe.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>

#define USAGE "saca-mime [-s octets] prog...  or  saca-mime [-v] [-s octets]"

#define SIZE 16777216
#define SIZE_LIMIT 1073741824
#define CHUNK 65536

static bool can_answer; /* fd 6 is a pipe */

/* Called only at the end: a program that follows would inherit the ignored signal. */
static void ignore_sigpipe(void)
{
	signal(SIGPIPE, SIG_IGN);
}

static _Noreturn void exit_failed(char const *what)
{
	char text[REFUSAL_TEXT];
	ignore_sigpipe();
	strerr_warnsys(PROG, ": fatal: unable to ", what);
	refusal_format(text, REFUSAL_UNREADABLE, NULL, 0, 0);
	_exit(can_answer && answer_pipe_write(ANSWER_LATER, false, text) ? ANSWER_WRITTEN : ANSWER_LATER);
}

static _Noreturn void exit_refused(char const *reason)
{
	ignore_sigpipe();
	if (can_answer && answer_pipe_write(ANSWER_REFUSED, false, reason))
		_exit(ANSWER_WRITTEN);
	strerr_warn(PROG, ": ", reason);
	_exit(ANSWER_REFUSED);
}

/* Is the message a regular file at offset 0? The next program can read the same one. */
static bool is_file_at_start(void)
{
	struct stat st;
	if (fstat(0, &st) < 0)
		exit_failed("look at the message");
	return S_ISREG(st.st_mode) && lseek(0, 0, SEEK_CUR) == 0;
}

/* Reads the whole message, or up to the first octet over the limit. A regular file keeps its
   offset. */
static void read_message(struct buf *octets, uint64_t limit, bool is_file)
{
	for (;;) {
		if (!buf_reserve(octets, CHUNK))
			exit_failed("keep the message");
		char *to = octets->s + octets->len;
		ssize_t r = is_file ? fd_pread_all(0, to, CHUNK, (off_t)octets->len) : fd_read(0, to, CHUNK);
		if (r < 0)
			exit_failed("read the message");
		octets->len += (size_t)r;
		if (r == 0 || octets->len > limit)
			return;
	}
}

/* Judges the message. reason: why it is refused, or "". An empty message is accepted: only its
   contacts are imported. */
static void judge_message(struct message *msg, struct buf const *octets, uint64_t limit, char reason[REFUSAL_TEXT])
{
	enum message_verdict verdict = message_read(msg, octets->s, octets->len);
	if (verdict == MESSAGE_NO_MEMORY)
		exit_failed("read the message");
	message_reason(reason, verdict);
	if (octets->len > limit && verdict != MESSAGE_NUL)
		refusal_format(reason, REFUSAL_SIZE, NULL, limit, 0);
	if (octets->len == 0)
		reason[0] = 0;
}

static int show_message(struct message const *msg, char const *reason, bool verbose)
{
	struct buf out = BUF_ZERO;
	bool fits = true;
	if (verbose)
		fits = msg->n ? mime_tree_draw(&out, msg) : buf_puts(&out, "empty: only contacts\n");
	if (*reason)
		fits = fits && buf_puts(&out, reason) && buf_putc(&out, '\n');
	if (!fits)
		exit_failed("draw the message");
	if (!fd_write_all(1, out.s, out.len))
		exit_failed("write to stdout");
	buf_free(&out);
	return *reason ? ANSWER_REFUSED : 0;
}

/* Puts the message on fd 0, in a memory file at offset 0. */
static void put_on_stdin(struct buf const *octets)
{
	int fd = memfile_open();
	if (fd < 0)
		exit_failed("make a memory file");
	if (!fd_pwrite_all(fd, octets->s, octets->len, 0))
		exit_failed("write to a memory file");
	if (dup2(fd, 0) < 0)
		exit_failed("hand on the message");
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-mime";
	setid_refuse();
	uint64_t limit = SIZE;
	bool verbose = false;
	subgetopt o = SUBGETOPT_ZERO;
	for (int opt; (opt = subgetopt_r(argc, argv, "s:vV", &o)) != -1;) {
		if (opt == 'v')
			verbose = true;
		else if (opt == 'V')
			version_exit();
		else if (opt != 's' || !num_scan(o.arg, strlen(o.arg), SIZE_LIMIT, &limit))
			strerr_dieusage(EXIT_MISUSE, USAGE);
	}
	argv += o.ind;
	if (argv[0] && verbose)
		strerr_dieusage(EXIT_MISUSE, USAGE);

	struct buf octets = BUF_ZERO;
	struct message msg;
	char reason[REFUSAL_TEXT];
	can_answer = argv[0] && answer_pipe_is_open();
	bool is_file = is_file_at_start();
	read_message(&octets, limit, is_file);
	judge_message(&msg, &octets, limit, reason);
	if (!argv[0]) {
		int code = show_message(&msg, reason, verbose);
		message_free(&msg);
		buf_free(&octets);
		return code;
	}
	if (*reason)
		exit_refused(reason);
	if (!is_file && octets.len)
		put_on_stdin(&octets);
	execvp(argv[0], (char *const *)argv);
	ignore_sigpipe();
	strerr_diefusys(ANSWER_LATER, "run ", argv[0]);
}
