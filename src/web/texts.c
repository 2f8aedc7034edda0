/* The texts of the panel, and the choice of a language. */
#include "web/texts.h"

#include "base/ascii.h"

#include <stdbool.h>
#include <stddef.h>

char const *const web_texts[WEB_TEXTS][WEB_LANGUAGES] = {
	[TEXT_PANEL] = {"Panel de envíos", "Campaigns"},
	[TEXT_SENDS] = {"Envíos", "Sends"},
	[TEXT_CONTACTS] = {"Contactos", "Contacts"},
	[TEXT_GROUPS] = {"Grupos", "Groups"},
	[TEXT_PIECES] = {"Piezas", "Pieces"},
	[TEXT_TESTS] = {"Pruebas", "Tests"},
	[TEXT_LOGIN] = {"Entrar", "Log in"},
	[TEXT_LOGIN_TITLE] = {"Entre en su cuenta", "Log in to your account"},
	[TEXT_LOGOUT] = {"Salir", "Log out"},
	[TEXT_USER] = {"Usuario (usuario.plan)", "User (user.plan)"},
	[TEXT_PASSWORD] = {"Contraseña", "Password"},
	[TEXT_WRONG_LOGIN] = {"El usuario o la contraseña no son correctos.", "The user or the password is wrong."},
	[TEXT_TOO_MANY_LOGINS] = {"Demasiados intentos fallidos. Vuelva a intentarlo dentro de 10 minutos.",
		"Too many failed attempts. Try again in 10 minutes."},
	[TEXT_LATER] = {"Ahora mismo no se puede comprobar la contraseña. Vuelva a intentarlo en unos minutos.",
		"The password cannot be checked at the moment. Try again in a few minutes."},
	[TEXT_SKIP] = {"Ir al contenido", "Skip to the content"},
	[TEXT_AREAS] = {"Secciones", "Sections"},
	[TEXT_UTC] = {"Las horas son UTC.", "Times are UTC."},
	[TEXT_NOT_FOUND] = {"No encontrado", "Not found"},
	[TEXT_NOT_FOUND_WHY] = {"Esta página no existe, o no es de su plan.", "This page does not exist, or is not your plan's."},
	[TEXT_FORBIDDEN] = {"No permitido", "Not allowed"},
	[TEXT_FORBIDDEN_WHY] = {"El formulario ha caducado o no es de este sitio. Vuelva a la página y repita la acción.",
		"The form has expired or is not from this site. Return to the page and repeat the action."},
	[TEXT_BAD_REQUEST] = {"Petición incorrecta", "Bad request"},
	[TEXT_BAD_METHOD] = {"Método no permitido", "Method not allowed"},
	[TEXT_FAILED] = {"No disponible", "Not available"},
	[TEXT_FAILED_WHY] = {"Algo ha fallado. Vuelva a intentarlo en unos minutos.", "Something failed. Try again in a few minutes."},
	[TEXT_SEARCH] = {"Buscar", "Search"},
	[TEXT_SEARCH_SENDS] = {"Asunto o número", "Subject or number"},
	[TEXT_MORE_ROWS] = {"Más filas", "More rows"},
	[TEXT_NEXT] = {"Siguientes", "Next"},
	[TEXT_FIRST] = {"Primera página", "First page"},
	[TEXT_PREVIOUS] = {"Anteriores", "Previous"},
	[TEXT_SHOW_ALL] = {"Ver la lista completa", "See the whole list"},
	[TEXT_NO_HITS] = {"Todavía no hay aperturas ni clics. Aparecerán aquí por horas.", "There are no opens or clicks yet. They appear here by the hour."},
	[TEXT_CANCEL_WHY] = {"Los contactos pendientes no recibirán el mensaje, y el envío no se podrá reanudar.",
		"The contacts that wait will not get the mail, and the send cannot be resumed."},
	[TEXT_CANCEL_SURE] = {"Sí, cancelar", "Yes, cancel it"},
	[TEXT_SUBJECT] = {"Asunto", "Subject"},
	[TEXT_NEWER] = {"Más recientes", "Newer"},
	[TEXT_OLDER] = {"Más antiguos", "Older"},
	[TEXT_NO_SENDS] = {"Todavía no hay envíos", "There are no sends yet"},
	[TEXT_NO_SENDS_WHY] = {"Envíe el primero por SMTP o por la API, con su usuario y su contraseña: aparecerá aquí al momento.",
		"Send the first one by SMTP or by the API, with your user and password: it appears here at once."},
	[TEXT_NONE_FOUND] = {"Sin resultados", "Nothing found"},
	[TEXT_NONE_FOUND_WHY] = {"Pruebe con otras palabras, o vea la lista completa.",
		"Try other words, or see the whole list."},
	[TEXT_SEND] = {"Envío", "Send"},
	[TEXT_STATE] = {"Estado", "State"},
	[TEXT_DATE] = {"Fecha", "Date"},
	[TEXT_DELIVERED] = {"Entregados", "Delivered"},
	[TEXT_OPENED] = {"Abiertos", "Opened"},
	[TEXT_CLICKED] = {"Con clic", "Clicked"},
	[TEXT_UNSUBSCRIBED] = {"Bajas", "Unsubscribed"},
	[TEXT_NO_SUBJECT] = {"(sin asunto)", "(no subject)"},
	[TEXT_STATE_NEW] = {"En espera", "Waiting"},
	[TEXT_STATE_TEST] = {"Prueba", "Test"},
	[TEXT_STATE_SENDING] = {"Enviando", "Sending"},
	[TEXT_STATE_PAUSED] = {"En pausa", "Paused"},
	[TEXT_STATE_SENT] = {"Enviado", "Sent"},
	[TEXT_STATE_CANCELLED] = {"Cancelado", "Cancelled"},
	[TEXT_BACK_SENDS] = {"Todos los envíos", "All sends"},
	[TEXT_PAUSE] = {"Pausar", "Pause"},
	[TEXT_RESUME] = {"Reanudar", "Resume"},
	[TEXT_CANCEL] = {"Cancelar envío", "Cancel send"},
	[TEXT_PAUSED_BY] = {"en pausa desde el panel", "paused from the panel"},
	[TEXT_REASON] = {"Motivo", "Reason"},
	[TEXT_NUMBER] = {"Número", "Number"},
	[TEXT_SENDER] = {"Remitente", "Sender"},
	[TEXT_LOGIN_OF] = {"Usuario", "User"},
	[TEXT_ACCEPTED] = {"Aceptado", "Accepted"},
	[TEXT_STARTED] = {"Comienzo", "Started"},
	[TEXT_FINISHED] = {"Final", "Finished"},
	[TEXT_LANGUAGE] = {"Idioma", "Language"},
	[TEXT_TRACKING] = {"Seguimiento", "Tracking"},
	[TEXT_TRACK_OPENS] = {"aperturas", "opens"},
	[TEXT_TRACK_CLICKS] = {"clics", "clicks"},
	[TEXT_NONE] = {"ninguno", "none"},
	[TEXT_GROUP] = {"Grupo", "Group"},
	[TEXT_PIECE] = {"Pieza", "Piece"},
	[TEXT_MESSAGE_ID] = {"Message-ID", "Message-ID"},
	[TEXT_ADDRESS] = {"Dirección IP", "IP address"},
	[TEXT_DETAILS] = {"Datos del envío", "Details"},
	[TEXT_FIGURES] = {"Estadísticas", "Figures"},
	[TEXT_FIGURES_TOTAL] = {"Contactos", "Contacts"},
	[TEXT_FIGURES_SENT] = {"Enviados", "Sent"},
	[TEXT_FIGURES_OPENED] = {"Leídos", "Opened"},
	[TEXT_FIGURES_OPENED_ACTIVE] = {"siguen suscritos", "still subscribed"},
	[TEXT_FIGURES_OPENED_INACTIVE] = {"se han dado de baja", "unsubscribed"},
	[TEXT_FIGURES_UNOPENED] = {"No leídos", "Not opened"},
	[TEXT_FIGURES_BOUNCED] = {"rebotados", "bounced"},
	[TEXT_FIGURES_DELIVERED] = {"entregados", "delivered"},
	[TEXT_FIGURES_UNSENT] = {"No enviados", "Not sent"},
	[TEXT_FIGURES_INACTIVE] = {"Inactivos", "Inactive"},
	[TEXT_FIGURES_MANUAL] = {"baja voluntaria", "unsubscribed by themselves"},
	[TEXT_FIGURES_AUTOMATIC] = {"baja automática", "unsubscribed automatically"},
	[TEXT_FIGURES_FAILED] = {"Fallidos", "Failed"},
	[TEXT_FIGURES_MALFORMED] = {"dirección incorrecta", "malformed address"},
	[TEXT_FIGURES_REFUSED] = {"rechazados", "refused"},
	[TEXT_FIGURES_PENDING] = {"pendientes", "waiting"},
	[TEXT_FIGURES_CLICKED] = {"Con clic", "Clicked"},
	[TEXT_OPENS_TOTAL] = {"Aperturas en total", "Opens in all"},
	[TEXT_OPENS_MACHINES] = {"Aperturas de máquinas, no contadas", "Opens by machines, not counted"},
	[TEXT_CLICKS_TOTAL] = {"Clics en total", "Clicks in all"},
	[TEXT_OVER_TIME] = {"Aperturas y clics en el tiempo", "Opens and clicks over time"},
	[TEXT_CHART_ALT] = {"Gráfico de barras: primeras aperturas y primeros clics desde el comienzo del envío",
		"Bar chart: first opens and first clicks since the send started"},
	[TEXT_OPENS] = {"Aperturas", "Opens"},
	[TEXT_CLICKS] = {"Clics", "Clicks"},
	[TEXT_LINKS] = {"Enlaces", "Links"},
	[TEXT_NO_LINKS] = {"Este envío no tiene enlaces con seguimiento.", "This send has no tracked links."},
	[TEXT_LINK] = {"Enlace", "Link"},
	[TEXT_PREVIEW] = {"Vista previa", "Preview"},
	[TEXT_PEOPLE] = {"Personas", "People"},
	[TEXT_PERSON] = {"Contacto", "Contact"},
	[TEXT_WHAT_BECAME] = {"Resultado", "Result"},
	[TEXT_CSV] = {"Descargar CSV", "Download CSV"},
	[TEXT_NO_PEOPLE] = {"No hay nadie en esta sección", "Nobody is in this section"},
	[TEXT_NO_PEOPLE_WHY] = {"Elija otra sección en la lista.", "Choose another section from the list."},
	[TEXT_EMPTY_GROUP] = {"El grupo está vacío", "The group is empty"},
	[TEXT_EMPTY_GROUP_WHY] = {"Sus contactos se han borrado, o todavía no tiene ninguno.", "Its contacts were removed, or it has none yet."},
	[TEXT_BACK_SEND] = {"Volver al envío", "Back to the send"},
	[TEXT_SHARE] = {"Parte", "Share"},
	[TEXT_COUNT] = {"Número", "Count"},
	[TEXT_HANDED] = {"Entregado", "Delivered"},
	[TEXT_DEFERRED] = {"Aplazado", "Deferred"},
	[TEXT_REFUSED] = {"Rechazado", "Refused"},
	[TEXT_BOUNCED] = {"Rebotado", "Bounced"},
	[TEXT_MALFORMED] = {"Dirección incorrecta", "Malformed address"},
	[TEXT_LEFT] = {"Baja voluntaria", "Unsubscribed"},
	[TEXT_SUPPRESSED] = {"Baja automática", "Suppressed"},
	[TEXT_WAITING] = {"Pendiente", "Waiting"},
	[TEXT_DONE_PAUSE] = {"El envío está en pausa.", "The send is paused."},
	[TEXT_DONE_RESUME] = {"El envío continúa.", "The send continues."},
	[TEXT_DONE_CANCEL] = {"El envío está cancelado.", "The send is cancelled."},
	[TEXT_NOT_DONE] = {"El estado del envío ha cambiado entretanto: no se ha hecho nada.",
		"The state of the send has changed meanwhile: nothing was done."},
	[TEXT_SHOW] = {"Ver", "Show"},
	[TEXT_SEARCH_CONTACTS] = {"Dirección o parte de ella", "Address or a part of it"},
	[TEXT_SEARCH_GROUPS] = {"Nombre o número", "Name or number"},
	[TEXT_NO_CONTACTS] = {"Todavía no hay contactos", "There are no contacts yet"},
	[TEXT_NO_CONTACTS_WHY] = {"Cada envío añade aquí sus destinatarios. Haga el primero por SMTP o por la API.",
		"Each send adds its recipients here. Make the first one by SMTP or by the API."},
	[TEXT_NO_GROUPS] = {"Todavía no hay grupos", "There are no groups yet"},
	[TEXT_ADDED] = {"Alta", "Added"},
	[TEXT_CREATED] = {"Creado", "Created"},
	[TEXT_BACK_GROUPS] = {"Todos los grupos", "All groups"},
	[TEXT_BACK_CONTACTS] = {"Todos los contactos", "All contacts"},
	[TEXT_UNSUBSCRIBED_ONE] = {"De baja", "Unsubscribed"},
	[TEXT_SUBSCRIPTIONS] = {"Suscripción por remitente", "Subscription by sender"},
	[TEXT_SUBSCRIBED] = {"Suscrito", "Subscribed"},
	[TEXT_UNSUBSCRIBE] = {"Dar de baja", "Unsubscribe"},
	[TEXT_UNDO] = {"Anular la baja", "Undo"},
	[TEXT_TYPE_MAIL] = {"desde un mensaje", "from a mail"},
	[TEXT_TYPE_USER] = {"por un usuario", "by a user"},
	[TEXT_TYPE_BOUNCE] = {"automática, por rebotes", "automatic, after bounces"},
	[TEXT_TYPE_COMPLAINT] = {"por una queja", "by a complaint"},
	[TEXT_SINCE] = {"Desde", "Since"},
	[TEXT_SUPPRESSED_WHY] = {"Sus mensajes rebotan: ningún remitente le escribe mientras dure la baja automática.",
		"Its mails bounce: no sender writes to it until the automatic unsubscription is undone."},
	[TEXT_DONE_UNSUBSCRIBE] = {"El contacto está de baja.", "The contact is unsubscribed."},
	[TEXT_DONE_UNDO] = {"La baja está anulada.", "The unsubscription is undone."},
	[TEXT_NOTHING_DONE] = {"No había nada que cambiar.", "There was nothing to change."},
	[TEXT_SENDS_OF] = {"Envíos al contacto", "Sends to the contact"},
	[TEXT_GROUPS_OF] = {"Grupos del contacto", "Groups of the contact"},
	[TEXT_PAST] = {"Bajas anuladas", "Past unsubscriptions"},
	[TEXT_UNTIL] = {"Hasta", "Until"},
	[TEXT_NO_SENDS_OF] = {"Todavía no se le ha enviado nada.", "Nothing has been sent to it yet."},
	[TEXT_MANY] = {"más de ", "more than "},
	[TEXT_IMAGES] = {"Imágenes", "Images"},
	[TEXT_NO_PIECES] = {"Todavía no hay piezas", "There are no pieces yet"},
	[TEXT_NO_PIECES_WHY] = {"Cada envío añade aquí su contenido. Haga el primero por SMTP o por la API.",
		"Each send adds its content here. Make the first one by SMTP or by the API."},
	[TEXT_BACK_PIECES] = {"Todas las piezas", "All pieces"},
	[TEXT_ON_DESKTOP] = {"En un ordenador", "On a computer"},
	[TEXT_ON_PHONE] = {"En un teléfono", "On a phone"},
	[TEXT_PLAIN] = {"Texto", "Text"},
	[TEXT_SOURCE] = {"Código HTML", "HTML source"},
	[TEXT_CONTENT_ID] = {"Content-ID", "Content-ID"},
	[TEXT_TYPE] = {"Tipo", "Type"},
	[TEXT_OCTETS] = {"Bytes", "Octets"},
	[TEXT_SENDS_WITH] = {"Envíos con esta pieza", "Sends with this piece"},
	[TEXT_TESTS_WHAT] = {"Envíos de un plan de pruebas: se guardan y no se entregan a nadie.",
		"Sends of a test plan: they are stored, and delivered to nobody."},
	[TEXT_NO_TESTS] = {"No hay pruebas", "There are no tests"},
	[TEXT_NO_TESTS_WHY] = {"Un plan de pruebas guarda aquí sus envíos y no los entrega. Pida uno al administrador.",
		"A test plan keeps its sends here and delivers them to nobody. Ask the administrator for one."},
	[TEXT_BACK_TESTS] = {"Todas las pruebas", "All tests"},
	[TEXT_BACK_TEST] = {"Volver a la prueba", "Back to the test"},
	[TEXT_INSPECTION] = {"Revisión", "Inspection"},
	[TEXT_SIZE] = {"Tamaño del HTML en bytes", "Size of the HTML in octets"},
	[TEXT_SIZE_WHY] = {"Gmail recorta el HTML de más de 102 KB (104.448 bytes), con la cabecera y el pie incluidos.",
		"Gmail clips HTML of more than 102 KB (104,448 octets), with header and foot included."},
	[TEXT_NO_ALT] = {"Imágenes sin texto alternativo", "Images without alternative text"},
	[TEXT_HTML_WORDS] = {"Palabras del HTML que faltan en el texto", "Words of the HTML that the text lacks"},
	[TEXT_TEXT_WORDS] = {"Palabras del texto que faltan en el HTML", "Words of the text that the HTML lacks"},
	[TEXT_HTML_LINKS] = {"Enlaces del HTML que faltan en el texto", "Links of the HTML that the text lacks"},
	[TEXT_TEXT_LINKS] = {"Enlaces del texto que faltan en el HTML", "Links of the text that the HTML lacks"},
	[TEXT_TEXT_MISSING] = {"No hay versión de texto", "There is no text version"},
	[TEXT_GOOD] = {"Bien", "Good"},
	[TEXT_LOOK] = {"Revisar", "Check"},
	[TEXT_SEND_REAL] = {"Enviar de verdad", "Send it for real"},
	[TEXT_SEND_REAL_WHY] = {"El mensaje se entrega a todos los contactos de la prueba, con los mismos controles y el mismo coste que "
		"cualquier envío, y con un número nuevo.", "The message is delivered to all contacts of the test, with the same checks and the same "
		"cost as any send, and with a new number."},
	[TEXT_SEND_REAL_TO] = {"Enviar de verdad, contactos", "Send for real, contacts"},
	[TEXT_SENT_REAL] = {"Aceptado con el número", "Accepted with the number"},
	[TEXT_SENT_REAL_SOON] = {"Aparecerá en Envíos en unos segundos.", "It appears under Sends in a few seconds."},
	[TEXT_NOT_SENT] = {"No se ha enviado", "It was not sent"},
	[TEXT_TOO_LARGE] = {"El mensaje es demasiado grande: más de 512000 bytes.", "The message is too large: more than 512000 octets."},
	[TEXT_SENDER_GONE] = {"El remitente ya no es un remitente validado de su plan.", "The sender is no longer a validated sender of your plan."},
	[TEXT_NO_SENDS_WITH] = {"Ningún envío la ha usado.", "No send has used it."},
};

