/* The least that a CGI program can do: an empty answer. The measurements compare saca-hit with
   it. */
#include <unistd.h>

int main(void)
{
	static char const answer[] = "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n";
	return write(1, answer, sizeof answer - 1) != sizeof answer - 1;
}
