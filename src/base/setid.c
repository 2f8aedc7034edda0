#include "base/setid.h"

#include "base/exitcode.h"

#include <skalibs/strerr.h>

#include <sys/auxv.h>

void setid_refuse(void)
{
	if (getauxval(AT_SECURE))
		strerr_dief(EXIT_MISUSE, "this program is installed set-user-id, set-group-id or with capabilities, "
			"and needs none of them: run chmod 755 (or setcap -r) on it");
}
