/* The UCSPI variables of a TCP connection, for a program that will not have the socket
   itself to ask. */
#ifndef UCSPI_ENVIRONMENT_H
#define UCSPI_ENVIRONMENT_H

#include <stdbool.h>

/* Sets PROTO to TCP, and ${PROTO}REMOTEIP, REMOTEPORT, LOCALIP and LOCALPORT from what the
   socket on descriptor 0 says, each only where it is missing (inetd and systemd set none
   of them). Another kind of descriptor than a TCP socket: does nothing. False: errno. */
bool ucspienv_complete(void);

#endif
