/* A server's certificates, as its environment names them. */
#include "tls/certificates.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static char const cert_prefix[] = "CERTFILE:", key_prefix[] = "KEYFILE:";

/* Of `PREFIXname=value`: the value; the name is *name, of *n octets. NULL: another variable. */
static char const *named(char const *variable, char const *prefix, char const **name, size_t *n)
{
	size_t skip = strlen(prefix);
	char const *value = strchr(variable, '=');
	if (strncmp(variable, prefix, skip) != 0 || !value)
		return NULL;
	*name = variable + skip;
	*n = (size_t)(value - *name);
	return value + 1;
}

/* The value of PREFIXname. */
static char const *lookup(char const *prefix, char const *name, size_t n)
{
	for (char **e = environ; *e; e++) {
		char const *its;
		size_t m;
		char const *value = named(*e, prefix, &its, &m);
		if (value && m == n && memcmp(its, name, n) == 0)
			return value;
	}
	return NULL;
}

static size_t count(void)
{
	size_t names = 0, n;
	char const *name;
	for (char **e = environ; *e; e++)
		names += named(*e, cert_prefix, &name, &n) != NULL;
	return names;
}

/* A KEYFILE:name alone is somebody's mistake, which would otherwise show as the wrong
   certificate. */
static bool keys_have_certificates(struct keypair_fault *fault)
{
	for (char **e = environ; *e; e++) {
		char const *name;
		size_t n;
		if (!named(*e, key_prefix, &name, &n) || lookup(cert_prefix, name, n))
			continue;
		*fault = (struct keypair_fault){*e, "has no CERTFILE of that name", 0};
		return false;
	}
	return true;
}

static bool load(struct certificates *c, char const *name, char const *certfile, char const *keyfile,
	struct keypair_fault *fault)
{
	struct keypair *k = &c->pairs[c->n];
	*k = (struct keypair){.name = name, .certfile = certfile, .keyfile = keyfile ? keyfile : certfile};
	if (!keypair_load(k, fault))
		return false;
	c->n++;
	return true;
}

static bool load_named(struct certificates *c, struct keypair_fault *fault)
{
	for (char **e = environ; *e; e++) {
		char const *name;
		size_t n;
		char const *file = named(*e, cert_prefix, &name, &n);
		if (!file)
			continue;
		char *copy = strndup(name, n);
		if (!copy) {
			*fault = (struct keypair_fault){file, "cannot be kept", ENOMEM};
			return false;
		}
		if (!load(c, copy, file, lookup(key_prefix, name, n), fault)) {
			free(copy);
			return false;
		}
	}
	return true;
}

bool certificates_load(struct certificates *c, char const *certfile, char const *keyfile,
	struct keypair_fault *fault)
{
	size_t max = count() + (certfile != NULL);
	*fault = (struct keypair_fault){"CERTFILE", "is not set", 0};
	*c = (struct certificates){NULL, 0};
	if (max == 0)
		return false;
	*fault = (struct keypair_fault){"CERTFILE", "cannot be kept", ENOMEM};
	c->pairs = calloc(max, sizeof *c->pairs);
	if (c->pairs && keys_have_certificates(fault)
			&& (!certfile || load(c, NULL, certfile, keyfile, fault)) && load_named(c, fault))
		return true;
	certificates_free(c);
	return false;
}

void certificates_free(struct certificates *c)
{
	for (size_t i = 0; i < c->n; i++) {
		keypair_free(&c->pairs[i]);
		free((char *)c->pairs[i].name);
	}
	free(c->pairs);
	*c = (struct certificates){NULL, 0};
}

static bool unset(char const *variable)
{
	char *name = strndup(variable, strcspn(variable, "="));
	bool ok = name && unsetenv(name) == 0;
	free(name);
	return ok;
}

bool certificates_unset(void)
{
	if (unsetenv("CERTFILE") != 0 || unsetenv("KEYFILE") != 0)
		return false;
	for (char **e = environ; *e;) {
		char const *name;
		size_t n;
		if (!named(*e, cert_prefix, &name, &n) && !named(*e, key_prefix, &name, &n)) {
			e++;
			continue;
		}
		if (!unset(*e))
			return false;
		e = environ; /* it has moved */
	}
	return true;
}
