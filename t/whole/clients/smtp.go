// Go's net/smtp; t/whole/clients.t describes its environment.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"log"
	"net"
	"net/smtp"
	"os"
	"strings"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	server, port, kind := os.Getenv("SERVER"), os.Getenv("PORT"), os.Getenv("KIND")
	pem, err := os.ReadFile(os.Getenv("CAFILE"))
	check(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	config := &tls.Config{ServerName: server, RootCAs: roots}

	var conn net.Conn
	if kind == "tls" {
		conn, err = tls.Dial("tcp", net.JoinHostPort(server, port), config)
	} else {
		conn, err = net.Dial("tcp", net.JoinHostPort(server, port))
	}
	check(err)
	c, err := smtp.NewClient(conn, server)
	check(err)
	if kind == "starttls" {
		check(c.StartTLS(config))
	}
	check(c.Auth(smtp.PlainAuth("", os.Getenv("LOGIN"), os.Getenv("PASSWORD"), server)))
	check(c.Mail(os.Getenv("SENDER")))
	for _, to := range strings.Fields(os.Getenv("RECIPIENTS")) {
		check(c.Rcpt(to))
	}
	w, err := c.Data()
	check(err)
	message, err := os.ReadFile(os.Getenv("MESSAGE"))
	check(err)
	_, err = w.Write(message)
	check(err)
	check(w.Close())
	check(c.Quit())
}