char const *const web_months[12][WEB_LANGUAGES] = {{"ene", "Jan"}, {"feb", "Feb"}, {"mar", "Mar"}, {"abr", "Apr"}, {"may", "May"},
	{"jun", "Jun"}, {"jul", "Jul"}, {"ago", "Aug"}, {"sep", "Sep"}, {"oct", "Oct"}, {"nov", "Nov"}, {"dic", "Dec"}};

/* The weight at s, `;q=0.8`, in thousandths; 1000 without one. */
static unsigned int read_weight(char const *s, size_t n)
{
	unsigned int weight = 0, place = 1000;
	size_t i = 0;
	while (i < n && s[i] != 'q')
		i++;
	if (i + 2 > n)
		return 1000;
	for (i += 2; i < n && place; i++) {
		if (s[i] >= '0' && s[i] <= '9') {
			weight += (unsigned int)(s[i] - '0') * place;
			place /= 10;
		} else if (s[i] != '.') {
			break;
		}
	}
	return weight;
}

enum web_language web_language(char const *accepted)
{
	unsigned int best = 0;
	enum web_language language = WEB_SPANISH;
	for (char const *s = accepted; *s;) {
		size_t n = 0;
		while (*s == ' ' || *s == ',' || *s == '\t')
			s++;
		while (s[n] && s[n] != ',')
			n++;
		bool spanish = n >= 2 && ascii_case_is(s, 2, "es"), english = n >= 2 && ascii_case_is(s, 2, "en");
		bool whole = n == 2 || (n > 2 && (s[2] == '-' || s[2] == ';' || s[2] == ' '));
		unsigned int weight = whole && (spanish || english) ? read_weight(s + 2, n - 2) : 0;
		if (weight > best) {
			best = weight;
			language = spanish ? WEB_SPANISH : WEB_ENGLISH;
		}
		s += n;
	}
	return language;
}
