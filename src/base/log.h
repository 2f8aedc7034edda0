/* Lines of the log on descriptor 2: `program: key=value key=value ...`. Values are escaped, so
   that a client cannot forge a pair or a line. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

#define LOG_LINE 4096 /* octets of a line with its LF; PIPE_BUF, so that a line stays in one piece */
#define LOG_VALUE 256 /* octets of a value, before escaping */

struct log_line {
	size_t len;
	char s[LOG_LINE];
};

/* Starts a line with `PROG:`, the program's name. */
void log_start(struct log_line *l);

/* Appends ` key=value`. Octets outside 0x21 to 0x7e, `%` and `=` become %XX; an empty value
   becomes `-`. A value is cut at LOG_VALUE, a line at LOG_LINE. */
void log_add(struct log_line *l, char const *key, char const *value, size_t n);
void log_add_string(struct log_line *l, char const *key, char const *value);
void log_add_number(struct log_line *l, char const *key, uint64_t value);

/* Appends two texts, as the end of the line: printable ASCII, not escaped. */
void log_text(struct log_line *l, char const *label, char const *text);

/* Appends the LF. */
void log_end(struct log_line *l);

/* Ends the line and writes it to descriptor 2. A logger that does not read must not stop the
   mail: a line that cannot be written within a second is lost. So are the next lines until
   descriptor 2 accepts data again; then a line says how many were lost. */
void log_write(struct log_line *l);

#endif
