Enviar campañas por SMTP
========================

Con un usuario de la plataforma puede enviar campañas desde cualquier programa que hable SMTP:
un lector de correo, una tienda, un CRM o unas líneas de PHP o Python. Cada mensaje es una
campaña:

  - los destinatarios pasan a ser contactos, en un grupo nuevo;
  - el texto y el HTML se guardan como una pieza;
  - las imágenes incrustadas se alojan en la plataforma;
  - todo junto es un envío, y su número está en la respuesta.

Los nombres del grupo, de la pieza y del envío empiezan por [SMTP].

Los ejemplos usan api.example.com como servidor, victor.acme como usuario y
remitente@example.com como remitente: cámbielos por los suyos.


PUERTOS

  puerto    cifrado                                  login
  46500     TLS desde el principio                   sí
  58700     STARTTLS, obligatorio antes del login    sí
  2500      STARTTLS, opcional (en desuso)           sí

Un mensaje tiene como máximo 512000 octetos y 50000 destinatarios. El cifrado es TLS 1.2.


LOGIN

AUTH LOGIN o AUTH PLAIN, con su usuario de la plataforma (usuario.plan, por ejemplo
victor.acme) y su clave, antes de MAIL FROM. Tras tres intentos fallidos, el servidor cierra la
conexión.


CÓMO DEBE SER EL MENSAJE

  - El remitente es el de MAIL FROM, y debe estar validado en su plan. El From: del mensaje no
    cuenta.
  - Los destinatarios son los de RCPT TO, no los de To:. Uno repetido cuenta una vez.
  - El mensaje tiene dos partes: una de texto (text/plain) y una de HTML (text/html), en
    cualquier codificación y juego de caracteres. Ninguna puede estar vacía.
  - Los adjuntos se ignoran, salvo las imágenes (PNG, JPEG, GIF...) que el HTML muestra con cid:.
  - De la cabecera cuentan el asunto (Subject) y estas opciones. Con un valor desconocido vale
    lo mismo que si falta:

  cabecera                    valores    si falta    para qué
  X-Teenvio-ShowCab           yes, no    yes         el aviso 'si no puede ver este correo...'
  X-Teenvio-SocialLinks       yes, no    no          iconos de redes sociales en el pie
  X-Teenvio-Language          número     3           idioma de cabecera y pie
  X-Teenvio-TrackingOpening   yes, no    yes         contar aperturas
  X-Teenvio-TrackingClicks    yes, no    yes         contar clics

  idiomas: 3 español, 4 inglés, 5 italiano, 6 francés, 7 alemán, 8 neerlandés,
  11 portugués, 13 noruego, 14 sueco, 15 catalán, 16 finlandés, 17 gallego, 18 euskera


LA RESPUESTA

  250 OK id=1166 fa8896c2351f8b7e73ac3a3d209c6ac5

1166 es el número del envío. Lo demás identifica la transacción. Guarde los dos: con el número
consulta la estadística, y con ambos puede preguntarnos. Con otra respuesta no hay envío.

Si no recibe la respuesta, porque se cortó la conexión, puede haber envío o no. Repita el
mensaje. Durante 24 horas recibirá la misma respuesta, y no se envía ni se cobra dos veces, si
coinciden:

  - el remitente, los destinatarios y el Message-ID;
  - el mensaje, salvo los separadores de sus partes (boundary), Date: y Received:.

Las bibliotecas ponen un Message-ID nuevo en cada mensaje. Fíjelo usted, por ejemplo con el
número de su pedido o de su campaña, como en los ejemplos de abajo. Un mensaje sin Message-ID
siempre es un envío nuevo.

Solo contactos: después de DATA mande solo el punto final. No hay envío, pero los destinatarios
quedan importados y agrupados:

  250 OK contacts=3 fa8896c2351f8b7e73ac3a3d209c6ac5

También quedan importados si el mensaje se rechaza después de DATA (le falta una parte, es
demasiado grande, no quedan envíos) o si la conexión se corta en medio del mensaje. No se
importa nada si son más contactos de los que permite su plan, por mensaje o por día.


