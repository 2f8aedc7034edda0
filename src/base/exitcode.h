/* Exit codes. Interfaces of their own have their own: checkpassword (EXIT_REFUSED), and
   qmail-queue (service/answer.h). */
#ifndef BASE_EXITCODE_H
#define BASE_EXITCODE_H

enum exitcode {
	EXIT_REFUSED = 1,         /* a wrong login, a refused client or handshake */
	EXIT_NOT_FOUND = 1,       /* the thing asked for does not exist */
	EXIT_SET_ASIDE = 1,       /* saca-import: a file was set aside */
	EXIT_PAUSED = 1,          /* saca-send: a send was paused */
	EXIT_BAD_INTERFACE = 2,   /* checkpassword: descriptor 3 is not what it should be */
	EXIT_MTA_TEMPORARY = 75,  /* saca-bounce: sysexits' EX_TEMPFAIL, which every MTA retries */
	EXIT_MISUSE = 100,        /* wrong arguments, environment or configuration */
	EXIT_TEMPORARY = 111,     /* a system call failed: try again later */
	EXIT_NOT_EXECUTABLE = 126, /* as a shell: the program cannot be run */
	EXIT_NO_PROGRAM = 127      /* as a shell: there is no such program */
};

#endif
