/* Asking a checkpassword program (https://cr.yp.to/checkpwd/interface.html). */
#ifndef SMTP_LOGIN_H
#define SMTP_LOGIN_H

#include "smtp/dialogue.h"
#include "base/run.h"

#include <stddef.h>
#include <stdint.h>

/* Runs argv with the credentials on descriptor 3; they fit DIALOGUE_CREDENTIALS, since the
   dialogue saw to that. DIALOGUE_YES: it exited 0; DIALOGUE_NO: 1; DIALOGUE_UNKNOWN: anything else, a
   signal, or nothing until the deadline (clock_ms); *end says which. */
enum dialogue_lookup authenticate(char const *const *argv, char const *user, size_t un,
	char const *password, size_t pn, uint64_t deadline, struct run_end *end);

#endif