CÓDIGOS DE ERROR

  421  fin de la conexión: demasiado tiempo, demasiados errores o parada del servidor
  451  fallo temporal: repita el mensaje más tarde
  452  más de 50000 destinatarios, o no hay sitio por ahora: repita más tarde
  454  el cifrado o el login no están disponibles por ahora
  500  500 5.5.1 Invalid command: no existe ese comando
       500 Syntax error: línea vacía, ilegible o demasiado larga
       500 Internal error - MOTIVO: mensaje rechazado; MOTIVO dice por qué: falta la parte de
       texto o la de HTML, no quedan envíos suficientes, hay demasiados contactos...
  501  argumento o dirección mal escritos
  502  comando que este servidor no ofrece
  503  comando fuera de orden: DATA va después de MAIL FROM y RCPT TO
  504  parámetro desconocido, por ejemplo otro método de login
  530  falta el login
  535  usuario o clave incorrectos
  538  ese puerto no admite el login sin cifrar
  552  el mensaje pasa de 512000 octetos
  553  el remitente no está validado en su plan
  555  parámetro desconocido en MAIL FROM o RCPT TO

Tras un código que empieza por 4, repita más tarde. Tras uno que empieza por 5, corrija antes.


ESTADÍSTICAS EN EL NAVEGADOR

En https://panel.example.com, desde un ordenador o un móvil, con el mismo usuario y la misma clave.
La sesión dura 12 horas. Las páginas están en español, o en inglés si su navegador lo prefiere.

  Envíos      el estado de cada uno, cuántos contactos lo han recibido, lo han abierto y han pulsado
              un enlace, y cuántas bajas hubo. Se buscan por nombre, asunto o número. Dentro de uno:
              todas las cifras, aperturas y clics en el tiempo, clics por enlace, los contactos de
              cada cifra (también en CSV, para una hoja de cálculo) y la vista previa. Mientras se
              envía puede pausarlo, reanudarlo o cancelarlo; lo que ya se ha enviado no se recupera.
  Contactos   se buscan por su dirección. Dentro de uno: sus grupos, sus envíos y sus bajas. Puede
              darlo de baja de un remitente, y anular la baja.
  Grupos      uno por mensaje, con sus contactos (también en CSV).
  Piezas      el HTML y el texto de cada mensaje, sus imágenes y los envíos que lo usan, a ancho de
              ordenador y de móvil.
  Pruebas     los envíos de un plan de pruebas, que no llegan a nadie, con lo que conviene revisar: si
              Gmail recortará el mensaje (102 KB), los enlaces, las imágenes sin texto alternativo y
              las diferencias entre texto y HTML. 'Enviar de verdad' hace con la pieza un envío nuevo.

Una apertura cuenta cuando el contacto ve las imágenes o pulsa un enlace. Las que hace una máquina
(un antivirus que abre todos los enlaces, por ejemplo) se cuentan aparte.


ESTADÍSTICAS POR API

Con el número del envío, un programa consulta su estadística: una petición HTTPS por POST a
https://panel.example.com/api, con un formulario. Los clientes de la API POST de la plataforma
sirven: solo cambia la dirección.

  - El login: HTTP Basic con victor.acme, o los campos user, plan y pass. La clave nunca va en la
    dirección. Tras demasiados fallos, su dirección IP espera 10 minutos.
  - El campo action dice qué se pide; el campo mode, cómo se responde: json (si falta), xml, csv
    o plain.
  - La respuesta es 'OK: ...', los datos, o 'KO: CÓDIGO MOTIVO'.

  action                       parámetros                respuesta
  get_campaigns                limit (20)                los números de los últimos envíos
  get_stats                    eid                       las cifras de un envío
  get_contacts_stat_section    eid, section              los contactos de una parte de las cifras
  get_unsubscribers            rid, type, from, limit    las bajas, desde la que tiene el id from
  sender_list, get_from        rid                       los remitentes
  group_list, group_data,      gid                       los grupos y sus contactos
  group_list_contacts
  contact_data                 email                     un contacto, sus grupos y sus envíos
  newsletter_data              id_newsletter             una pieza: su HTML y su texto
  contact_deactivate,          email, rid                da de baja un contacto de un remitente,
  contact_activate                                       o anula la baja
  pause_campaign,              eid                       pausa, reanuda o cancela un envío
  resume_campaign,
  cancel_campaign
  get_account_data                                       su plan, su usuario y si es un plan de
                                                         pruebas
  contact_fields                                         los nombres de los campos de un contacto
  get_version, get_url_call                              la versión y la dirección de la API
  send_bulk_campaign           recipients, rid,          envía una campaña; la respuesta es
                               subject, html_body,       'OK: ' y su número
                               plain_body

  section: all, send, send_opened, send_opened_active, send_opened_unsubscribed, send_unopened,
  send_unopened_delivered, send_unopened_bounced, unsend, unsend_unsubscribed,
  unsend_unsubscribed_voluntary, unsend_unsubscribed_automatic, unsend_failed,
  unsend_failed_nomenclature, clicked

  type: 0 desde un correo, 10 desde la plataforma, 20 por rebotes, 30 por una queja

