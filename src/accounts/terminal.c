/* A terminal without echo. The signal handler needs its data in static storage. */
#include "accounts/terminal.h"

#include <signal.h>
#include <stddef.h>
#include <termios.h>

static int terminal;
static struct termios with_echo;

static int const deadly[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
#define DEADLY (sizeof deadly / sizeof *deadly)
static struct sigaction before[DEADLY], before_stop;

/* The handler. Both calls are async-signal-safe (POSIX 2008, 2.4.3). SA_RESETHAND has restored
   the default action: the raised signal ends the program when the handler returns. */
static void echo_on_and_die(int sig)
{
	tcsetattr(terminal, TCSAFLUSH, &with_echo);
	raise(sig);
}

bool terminal_echo_off(int fd)
{
	struct sigaction die = {.sa_handler = echo_on_and_die, .sa_flags = (int)SA_RESETHAND};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	if (tcgetattr(fd, &with_echo) < 0)
		return false;
	terminal = fd;
	for (unsigned int i = 0; i < DEADLY; i++)
		if (sigaction(deadly[i], &die, &before[i]) < 0)
			return false;
	if (sigaction(SIGTSTP, &ignore, &before_stop) < 0)
		return false;
	struct termios without_echo = with_echo;
	without_echo.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
	without_echo.c_lflag |= ECHONL;
	return tcsetattr(fd, TCSAFLUSH, &without_echo) == 0;
}

void terminal_echo_on(void)
{
	tcsetattr(terminal, TCSAFLUSH, &with_echo);
	for (unsigned int i = 0; i < DEADLY; i++)
		sigaction(deadly[i], &before[i], NULL);
	sigaction(SIGTSTP, &before_stop, NULL);
}
