/* Forms: every field is a string inside the body, in both encodings. The last octet of the
   input chooses the encoding. */
#include "web/form.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	static char const *const types[] = {"application/x-www-form-urlencoded", "multipart/form-data; boundary=b"};
	char const *type = types[fuzz_choice(data, &n) & 1];
	static struct form f;
	char *s = malloc(n + 1);
	must(s);
	memcpy(s, data, n);
	f.count = 0;
	enum form_fault r = form_read_body(&f, type, s, n);
	must(r != FORM_TYPE && f.count <= FORM_FIELDS);
	for (size_t i = 0; i < f.count; i++) {
		must(f.field[i].name >= s && f.field[i].value >= s && f.field[i].value + f.field[i].value_len <= s + n);
		must(strlen(f.field[i].value) == f.field[i].value_len);
		must(f.field[i].name + strlen(f.field[i].name) <= s + n);
		must(form_value(&f, f.field[i].name));
	}
	free(s);
	return 0;
}
