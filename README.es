Enviar campañas por SMTP
========================

Con un usuario de la plataforma puede mandar sus campañas desde cualquier programa que hable
SMTP: su lector de correo, su tienda, su CRM o unas líneas de PHP o Python. Cada mensaje que
entrega es una campaña:

  - sus destinatarios pasan a ser contactos suyos, reunidos en un grupo nuevo;
  - su texto y su HTML se guardan como una pieza;
  - las imágenes incrustadas pasan a estar alojadas en la plataforma;
  - y todo junto es un envío, cuyo número recibe en la respuesta.

Grupo, pieza y envío llevan delante del nombre la marca [SMTP].

Los ejemplos usan api.example.com como servidor, victor.acme como usuario y
remitente@example.com como remitente: cámbielos por los suyos.


PUERTOS

  puerto    cifrado                                  login
  46500     TLS desde el principio                   sí
  58700     STARTTLS, obligatorio antes del login    sí
  2500      STARTTLS, opcional (en desuso)           sí

En los tres, un mensaje puede tener 512000 octetos como máximo. Se habla TLS 1.2.


LOGIN

AUTH LOGIN o AUTH PLAIN, con su usuario de la plataforma (usuario.plan, por ejemplo
victor.acme) y su clave. Hay que identificarse antes de MAIL FROM. A los tres intentos
fallidos se cierra la conexión.


CÓMO DEBE SER EL MENSAJE

  - El remitente (MAIL FROM) tiene que estar validado en su plan. El From: del mensaje no
    cuenta.
  - Los destinatarios son los de RCPT TO, no los de To:. Repetidos cuentan una vez.
  - Hacen falta dos partes: una de texto (text/plain) y una de HTML (text/html), en cualquier
    codificación y juego de caracteres.
  - Los adjuntos se ignoran, salvo las imágenes (PNG, JPEG, GIF...) a las que el HTML apunta
    con cid:.
  - De la cabecera cuentan el asunto (Subject) y estas opciones:

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

1166 es el número del envío; lo demás identifica la transacción. Guárdelos: sirven para
consultar la estadística y para preguntarnos. Si la respuesta es otra, no hay envío.

Si pierde la conexión antes de ver la respuesta, puede que lo haya. Repita el mensaje tal
cual, con el mismo Message-ID: durante 24 horas recibirá la misma respuesta, y no se envía ni
se cobra dos veces. (Sin Message-ID, o con uno nuevo, como lo ponen algunas bibliotecas cada
vez que se les pide enviar, sería otro envío.)

Solo contactos: tras DATA mande únicamente el punto final. No hay envío, pero los
destinatarios quedan importados y agrupados:

  250 OK contacts=3 fa8896c2351f8b7e73ac3a3d209c6ac5

También se importan y agrupan cuando el mensaje se rechaza después de DATA (falta una parte,
es demasiado grande, no quedan envíos) o la conexión se corta a medias; pero no cuando son
más contactos de los que su plan permite.


CÓDIGOS DE ERROR

  421  fin de la conexión: demasiado tiempo, demasiados errores o parada del servidor
  451  fallo pasajero: repita el mensaje más tarde
  452  más de 50000 destinatarios en un mensaje, o no hay sitio por ahora
  454  el cifrado o el login no están disponibles por ahora
  500  500 5.5.1 Invalid command: no existe ese comando
       500 Syntax error: línea vacía, ilegible o demasiado larga
       500 Internal error - MOTIVO: el mensaje se rechaza, y MOTIVO dice por qué: falta la
       parte de texto o la de HTML, no quedan envíos suficientes, hay demasiados contactos...
  501  argumento o dirección mal escritos
  502  comando que este servidor no ofrece
  503  comando fuera de orden: DATA va después de MAIL FROM y RCPT TO
  504  parámetro que no se conoce, por ejemplo otro método de login
  530  falta identificarse
  535  usuario o clave incorrectos
  538  ese puerto no admite el login sin cifrar
  552  el mensaje pasa de 512000 octetos
  553  el remitente no está validado en su plan
  555  parámetro desconocido en MAIL FROM o RCPT TO

Los que empiezan por 4 son pasajeros; con los que empiezan por 5 repetir no sirve.


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
curl --ssl-reqd --crlf --user victor.acme:secreto --upload-file mensaje \
	--mail-from remitente@example.com --mail-rcpt ana@example.org --mail-rcpt luis@example.org \
	smtp://api.example.com:58700

--- Python

import smtplib
from email.message import EmailMessage
from email.utils import make_msgid

mensaje = EmailMessage()
mensaje["From"] = "remitente@example.com"
mensaje["To"] = "ana@example.org, luis@example.org"
mensaje["Subject"] = "Novedades de otoño"
mensaje["Message-ID"] = make_msgid(domain="example.com")
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
