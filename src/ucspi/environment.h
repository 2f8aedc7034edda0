/* The UCSPI variables of a TCP connection, for a program that does not get the socket itself. */
#ifndef UCSPI_ENVIRONMENT_H
#define UCSPI_ENVIRONMENT_H

#include <stdbool.h>

/* Sets PROTO to TCP, and ${PROTO}REMOTEIP, REMOTEPORT, LOCALIP and LOCALPORT from the socket on
   descriptor 0. Variables that are set already stay as they are (inetd and systemd set none of
   them). Does nothing if descriptor 0 is not a TCP socket. False: errno. */
bool environment_complete(void);

#endif