Las cifras de get_stats forman un árbol: contactos_enviados y contactos_no_enviados suman
contactos_totales; contactos_enviados_leidos y contactos_enviados_no_leidos suman
contactos_enviados, etcétera.

send_bulk_campaign hace lo mismo que un envío por SMTP, con los mismos controles y textos. recipients
son direcciones separadas por comas; rid, el número del remitente o su dirección. Son opcionales
name, lang_id, cab, social_foot, tracking_opening, tracking_clicks (1 o 0) y message_id: con el
mismo message_id y el mismo contenido, una repetición en 24 horas recibe el mismo número y no se
envía otra vez.


EJEMPLOS

Un lector de correo: servidor de salida api.example.com, puerto 46500, seguridad SSL/TLS,
identificación con contraseña normal, usuario victor.acme. Escriba el mensaje en HTML: el
programa añade la parte de texto (en Thunderbird, 'Formato de envío: HTML y texto').

--- curl

cat >mensaje <<'FIN'
From: remitente@example.com
To: ana@example.org
Subject: Novedades
Message-ID: <novedades-1@example.com>
X-Teenvio-Language: 4
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="parte"

--parte
Content-Type: text/plain; charset=utf-8

Hay novedades.
--parte
Content-Type: text/html; charset=utf-8

<p>Hay <b>novedades</b>.</p>
--parte--
FIN
curl -sv --ssl-reqd --crlf --user victor.acme:secreto --upload-file mensaje \
	--mail-from remitente@example.com --mail-rcpt ana@example.org --mail-rcpt luis@example.org \
	smtp://api.example.com:58700 2>&1 | grep '^< 250 OK id='

--- Python

import smtplib
from email.message import EmailMessage

mensaje = EmailMessage()
mensaje["From"] = "remitente@example.com"
mensaje["To"] = "ana@example.org, luis@example.org"
mensaje["Subject"] = "Novedades de otoño"
mensaje["Message-ID"] = "<otono-2026@example.com>"
mensaje["X-Teenvio-SocialLinks"] = "yes"
mensaje.set_content("Hay novedades.")
mensaje.add_alternative('<p>Hay <b>novedades</b>.</p>', subtype="html")

with smtplib.SMTP_SSL("api.example.com", 46500) as servidor:
    servidor.login("victor.acme", "secreto")
    servidor.mail("remitente@example.com")
    for destinatario in ("ana@example.org", "luis@example.org"):
        servidor.rcpt(destinatario)
    codigo, respuesta = servidor.data(mensaje.as_bytes())
    print(codigo, respuesta.decode())    # 250 OK id=1166 fa8896c2...

--- Python: importar contactos sin enviar

import smtplib

with smtplib.SMTP_SSL("api.example.com", 46500) as servidor:
    servidor.login("victor.acme", "secreto")
    servidor.mail("remitente@example.com")
    for contacto in ("ana@example.org", "luis@example.org"):
        servidor.rcpt(contacto)
    servidor.docmd("DATA")
    codigo, respuesta = servidor.docmd(".")    # servidor.data() mandaría una línea vacía
    print(codigo, respuesta.decode())    # 250 OK contacts=2 fa8896c2...

--- PHP, con PHPMailer

<?php
use PHPMailer\PHPMailer\PHPMailer;
require 'vendor/autoload.php';

$mensaje = new PHPMailer(true);
$mensaje->isSMTP();
$mensaje->Host = 'api.example.com';
$mensaje->Port = 46500;
$mensaje->SMTPSecure = PHPMailer::ENCRYPTION_SMTPS;
$mensaje->SMTPAuth = true;
$mensaje->Username = 'victor.acme';
$mensaje->Password = 'secreto';
$mensaje->CharSet = 'utf-8';
$mensaje->MessageID = '<otono-2026-php@example.com>';
$mensaje->setFrom('remitente@example.com');
$mensaje->addAddress('ana@example.org');
$mensaje->addAddress('luis@example.org');
$mensaje->addCustomHeader('X-Teenvio-Language', '4');
$mensaje->Subject = 'Novedades de otoño';
$mensaje->isHTML(true);
$mensaje->Body = '<p>Hay <b>novedades</b>.</p>';
$mensaje->AltBody = 'Hay novedades.';
$mensaje->send();
echo $mensaje->getSMTPInstance()->getLastTransactionID();    // 1166 fa8896c2...

