/* saca-mime: is the message on fd 0 one that can become a campaign? In the line it reads
   it into a memory file while parsing, and runs the rest with that file, rewound, as its
   fd 0; fd 1 (the envelope) and fd 6 (the reply) are not touched unless it refuses.
   Alone it says so by its exit code, and draws the tree of parts. */
#define _GNU_SOURCE
#include "base/version.h"
#include "base/buf.h"
#include "mail/message.h"
#include "mail/mime.h"
#include "mail/mimetree.h"
#include "base/num.h"
#include "base/setid.h"
#include "base/exitcode.h"
#include "service/answer.h"
#include "base/fd.h"
#include "service/answer_pipe.h"
#include "service/reply.h"
#include "base/memfile.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/sgetopt.h>
#include <skalibs/strerr.h>

#define USAGE "saca-mime [-s octets] prog...  or  saca-mime [-v] [-s octets]"

#define SIZE 16777216
#define SIZE_LIMIT 1073741824

struct check {
	struct mime *mime;
	enum mime_fault fault;
	uint64_t size, limit;
	bool in_line, verbose;
	bool nul, big;
	int copy;          /* the memory file, -1 while there is none */
	struct buf octets; /* the message, for the tree */
};

/* --- Ends ------------------------------------------------------------------------------- */

static bool can_answer; /* there is somebody on fd 6 */

/* SIGPIPE is ignored only at the end, where no program follows that would inherit it. */
static void outlive_readers(void)
{
	signal(SIGPIPE, SIG_IGN);
}

static _Noreturn void give_up(char const *what)
{
	outlive_readers();
	strerr_warnsys(PROG, ": fatal: unable to ", what);
	char text[REFUSAL_TEXT];
	refusal_format(text, REFUSAL_UNREADABLE, NULL, 0, 0);
	_exit(can_answer && answer_pipe_write(ANSWER_LATER, false, text) ? ANSWER_WRITTEN : ANSWER_LATER);
}

static _Noreturn void refuse(char const *reason)
{
	outlive_readers();
	if (can_answer && answer_pipe_write(ANSWER_REFUSED, false, reason))
		_exit(ANSWER_WRITTEN);
	strerr_warn(PROG, ": ", reason);
	_exit(ANSWER_REFUSED);
}

/* --- Reading ------------------------------------------------------------------------------ */

static void keep(struct check *c, char const *s, size_t n)
{
	if (c->copy < 0 && (c->copy = memfile_open()) < 0)
		give_up("make a memory file");
	if (!fd_pwrite_all(c->copy, s, n, (off_t)c->size))
		give_up("write to a memory file");
}

/* A message that is a file already stays where it is, rewound. */
static bool is_file(void)
{
	struct stat st;
	if (fstat(0, &st) < 0)
		give_up("look at the message");
	return S_ISREG(st.st_mode) && lseek(0, 0, SEEK_CUR) == 0;
}

static size_t read_some(char *s, size_t n, bool file, uint64_t at)
{
	for (;;) {
		ssize_t r = file ? pread(0, s, n, (off_t)at) : read(0, s, n);
		if (r >= 0)
			return (size_t)r;
		if (errno != EINTR)
			give_up("read the message");
	}
}

static void take(struct check *c, char const *s, size_t n, bool file)
{
	c->nul = c->nul || memchr(s, 0, n);
	c->big = n > c->limit - c->size;
	c->fault = mime_push(c->mime, s, n);
	if (c->fault == MIME_NO_MEMORY)
		give_up("read the message");
	if (c->verbose && !buf_put(&c->octets, s, n))
		give_up("keep the message");
	if (c->in_line && !file && !c->nul && !c->big && c->fault == MIME_OK)
		keep(c, s, n);
	c->size += n;
}

/* Reads to the end, or until it is refused; the tree of one with a NUL is drawn whole. */
static void read_message(struct check *c)
{
	static char chunk[65536];
	bool file = is_file();
	size_t n;
	if (!(c->mime = mime_new()))
		give_up("start");
	while (!c->big && c->fault == MIME_OK && (!c->nul || c->verbose)
		&& (n = read_some(chunk, sizeof chunk, file, c->size)) > 0)
		take(c, chunk, n, file);
}

/* --- Judging ------------------------------------------------------------------------------ */

/* Writes the reason for a refusal, or "". */
static void judge(struct check *c, struct message *msg, char reason[REFUSAL_TEXT])
{
	enum mime_fault fault = mime_finish(c->mime);
	enum message_verdict verdict = message_judge(c->mime, fault, msg);
	if (verdict == MESSAGE_NO_MEMORY)
		give_up("read the message");
	if (c->big && !c->nul)
		refusal_format(reason, REFUSAL_SIZE, NULL, c->limit, 0);
	else
		message_reason(reason, c->nul ? MESSAGE_NUL : verdict);
}

static int show(struct check *c)
{
	struct message msg;
	struct buf out = BUF_ZERO;
	bool fits = true;
	char reason[REFUSAL_TEXT] = "";
	if (c->size)
		judge(c, &msg, reason);
	if (c->verbose)
		fits = c->size ? mimetree_draw(&out, c->mime, &msg, c->octets.s)
			: buf_puts(&out, "empty: only contacts\n");
	if (*reason)
		fits = fits && buf_puts(&out, reason) && buf_putc(&out, '\n');
	if (!fits)
		give_up("draw the message");
	if (allwrite(1, out.s, out.len) < out.len)
		give_up("write to stdout");
	buf_free(&out);
	buf_free(&c->octets);
	mime_free(c->mime);
	return *reason ? ANSWER_REFUSED : 0;
}

/* Refuses the message, or puts it on 0 for the rest of the line. */
static void pass(struct check *c)
{
	struct message msg;
	char reason[REFUSAL_TEXT] = "";
	if (c->size)
		judge(c, &msg, reason);
	if (*reason)
		refuse(reason);
	if (c->copy >= 0 && dup2(c->copy, 0) < 0)
		give_up("hand on the message");
}

static _Noreturn void go_on(char const *const *prog)
{
	execvp(prog[0], (char *const *)prog);
	outlive_readers();
	strerr_diefusys(ANSWER_LATER, "run ", prog[0]);
}

int main(int argc, char const *const *argv)
{
	PROG = "saca-mime";
	setid_refuse();
	struct check c = {.limit = SIZE, .copy = -1};
	subgetopt o = SUBGETOPT_ZERO;
	for (int opt; (opt = subgetopt_r(argc, argv, "s:vV", &o)) != -1;) {
		if (opt == 'v')
			c.verbose = true;
		else if (opt == 'V')
			version_exit();
		else if (opt != 's' || !num_scan(o.arg, strlen(o.arg), SIZE_LIMIT, &c.limit))
			strerr_dieusage(EXIT_MISUSE, USAGE);
	}
	argv += o.ind;
	if (!argv[0]) {
		read_message(&c);
		return show(&c);
	}
	if (c.verbose)
		strerr_dieusage(EXIT_MISUSE, USAGE);
	can_answer = answer_pipe_is_open();
	c.in_line = true;
	read_message(&c);
	pass(&c);
	go_on(argv);
}
