/* The texts of all replies and refusals. */
#include "service/reply.h"

#include "base/ascii.h"
#include "base/num.h"

#include <string.h>

static struct {
	short code;
	char const *text;
} const replies[REPLIES] = {
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

#define NEEDED "el mensaje necesita una parte de texto plano (text/plain) y otra HTML (text/html), " \
	"y que no sean adjuntos ni de codificacion desconocida"

#define WORDS "escriba su contenido, con una linea en blanco entre la cabecera de la parte y este"

static char const *const refusals[REFUSALS] = {
	[REFUSAL_UNSTATED] = "mensaje rechazado",
	[REFUSAL_NO_TEXT] = "falta la parte text/plain: " NEEDED,
	[REFUSAL_NO_HTML] = "falta la parte text/html: " NEEDED,
	[REFUSAL_NO_TEXT_NO_HTML] = "faltan las partes text/plain y text/html: " NEEDED,
	[REFUSAL_BLANK_TEXT] = "la parte text/plain esta vacia: " WORDS,
	[REFUSAL_BLANK_HTML] = "la parte text/html esta vacia: " WORDS,
	[REFUSAL_BLANK_TEXT_AND_HTML] = "las partes text/plain y text/html estan vacias: " WORDS,
	[REFUSAL_DEEP] = "demasiados niveles de partes MIME: como maximo %a, una dentro de otra; "
		"simplifique la estructura del mensaje",
	[REFUSAL_PARTS] = "demasiadas partes MIME: como maximo %a en un mensaje; quite adjuntos o imagenes",
	[REFUSAL_FIELD] = "campo de cabecera demasiado largo: como maximo %a octetos en Subject, Message-ID "
		"y cada campo Content-; acortelo",
	[REFUSAL_NUL] = "el mensaje contiene un octeto NUL: codifique esa parte en base64 o quoted-printable",
	[REFUSAL_EMPTY] = "el mensaje esta vacio",
	[REFUSAL_SIZE] = "mensaje demasiado grande: como maximo %a octetos",
	[REFUSAL_CONTACTS] = "exceso de contactos: %a de %b permitidos",
	[REFUSAL_CREDIT] = "envios insuficientes: quedan %a, hacen falta %b",
	[REFUSAL_ENVELOPE] = "sobre mal formado",
	[REFUSAL_ADDRESS] = "direccion demasiado larga: %w",
	[REFUSAL_SENDER] = "remitente no valido: %w",
	[REFUSAL_RECIPIENT] = "destinatario no valido: %w",
	[REFUSAL_NO_RECIPIENT] = "falta el destinatario",
	[REFUSAL_RECIPIENTS] = "demasiados destinatarios",
	[REFUSAL_NO_MEMORY] = "sin memoria para leer el mensaje: vuelva a intentarlo mas tarde",
	[REFUSAL_UNREADABLE] = "no se pudo leer el mensaje: vuelva a intentarlo mas tarde",
	[REFUSAL_NO_NUMBER] = "contador de envios no disponible, intentelo mas tarde",
	[REFUSAL_NO_CREDIT_FILE] = "saldo de envios no disponible, intentelo mas tarde",
};

static char const *word_for(char letter, struct reply_words const *w)
{
	char const *s = letter == 'h' ? w->host : letter == 'b' ? w->brand : letter == 'u' ? w->url
		: letter == 'd' ? w->date : letter == 's' ? w->size : w->word;
	return s ? s : "";
}

/* Appends s as printable ASCII, up to `limit` octets of out in all; returns the new length. */
static size_t append_ascii(char *out, size_t len, size_t limit, char const *s)
{
	for (; *s && len < limit; s++)
		out[len++] = ascii_is_print(*s) ? *s : '?';
	return len;
}

size_t reply_format(char out[REPLY_LINE], enum reply r, struct reply_words const *words, bool is_last)
{
	size_t const limit = REPLY_LINE - 2;
	int code = replies[r].code;
	out[0] = (char)('0' + code / 100);
	out[1] = (char)('0' + code / 10 % 10);
	out[2] = (char)('0' + code % 10);
	out[3] = is_last ? ' ' : '-';
	size_t at = 4;
	for (char const *t = replies[r].text; *t && at < limit; t++) {
		if (*t == '%')
			at = append_ascii(out, at, limit, word_for(*++t, words));
		else
			out[at++] = *t;
	}
	out[at++] = '\r';
	out[at++] = '\n';
	return at;
}

int reply_code(enum reply r)
{
	return replies[r].code;
}

void refusal_format(char out[REFUSAL_TEXT], enum refusal r, char const *word, uint64_t a, uint64_t b)
{
	size_t const limit = REFUSAL_TEXT - 1;
	size_t at = 0;
	for (char const *t = refusals[r]; *t && at < limit; t++) {
		char number[NUM_FMT];
		if (*t != '%') {
			out[at++] = *t;
		} else if (*++t == 'w') {
			at = append_ascii(out, at, limit, word ? word : "");
		} else {
			num_fmt(number, *t == 'a' ? a : b);
			at = append_ascii(out, at, limit, number);
		}
	}
	out[at] = 0;
}
