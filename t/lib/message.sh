# shellcheck shell=sh
# The sample message of the tests: a text and an HTML part.

# campaign [ID [SUBJECT]]: prints it
campaign() {
	cat <<-END
		From: remitente@example.com
		Subject: ${2-prueba}
		Message-ID: <${1:-uno}@example.com>
		MIME-Version: 1.0
		Content-Type: multipart/alternative; boundary=b

		--b
		Content-Type: text/plain

		hola
		--b
		Content-Type: text/html

		<p>hola</p>
		--b--
	END
}