--- JavaScript, con nodemailer

const nodemailer = require('nodemailer');

const servidor = nodemailer.createTransport({
	host: 'api.example.com', port: 46500, secure: true,
	auth: { user: 'victor.acme', pass: 'secreto' },
});
servidor.sendMail({
	from: 'remitente@example.com',
	to: ['ana@example.org', 'luis@example.org'],
	subject: 'Novedades de otoño',
	messageId: '<otono-2026-js@example.com>',
	text: 'Hay novedades.',
	html: '<p>Hay <b>novedades</b>.</p>',
}).then((resultado) => console.log(resultado.response));    // 250 OK id=1166 fa8896c2...

--- PHP, sin nada más: importar contactos sin enviar

<?php
$s = stream_socket_client('ssl://api.example.com:46500', $numero, $error, 30) or exit($error);

function decir($s, $linea = null)
{
	if ($linea !== null) {
		fwrite($s, "$linea\r\n");
	}
	do {
		$respuesta = fgets($s);
	} while ($respuesta !== false && substr($respuesta, 3, 1) === '-');
	return $respuesta;
}

decir($s);
decir($s, 'EHLO mi-servidor.example.com');
decir($s, 'AUTH PLAIN ' . base64_encode("\0victor.acme\0secreto"));
decir($s, 'MAIL FROM:<remitente@example.com>');
foreach (['ana@example.org', 'luis@example.org'] as $contacto) {
	decir($s, "RCPT TO:<$contacto>");
}
decir($s, 'DATA');
echo decir($s, '.');    // 250 OK contacts=2 fa8896c2...
decir($s, 'QUIT');

--- API, con curl: la estadística de un envío

curl -s -u victor.acme:secreto https://panel.example.com/api \
	-d action=get_stats -d eid=1166 -d mode=csv

--- API, con Python: los últimos envíos

import json
from urllib.parse import urlencode
from urllib.request import urlopen

def api(accion, **datos):
    datos.update({"action": accion, "user": "victor", "plan": "acme", "pass": "secreto"})
    with urlopen("https://panel.example.com/api", urlencode(datos).encode()) as respuesta:
        return respuesta.read().decode()

for envio in json.loads(api("get_campaigns", limit=10)):
    cifras = json.loads(api("get_stats", eid=envio))
    print(envio, cifras["asunto"], cifras["contactos_enviados_leidos"], "de", cifras["contactos_enviados"])

--- API, con PHP: enviar una campaña

<?php
function api($accion, $datos)
{
	$datos += ['action' => $accion, 'user' => 'victor', 'plan' => 'acme', 'pass' => 'secreto'];
	$respuesta = file_get_contents('https://panel.example.com/api', false, stream_context_create(['http' => [
		'method' => 'POST', 'content' => http_build_query($datos), 'ignore_errors' => true,
		'header' => 'Content-Type: application/x-www-form-urlencoded',
	]]));
	if (substr($respuesta, 0, 2) === 'KO') {
		exit("$respuesta\n");
	}
	return $respuesta;
}

$respuesta = api('send_bulk_campaign', [
	'recipients' => 'ana@example.org,luis@example.org',
	'rid' => 'remitente@example.com',
	'subject' => 'Novedades de otoño',
	'html_body' => '<p>Hay <b>novedades</b>.</p>',
	'plain_body' => 'Hay novedades.',
	'lang_id' => 4,
	'message_id' => 'otono-2026-api@example.com',
]);
echo substr($respuesta, 4);    // 1166

--- API, con PHP: las bajas

<?php
$datos = ['action' => 'get_unsubscribers', 'user' => 'victor', 'plan' => 'acme', 'pass' => 'secreto', 'from' => 1];
$bajas = json_decode(file_get_contents('https://panel.example.com/api', false, stream_context_create(['http' => [
	'method' => 'POST', 'content' => http_build_query($datos),
	'header' => 'Content-Type: application/x-www-form-urlencoded',
]])));
foreach ($bajas as $baja) {
	echo "$baja->id $baja->email $baja->date\n";    // guarde el id: la próxima vez, from es el siguiente
}
