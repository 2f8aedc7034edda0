/* Everything the dialogue says. A platform with another voice changes this table. */
#include "smtp/reply.h"

#include "base/ascii.h"

#include <string.h>

static struct {
	short code;
	char const *text;
} const table[REPLIES] = {
	[REPLY_GREETING] = {220, "%h ESMTP API %b %d"},
	[REPLY_HELO] = {250, "%h ESMTP API %b. Hola %w!"},
	[REPLY_EHLO] = {250, "%h ESMTP API %b. Hola %w!"},
	[REPLY_REGISTERED] = {250, "Recuerda que debes ser un usuario registrado de %b. %u"},
	[REPLY_CONDITIONS] = {250, "Usa este servicio con responsabilidad cumpliendo con las condiciones de uso."},
	[REPLY_HELP_COMMANDS] = {214, "%w"},
	[REPLY_HELP_URL] = {214, "%u"},
	[REPLY_OK] = {250, "OK"},
	[REPLY_ACCEPTED_RCPT] = {250, "Accepted"},
	[REPLY_START_DATA] = {354, "Enter message, ending with \".\" on a line by itself"},
	[REPLY_CHUNK] = {250, "OK %w octets"},
	[REPLY_QUEUED] = {250, "OK %w"},
	[REPLY_CLOSING] = {221, "2.0.0 Closing connection."},
	[REPLY_VRFY] = {252, "Cannot VRFY user, but will accept message and attempt delivery"},
	[REPLY_START_TLS] = {220, "Ready to start TLS"},
	[REPLY_USERNAME] = {334, "VXNlcm5hbWU6"},
	[REPLY_PASSWORD] = {334, "UGFzc3dvcmQ6"},
	[REPLY_CHALLENGE] = {334, ""},
	[REPLY_LOGGED_IN] = {235, "Authentication Succeeded"},

	[REPLY_TIMEOUT] = {421, "%h Timeout, closing connection"},
	[REPLY_ERRORS] = {421, "%h Too many errors, closing connection"},
	[REPLY_LOGINS] = {421, "%h Too many failed logins, closing connection"},
	[REPLY_SHUTDOWN] = {421, "%h Service shutting down, closing connection"},
	[REPLY_QUEUE_FAILED] = {451, "Message not stored, try again later"},
	[REPLY_QUEUE_SAYS] = {451, "%w"},
	[REPLY_NO_MEMORY] = {451, "Out of memory, try again later"},
	[REPLY_ACCOUNTS] = {451, "Accounts cannot be read now, try again later"},
	[REPLY_RECIPIENTS] = {452, "Too many recipients"},
	[REPLY_DISK_FULL] = {452, "Insufficient system storage"},
	[REPLY_TLS_DEAD] = {454, "TLS not available due to temporary reason"},
	[REPLY_LOGIN_DEAD] = {454, "Temporary authentication failure"},

	[REPLY_UNKNOWN] = {500, "5.5.1 Invalid command"},
	[REPLY_SYNTAX] = {500, "Syntax error"},
	[REPLY_INTERNAL] = {500, "Internal error - %w"},
	[REPLY_ARGUMENT] = {501, "Syntax error in parameters or arguments"},
	[REPLY_NO_ARGUMENT] = {501, "This command takes no argument"},
	[REPLY_PATH] = {501, "Invalid address"},
	[REPLY_8BIT] = {501, "Invalid address: it has 8-bit octets and SMTPUTF8 was not given, or is not UTF-8"},
	[REPLY_BASE64] = {501, "Invalid base64 or credentials cannot be decoded"},
	[REPLY_CANCELLED] = {501, "Authentication cancelled"},
	[REPLY_BDAT_SIZE] = {501, "Unreadable BDAT size, closing connection"},
	[REPLY_NOT_HERE] = {502, "Command not implemented"},
	[REPLY_NO_TLS] = {502, "STARTTLS is not offered here"},
	[REPLY_NEED_RCPT] = {503, "valid RCPT and MAIL command must precede DATA"},
	[REPLY_NEED_MAIL] = {503, "valid MAIL command must precede RCPT"},
	[REPLY_NESTED_MAIL] = {503, "nested MAIL command"},
	[REPLY_AFTER_BDAT] = {503, "BDAT transaction in progress: BDAT or RSET expected"},
	[REPLY_IN_TRANSACTION] = {503, "not permitted during a mail transaction"},
	[REPLY_AUTH_TWICE] = {503, "already authenticated"},
	[REPLY_TLS_TWICE] = {503, "TLS is already active"},
	[REPLY_PARAMETER] = {504, "A command parameter is not implemented."},
	[REPLY_AUTH_REQUIRED] = {530, "Authentication required"},
	[REPLY_CREDENTIALS] = {535, "Authentication credentials invalid"},
	[REPLY_ENCRYPT] = {538, "Encryption required for requested authentication mechanism"},
	[REPLY_SIZE] = {552, "message size exceeds fixed maximum message size (%s) bytes"},
	[REPLY_SENDER] = {553, "Remitente no existente o no validado desde su plan de %b"},
	[REPLY_UNKNOWN_PARAMETER] = {555, "MAIL or RCPT parameter not recognized"},
};

static char const *word_for(char letter, struct reply_words const *w)
{
	char const *s = letter == 'h' ? w->host : letter == 'b' ? w->brand : letter == 'u' ? w->url
		: letter == 'd' ? w->date : letter == 's' ? w->size : w->word;
	return s ? s : "";
}

/* Appends s to out[0..at), up to `limit` octets in all; returns the new length. */
static size_t append(char *out, size_t at, size_t limit, char const *s)
{
	for (; *s && at < limit; s++)
		out[at++] = ascii_is_print(*s) ? *s : '?';
	return at;
}

size_t reply_format(char *out, enum reply r, struct reply_words const *words, int last)
{
	size_t const limit = REPLY_LINE - 2;
	int code = table[r].code;
	out[0] = (char)('0' + code / 100);
	out[1] = (char)('0' + code / 10 % 10);
	out[2] = (char)('0' + code % 10);
	out[3] = last ? ' ' : '-';
	size_t at = 4;
	for (char const *t = table[r].text; *t && at < limit; t++) {
		if (*t == '%')
			at = append(out, at, limit, word_for(*++t, words));
		else
			out[at++] = *t;
	}
	out[at++] = '\r';
	out[at++] = '\n';
	return at;
}

int reply_code(enum reply r)
{
	return table[r].code;
}
