#include "tls/certificates.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static char const cert_prefix[] = "CERTFILE:", key_prefix[] = "KEYFILE:";

/* The value of a variable `PREFIXname=value`, and its name in *name and *n. NULL: another variable. */
static char const *named_value(char const *variable, char const *prefix, char const **name, size_t *n)
{
	size_t skip = strlen(prefix);
	char const *value = strchr(variable, '=');
	if (strncmp(variable, prefix, skip) != 0 || !value)
		return NULL;
	*name = variable + skip;
	*n = (size_t)(value - *name);
	return value + 1;
}

/* The value of PREFIXname, or NULL. */
static char const *find_value(char const *prefix, char const *name, size_t n)
{
	for (char **e = environ; *e; e++) {
		char const *found;
		size_t m;
		char const *value = named_value(*e, prefix, &found, &m);
		if (value && m == n && memcmp(found, name, n) == 0)
			return value;
	}
	return NULL;
}

static size_t count_names(void)
{
	size_t names = 0, n;
	char const *name;
	for (char **e = environ; *e; e++)
		names += named_value(*e, cert_prefix, &name, &n) != NULL;
	return names;
}

/* Checks that each KEYFILE:name has its CERTFILE:name: without it clients would get the wrong
   certificate. */
static bool keys_have_certificates(struct fault *fault)
{
	for (char **e = environ; *e; e++) {
		char const *name;
		size_t n;
		if (named_value(*e, key_prefix, &name, &n) && !find_value(cert_prefix, name, n))
			return fault_because(fault, "use", *e, "there is no CERTFILE of that name");
	}
	return true;
}

static bool load_pair(struct certificates *c, struct keypair_text *text, char const *name, char const *certfile,
	char const *keyfile, struct fault *fault)
{
	struct keypair *k = &c->pairs[c->n];
	*k = (struct keypair){.name = name, .certfile = certfile, .keyfile = keyfile ? keyfile : certfile};
	if (!keypair_load(k, text, fault))
		return false;
	c->n++;
	return true;
}

static bool load_named_pairs(struct certificates *c, struct keypair_text *text, struct fault *fault)
{
	for (char **e = environ; *e; e++) {
		char const *name;
		size_t n;
		char const *file = named_value(*e, cert_prefix, &name, &n);
		if (!file)
			continue;
		char *copy = strndup(name, n);
		if (!copy)
			return fault_errno(fault, "load", file, ENOMEM);
		if (!load_pair(c, text, copy, file, find_value(key_prefix, name, n), fault)) {
			free(copy);
			return false;
		}
	}
	return true;
}

bool certificates_load(struct certificates *c, struct keypair_text *text, char const *certfile, char const *keyfile,
	struct fault *fault)
{
	size_t max = count_names() + (certfile != NULL);
	*c = (struct certificates){NULL, 0};
	if (max == 0)
		return fault_because(fault, "use", "CERTFILE", "it is not set, and there is no -c");
	c->pairs = calloc(max, sizeof *c->pairs);
	if (!c->pairs)
		return fault_errno(fault, "load", "the certificates", ENOMEM);
	if (keys_have_certificates(fault)
			&& (!certfile || load_pair(c, text, NULL, certfile, keyfile, fault))
			&& load_named_pairs(c, text, fault))
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

static bool unset_variable(char const *variable)
{
	char *name = strndup(variable, strcspn(variable, "="));
	bool unset = name && unsetenv(name) == 0;
	free(name);
	return unset;
}

bool certificates_unset(void)
{
	if (unsetenv("CERTFILE") != 0 || unsetenv("KEYFILE") != 0)
		return false;
	for (char **e = environ; *e;) {
		char const *name;
		size_t n;
		if (!named_value(*e, cert_prefix, &name, &n) && !named_value(*e, key_prefix, &name, &n)) {
			e++;
			continue;
		}
		if (!unset_variable(*e))
			return false;
		e = environ; /* unsetenv may move it */
	}
	return true;
}
