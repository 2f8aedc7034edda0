/* A terminal without echo. What the signal handler needs is static: there is one
   terminal, as there is one set of signals. */
#include "accounts/terminal.h"

#include <signal.h>
#include <stddef.h>
#include <termios.h>

static int terminal;
static struct termios usual;

static int const deadly[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
#define DEADLY (sizeof deadly / sizeof *deadly)
static struct sigaction before[DEADLY], before_stop;

/* Both calls are async-signal-safe (POSIX 2008, 2.4.3), and the handler has been taken
   back when it runs: the raised signal ends the program behind it. */
static void loud_and_die(int sig)
{
	tcsetattr(terminal, TCSAFLUSH, &usual);
	raise(sig);
}

int terminal_quiet(int fd)
{
	struct sigaction die = {.sa_handler = loud_and_die, .sa_flags = (int)SA_RESETHAND};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	if (tcgetattr(fd, &usual) < 0)
		return -1;
	terminal = fd;
	for (unsigned int i = 0; i < DEADLY; i++)
		if (sigaction(deadly[i], &die, &before[i]) < 0)
			return -1;
	if (sigaction(SIGTSTP, &ignore, &before_stop) < 0)
		return -1;
	struct termios quiet = usual;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
	quiet.c_lflag |= ECHONL;
	return tcsetattr(fd, TCSAFLUSH, &quiet);
}

void terminal_loud(void)
{
	tcsetattr(terminal, TCSAFLUSH, &usual);
	for (unsigned int i = 0; i < DEADLY; i++)
		sigaction(deadly[i], &before[i], NULL);
	sigaction(SIGTSTP, &before_stop, NULL);
}
