/* Charsets that HTML states of itself: found where they count, and nowhere else. */
#include "mail/html_meta.h"
#include "unit.h"

#include <string.h>

/* The charset found, and the HTML corrected; NULL: nothing is stated, nothing changes. */
static struct {
	char const *in, *charset, *out;
} const cases[] = {
	{"<meta http-equiv=content-type content=\"text/html;charset=&quot'a\">", "'a",
		"<meta http-equiv=content-type content=\"text/html;charset=&quot;utf-8\">"},
	{"", NULL, NULL},
	{"<meta charset=koi8-r>", "koi8-r", "<meta charset=utf-8>"},
	{"<META CHARSET=\"KOI8-R\" />", "KOI8-R", "<META CHARSET=\"utf-8\" />"},
	{"<meta charset = ' koi8-r '>", "koi8-r", "<meta charset = ' utf-8 '>"},
	{"<meta charset=koi8-r/>", "koi8-r/", "<meta charset=utf-8>"},
	{"<meta charset=UTF-8>", "UTF-8", "<meta charset=UTF-8>"},
	{"<meta charset=utf8>", "utf8", "<meta charset=utf8>"},
	{"<meta charset=\"\"><meta charset>", NULL, NULL},
	{"<meta charset=no-such>", "no-such", "<meta charset=utf-8>"},
	{"<meta http-equiv=\"content-type\" content=\"text/html;\n      charset=ISO-8859-1\">", "ISO-8859-1",
		"<meta http-equiv=\"content-type\" content=\"text/html;\n      charset=utf-8\">"},
	{"<meta\nhttp-equiv=Content-Type\ncontent=text/html;charset=ISO-8859-1>", "ISO-8859-1",
		"<meta\nhttp-equiv=Content-Type\ncontent=text/html;charset=utf-8>"},
	{"<meta content='text/html; Charset = \"latin1\"; x=y' http-equiv='Content-Type'>", "latin1",
		"<meta content='text/html; Charset = \"utf-8\"; x=y' http-equiv='Content-Type'>"},
	{"<meta http-equiv=content-type content=\"text/html; charset=&quot;latin1&quot;\">", "latin1",
		"<meta http-equiv=content-type content=\"text/html; charset=&quot;utf-8&quot;\">"},
	{"<meta http-equiv=content-type content=\"text/html&#59; charset&equals;latin1&semi;x\">", "latin1",
		"<meta http-equiv=content-type content=\"text/html&#59; charset&equals;utf-8&semi;x\">"},
	{"<meta http-equiv='content-type' content='charset charset=latin1 x'>", "latin1",
		"<meta http-equiv='content-type' content='charset charset=utf-8 x'>"},
	{"<meta http-equiv='content-type' content='text/html'>", NULL, NULL},
	{"<meta http-equiv='content-type' content='text/html; charset='>", NULL, NULL},
	{"<meta http-equiv='content-type' content='text/html; charset'>", NULL, NULL},
	{"<meta http-equiv='refresh' content='text/html; charset=latin1'>", NULL, NULL},
	{"<meta name='x' content='text/html; charset=latin1'>", NULL, NULL},
	{"<meta http-equiv='content-type' content='a; charset=latin1' content='b; charset=latin2'>", "latin1",
		"<meta http-equiv='content-type' content='a; charset=utf-8' content='b; charset=latin2'>"},
	{"<meta charset=latin1><p><meta charset=latin2>", "latin1", "<meta charset=utf-8><p><meta charset=utf-8>"},
	/* none of these is a meta tag */
	{"<!-- <meta charset=latin1> -->", NULL, NULL},
	{"<!--[if mso]><meta charset=latin1><![endif]-->", NULL, NULL},
	{"<script>'<meta charset=latin1>'</script>", NULL, NULL},
	{"<style><meta charset=latin1></style><title><meta charset=latin1></title>", NULL, NULL},
	{"<p title='<meta charset=latin1>'>", NULL, NULL},
	{"<svg><title/></svg><meta charset=latin1>", "latin1", "<svg><title/></svg><meta charset=utf-8>"},
	{"<metadata charset=latin1><p charset=latin1><a charset='latin1'>", NULL, NULL},
	{"</meta charset=latin1>", NULL, NULL},
	{"<meta charset='latin1", NULL, NULL},
	{"&lt;meta charset=latin1&gt;", NULL, NULL},
	/* XML declarations */
	{"<?xml version=\"1.0\" encoding=\"latin1\"?><p>", "latin1", "<?xml version=\"1.0\" encoding=\"utf-8\"?><p>"},
	{"<?xml encoding = 'latin1' ?><meta charset=x>", "latin1", "<?xml encoding = 'utf-8' ?><meta charset=utf-8>"},
	{"<?xml version='1.0'?><meta charset=x>", "x", "<?xml version='1.0'?><meta charset=utf-8>"},
	{" <?xml encoding='latin1'?>", NULL, NULL},
	{"<?xml encoding=latin1?>", NULL, NULL},
	{"<?xml encoding='latin1'", NULL, NULL},
	{"<?xmlx encoding='latin1'?>", NULL, NULL},
};

START_TEST(every_stated_charset_becomes_utf_8)
{
	size_t n = strlen(cases[_i].in), from, to;
	char *s = malloc(n + !n);
	memcpy(s, cases[_i].in, n);
	bool found = html_meta_charset(s, n, &from, &to);
	ck_assert_int_eq(found, !!cases[_i].charset);
	if (found) {
		ck_assert_uint_eq(to - from, strlen(cases[_i].charset));
		ck_assert(!memcmp(s + from, cases[_i].charset, to - from));
	}
	struct buf out = BUF_ZERO;
	ck_assert(html_meta_correct(s, n, &out) && buf_putc(&out, 0));
	ck_assert_str_eq(out.s, cases[_i].out ? cases[_i].out : cases[_i].in);
	buf_free(&out);
	free(s);
}
END_TEST

/* Repeated, each of these takes long if the code searches for anything twice. */
START_TEST(time_is_linear)
{
	static char const *const units[] = {
		"<meta charset=koi8-r>", "<meta charset ", "<meta http-equiv=content-type content='charset ", "<?xml encoding",
		"<?xml encoding='", "<!--", "charset=",
	};
	char const *unit = units[_i];
	size_t const size = 1 << 20, len = strlen(unit);
	char *s = malloc(size);
	for (size_t i = 0; i < size; i++)
		s[i] = unit[i % len];
	struct buf out = BUF_ZERO;
	ck_assert(html_meta_correct(s, size, &out));
	ck_assert_uint_ge(out.len, size / 2);
	buf_free(&out);
	free(s);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("html_meta");
	TCase *c = unit_case("html_meta");
	tcase_add_loop_test(c, every_stated_charset_becomes_utf_8, 0, sizeof cases / sizeof *cases);
	tcase_add_loop_test(c, time_is_linear, 0, 7);
	suite_add_tcase(s, c);
	return s;
}
