/* The cid rewriter finds each cid: URL where HTML has URLs, and changes nothing else. */
#include "mail/cid.h"
#include "mail/html.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define URL "https://img.example/i/0.png"

/* Answers every id that does not begin with x; records the ids in `asked`. */
static char asked[1 << 16];

static char const *find(void *data, char const *id, size_t n)
{
	unsigned int *count = data;
	if (count)
		++*count;
	size_t at = strlen(asked);
	if (at + n + 2 < sizeof asked) {
		memcpy(asked + at, id, n);
		memcpy(asked + at + n, "|", 2);
	}
	return n && *id == 'x' ? NULL : URL;
}

static void rewrite(char const *in, size_t n, struct buf *out)
{
	char *copy = malloc(n ? n : 1); /* exact, for the sanitizer */
	memcpy(copy, in, n);
	asked[0] = 0;
	ck_assert(cid_rewrite(copy, n, find, NULL, out));
	free(copy);
}

/* $ is the new URL. out NULL: nothing changes. */
static struct {
	char const *in, *out;
} const cases[] = {
	{"", NULL},
	{"<img src=\"cid:a\">", "<img src=\"$\">"},
	{"<img src='cid:a'>", "<img src='$'>"},
	{"<img src=cid:a>", "<img src=$>"},
	{"<img src=cid:a/>", "<img src=$>"},
	{"<img src=cid:a />", "<img src=$ />"},
	{"<img alt=x src = \"cid:a\" >", "<img alt=x src = \"$\" >"},
	{"<IMG SRC=\"CID:a\"><iMg sRc=Cid:a>", "<IMG SRC=\"$\"><iMg sRc=$>"},
	{"<img\nsrc=\"cid:a\"\n>", "<img\nsrc=\"$\"\n>"},
	{"<img/src=\"cid:a\"/>", "<img/src=\"$\"/>"},
	{"<img src=\" cid:a \">", "<img src=\" $ \">"},
	{"<img src=\"\ncid:\na\n\">", "<img src=\"\n$\n\">"},
	{"<img src=\"xcid:a\"><img src=\"/cid:a\"><img src=\"cid\">", NULL},
	{"<img src=\"cid:x1\">", NULL},
	{"<img src=\"cid:\">", "<img src=\"$\">"},
	{"<td background=cid:a><a href='cid:b'>", "<td background=$><a href='$'>"},
	{"<video poster=cid:a><object data=\"cid:b\"><image xlink:href='cid:c'>",
		"<video poster=$><object data=\"$\"><image xlink:href='$'>"},
	{"<img lowsrc=cid:a dynsrc=cid:b><link imagesrcset='cid:a 1x'>",
		"<img lowsrc=$ dynsrc=$><link imagesrcset='$ 1x'>"},
	{"<v:imagedata src=\"cid:a\" o:href=\"cid:a\">", "<v:imagedata src=\"$\" o:href=\"$\">"},
	/* no place for a URL */
	{"<p>cid:a src=\"cid:a\" url(cid:a)</p>", NULL},
	{"<img alt=\"cid:a\" title='src=\"cid:a\"' data-src=cid:a srcs=cid:a>", NULL},
	{"<img alt=\"<img src=cid:a>\">", NULL},
	{"<!-- <img src=\"cid:a\"> -->", NULL},
	{"<!--><img src=cid:a><!-- -->", "<!--><img src=$><!-- -->"},
	{"<!---><img src=cid:a>", "<!---><img src=$>"},
	{"<!-- --!><img src=cid:a>", "<!-- --!><img src=$>"},
	{"<!--!><img src=cid:a>-->", NULL},
	{"<!-- > -- > <img src=cid:a>", NULL},
	{"<!doctype html \"<img src=cid:a>\">", NULL},
	{"<?xml <img src=cid:a>?>", NULL},
	{"</ <img src=cid:a>>", NULL},
	{"</p title=\"><img src=cid:a>\">", NULL},
	{"<1 src=cid:a>< img src=cid:a>", NULL},
	{"<script>'<img src=cid:a>'</script><img src=cid:a>", "<script>'<img src=cid:a>'</script><img src=$>"},
	{"<script><!-- <script> </script> <img src=cid:a> --></script>", NULL},
	{"<script><!-- </script><img src=cid:a>", "<script><!-- </script><img src=$>"},
	{"<script></scripty><img src=cid:a></script >", NULL},
	{"<title><img src=cid:a></title><textarea><img src=cid:a></textarea>", NULL},
	{"<xmp><img src=cid:a></xmp><plaintext></plaintext><img src=cid:a>", NULL},
	{"<noscript><img src=cid:a></noscript>", "<noscript><img src=$></noscript>"},
	{"<img src=\"cid:a", NULL},
	{"<img src=cid:a", "<img src=$"},
	{"<img src=\"http://h/?u=cid:a\">", NULL},
	/* conditional comments */
	{"<!--[if mso]><v:fill src=\"cid:a\"/><![endif]-->", "<!--[if mso]><v:fill src=\"$\"/><![endif]-->"},
	{"<!-- [IF gte mso 9]><v:imagedata src='cid:a'></xml><![endif]--><img src=cid:b>",
		"<!-- [IF gte mso 9]><v:imagedata src='$'></xml><![endif]--><img src=$>"},
	{"<!--[if !mso]><!--><img src=cid:a><!--<![endif]-->", "<!--[if !mso]><!--><img src=$><!--<![endif]-->"},
	{"<![if !mso]><img src=cid:a><![endif]>", "<![if !mso]><img src=$><![endif]>"},
	{"<!--[if mso]><!-- [if x]><img src=cid:a><![endif]-->", NULL},
	{"<!--[if mso]><style>a{b:url(cid:a)}</style><![endif]--><img src=cid:b>",
		"<!--[if mso]><style>a{b:url($)}</style><![endif]--><img src=$>"},
	{"<!--[if mso]><img alt=\"--><img src=cid:a>", "<!--[if mso]><img alt=\"--><img src=$>"},
	{"<!--[iffy]><img src=cid:a>-->", NULL},
	{"<!--[if mso <img src=cid:a>-->", NULL},
	/* SVG and MathML: `<x/>` is a whole element, no raw text, CDATA; and where an <svg> or <math>
	   ends */
	{"<svg><title/><path/></svg><img src=cid:a>", "<svg><title/><path/></svg><img src=$>"},
	{"<svg><style/><path/></svg><img src=cid:a>", "<svg><style/><path/></svg><img src=$>"},
	{"<svg><script/><path/></svg><img src=cid:a>", "<svg><script/><path/></svg><img src=$>"},
	{"<svg><textarea/><path/></svg><img src=cid:a>", "<svg><textarea/><path/></svg><img src=$>"},
	{"<svg><xmp/><path/></svg><img src=cid:a>", "<svg><xmp/><path/></svg><img src=$>"},
	{"<svg><iframe/><path/></svg><img src=cid:a>", "<svg><iframe/><path/></svg><img src=$>"},
	{"<svg><noembed/><path/></svg><img src=cid:a>", "<svg><noembed/><path/></svg><img src=$>"},
	{"<svg><noframes/><path/></svg><img src=cid:a>", "<svg><noframes/><path/></svg><img src=$>"},
	{"<svg><plaintext/><path/></svg><img src=cid:a>", "<svg><plaintext/><path/></svg><img src=$>"},
	{"<svg><title lang=x /></svg><img src=cid:a>", "<svg><title lang=x /></svg><img src=$>"},
	{"<math><mrow><style/></mrow></math><img src=cid:a>", "<math><mrow><style/></mrow></math><img src=$>"},
	{"<SVG><g><TITLE/></g></SVG><img src=cid:a>", "<SVG><g><TITLE/></g></SVG><img src=$>"},
	{"<svg><script>x</script></svg><img src=cid:a>", "<svg><script>x</script></svg><img src=$>"},
	{"<svg><textarea><img src=cid:a>", "<svg><textarea><img src=$>"},
	{"<svg><title a=/><image href=cid:a /></svg><title/><img src=cid:a>",
		"<svg><title a=/><image href=$ /></svg><title/><img src=cid:a>"},
	{"<svg/><title/><img src=cid:a>", NULL},
	{"<svg></svg><title/><img src=cid:a>", NULL},
	{"<svg><svg></svg></svg><title/><img src=cid:a>", NULL},
	{"<svg><svg></svg><title/></svg><img src=cid:a>", "<svg><svg></svg><title/></svg><img src=$>"},
	{"<svg><title><title/><img src=cid:a>", NULL},
	{"<svg><foreignObject><title/><img src=cid:a>", NULL},
	{"<svg><foreignObject><p></p></foreignObject><title/></svg><img src=cid:a>",
		"<svg><foreignObject><p></p></foreignObject><title/></svg><img src=$>"},
	{"<svg><foreignObject><svg><title/></svg></foreignObject><title/></svg><img src=cid:a>",
		"<svg><foreignObject><svg><title/></svg></foreignObject><title/></svg><img src=$>"},
	{"<svg><title><title>x</title></title><title/></svg><img src=cid:a>",
		"<svg><title><title>x</title></title><title/></svg><img src=$>"},
	{"<svg><foreignObject><p></svg><title></title><img src=cid:a>",
		"<svg><foreignObject><p></svg><title></title><img src=$>"},
	{"<svg><desc><svg><g></desc><title/></svg><img src=cid:a>",
		"<svg><desc><svg><g></desc><title/></svg><img src=$>"},
	{"<svg><p><title/><img src=cid:a>", NULL},
	{"<svg></p><title/><img src=cid:a>", NULL},
	{"<svg></BR><title/><img src=cid:a>", NULL},
	{"<svg></div><title/></svg><img src=cid:a>", "<svg></div><title/></svg><img src=$>"},
	{"<svg><font color=red><title/><img src=cid:a>", NULL},
	{"<svg><font><title/></svg><img src=cid:a>", "<svg><font><title/></svg><img src=$>"},
	{"<math><mtext><title/><img src=cid:a>", NULL},
	{"<math><annotation-xml encoding=\"Text/HTML\"><title/><img src=cid:a>", NULL},
	{"<math><annotation-xml encoding=x><title/></math><img src=cid:a>",
		"<math><annotation-xml encoding=x><title/></math><img src=$>"},
	{"<svg><desc><![CDATA[ > <title> ]]> ]]></desc></svg><img src=cid:a>",
		"<svg><desc><![CDATA[ > <title> ]]> ]]></desc></svg><img src=$>"},
	{"<svg><![CDATA[><img src=cid:a>]]", NULL},
	{"<svg><![CDATA[]]><title/></svg><img src=cid:a>", "<svg><![CDATA[]]><title/></svg><img src=$>"},
	{"<![CDATA[><img src=cid:a>]]>", "<![CDATA[><img src=$>]]>"},
	{"<svg><style>a{b:url(cid:a)}</style></svg><img src=cid:a>", "<svg><style>a{b:url($)}</style></svg><img src=$>"},
	{"<svg><style><![CDATA[a>b{c:url(cid:a)} </style> ]]>d{e:url(cid:a)}</style><title/></svg><img src=cid:a>",
		"<svg><style><![CDATA[a>b{c:url($)} </style> ]]>d{e:url($)}</style><title/></svg><img src=$>"},
	{"<svg><style>a{b:c}<g/>url(cid:a)</style></svg>", "<svg><style>a{b:c}<g/>url(cid:a)</style></svg>"},
	{"<svg><style>a<!-- <g> --> b{c:url(cid:a)}</style></svg>",
		"<svg><style>a<!-- <g> --> b{c:url($)}</style></svg>"},
	{"<!--[if mso]><svg><![endif]--><title></title><svg><!--[if x]><title></title><![endif]--><title/></svg><img src=cid:a>",
		"<!--[if mso]><svg><![endif]--><title></title><svg><!--[if x]><title></title><![endif]--><title/></svg><img src=$>"},
	/* srcset */
	{"<img srcset=\"cid:a 1x, cid:b 2x\">", "<img srcset=\"$ 1x, $ 2x\">"},
	{"<img srcset=\"cid:a 1x,cid:b 2x,\">", "<img srcset=\"$ 1x,$ 2x,\">"},
	{"<img srcset=\"cid:a, cid:b,\">", "<img srcset=\"$, $,\">"},
	{"<img srcset=\"cid:a,, http://h/cid:a 3x, cid:x1 4x\">", "<img srcset=\"$,, http://h/cid:a 3x, cid:x1 4x\">"},
	{"<img srcset=\" , cid:a (1,cid:b) 2x,cid:c\">", "<img srcset=\" , $ (1,cid:b) 2x,$\">"},
	{"<img srcset=cid:a>", "<img srcset=$>"},
	{"<img srcset=\"http://h/a cid:b\">", NULL},
	/* CSS */
	{"<p style=\"background:url(cid:a)\">", "<p style=\"background:url($)\">"},
	{"<p style=\"background:url('cid:a')\">", "<p style=\"background:url('$')\">"},
	{"<p style='background:url(\"cid:a\") no-repeat'>", "<p style='background:url(\"$\") no-repeat'>"},
	{"<p style=\"b:url(&quot;cid:a&quot;)\">", "<p style=\"b:url(&quot;$&quot;)\">"},
	{"<p style=\"b:url(&#39;cid:a&#39;)\">", "<p style=\"b:url(&#39;$&#39;)\">"},
	{"<p style=b:URL(cid:a)>", "<p style=b:URL($)>"},
	{"<p style=\"b: url( cid:a )\">", "<p style=\"b: url( $ )\">"},
	{"<p style=\"b:url(cid:a\">", "<p style=\"b:url($\">"},
	{"<p style=\"b:url('cid:a\">", "<p style=\"b:url('$\">"},
	{"<p style=\"b:myurl(cid:a);c:'url(cid:a)';content:'cid:a'\">", NULL},
	{"<p style=\"/* url(cid:a) */b:url(cid:a)\">", "<p style=\"/* url(cid:a) */b:url($)\">"},
	{"<p style=\"/* url(cid:a)\">", NULL},
	{"<p style=\"b:#url(cid:a) @url(cid:a) \\}url(cid:a) \\url(cid:a\\\n)\">", NULL},
	{"<p style=\"b:\\75rl(cid:a) \\55 R\\l(cid:a)\">", "<p style=\"b:\\75rl($) \\55 R\\l($)\">"},
	{"<style><!--url(cid:a) --></style>", "<style><!--url($) --></style>"},
	{"<p style=\"b:url(cid:a b);c:url(cid:a'b);d:url(cid:(a)\">", NULL},
	{"<p style=\"b:url(cid:a b) url(cid:c)\">", "<p style=\"b:url(cid:a b) url($)\">"},
	{"<p style=\"b:url(\\63 id:a) url('c\\000069d:a')\">", "<p style=\"b:url($) url('$')\">"},
	{"<p style=\"b:image-set('cid:a' 1x, url(cid:b) 2x, 'cid:c' type('cid:d'));c:'cid:e'\">",
		"<p style=\"b:image-set('$' 1x, url($) 2x, '$' type('cid:d'));c:'cid:e'\">"},
	{"<p style=\"b:-webkit-image-set(src('cid:a') 1x)\">", "<p style=\"b:-webkit-image-set(src('$') 1x)\">"},
	{"<style>a{b:url(cid:a)}</style><p>url(cid:a)", "<style>a{b:url($)}</style><p>url(cid:a)"},
	{"<style><!-- a{b:url('cid:a')} --></style>", "<style><!-- a{b:url('$')} --></style>"},
	{"<style>a{b:url(&quot;cid:a&quot;)}</style>", NULL},
	{"<style>@import url(cid:a); @import 'cid:b';</style>", "<style>@import url($); @import 'cid:b';</style>"},
	{"<style>a{b:'x\nurl(cid:a)}</style>", "<style>a{b:'x\nurl($)}</style>"},
	{"<style>a{b:'x\\\nurl(cid:a)'}</style>", NULL},
	{"<style>a{b:url(cid:a)}", "<style>a{b:url($)}"},
	{"<style></stylex>a{b:url(cid:a)}</STYLE >b{c:url(cid:a)}",
		"<style></stylex>a{b:url($)}</STYLE >b{c:url(cid:a)}"},
	{"<style/>a{b:url(cid:a)}", "<style/>a{b:url($)}"},
	/* references */
	{"<img src=\"&#99;id:a\"><img src=\"cid&#x3A;a\"><img src='cid&colon;a'>",
		"<img src=\"$\"><img src=\"$\"><img src='$'>"},
	{"<img src=\"&#99id:a\"><img src=cid:a&amp;b>", "<img src=\"$\"><img src=$>"},
	{"<p style=\"b:url(&quot\\63id:a&quot)\">", "<p style=\"b:url(&quot;$&quot)\">"},
	{"<img src=\"c&Tab;id:&NewLine;a\">", "<img src=\"$\">"},
	{"<img src=\"&#32;cid:a&#32;\">", "<img src=\"&#32;$&#32;\">"},
};

START_TEST(cid_urls_are_replaced_where_html_has_urls)
{
	char want[1000];
	size_t n = 0;
	char const *pattern = cases[_i].out ? cases[_i].out : cases[_i].in;
	for (; *pattern; pattern++)
		n += (size_t)snprintf(want + n, sizeof want - n, *pattern == '$' ? "%s" : "%.1s",
			*pattern == '$' ? URL : pattern);
	want[n] = 0;
	struct buf out = BUF_ZERO;
	rewrite(cases[_i].in, strlen(cases[_i].in), &out);
	ck_assert(buf_putc(&out, 0));
	ck_assert_str_eq(out.s, want);
	buf_free(&out);
}
END_TEST

/* The ids that the callback gets: HTML and CSS escapes are undone, percent-encoding is not. */
static struct {
	char const *in, *asked;
} const ids[] = {
	{"<img src=\"cid:a%40b\">", "a%40b|"},
	{"<img src=\"cid:a&#64;b&amp;c\">", "a@b&c|"},
	{"<img src=\"cid:a&commat;b&lowbar;c&period;d\">", "a@b_c.d|"},
	{"<img src=\"cid:a&ampb&amp1&lt=&nosuch;&#;&#x;&\">", "a&ampb&amp1&lt=&nosuch;&#;&#x;&|"},
	{"<img src=\"cid:&#241;&#xF1;&#x1F600;&#0;&#xD800;&#99999999999;\">", "ññ😀\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|"},
	{"<p style=\"b:url('cid:a\\'b\\26 c\\\nd')\">", "a'b&cd|"},
	{"<p style=\"b:url(cid:a\\)b\\0000e9x)\">", "a)béx|"},
	{"<img src='cid:a b'>", "a b|"},
	{"<img src=cid:a><img src=cid:a2>", "a|a2|"},
	{"<img srcset='cid:a,b 1x,cid:c'>", "a,b|c|"},
	{"<img src='cid:\xff\xf1'>", "\xff\xf1|"},
};

START_TEST(the_callback_gets_the_id_without_escapes)
{
	struct buf out = BUF_ZERO;
	rewrite(ids[_i].in, strlen(ids[_i].in), &out);
	ck_assert_str_eq(asked, ids[_i].asked);
	buf_free(&out);
}
END_TEST

START_TEST(percent_encoding_is_undone)
{
	static char const *const in_out[][2] = {
		{"a%40b", "a@b"}, {"%", "%"}, {"%4", "%4"}, {"%4g", "%4g"}, {"%%41", "%A"},
		{"%2f%2F", "//"}, {"", ""}, {"%25%34%30", "%40"},
	};
	for (size_t i = 0; i < sizeof in_out / sizeof *in_out; i++) {
		char s[20];
		strcpy(s, in_out[i][0]);
		s[cid_decode(s, strlen(s))] = 0;
		ck_assert_str_eq(s, in_out[i][1]);
	}
}
END_TEST

START_TEST(a_safe_url_has_no_special_octets)
{
	ck_assert(cid_safe("") && cid_safe("https://a.example:8/b_c~d/[::1]?x=%41"));
	for (char const *c = " \t\n\"'<>&(),;`\\{}|^#\x7f\xc3"; *c; c++) {
		char const s[] = {'a', *c, 0};
		ck_assert_msg(!cid_safe(s), "%s", s);
	}
}
END_TEST

/* Removes the new URLs: the rest must be the input without its cids. */
static void remove_all(struct buf *b, char const *what)
{
	size_t n = strlen(what), to = 0;
	for (size_t i = 0; i < b->len;) {
		if (b->len - i >= n && !memcmp(b->s + i, what, n))
			i += n;
		else
			b->s[to++] = b->s[i++];
	}
	b->len = to;
}

/* True if `less` is `all` without some of its octets. */
static bool is_subsequence(struct buf const *less, char const *all, size_t n)
{
	size_t i = 0;
	for (size_t k = 0; k < n && i < less->len; k++)
		i += less->s[i] == all[k];
	return i == less->len;
}

static uint32_t seed;

static uint32_t chance(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* Pieces of markup that move the readers into each other's states. */
static char const *const pieces[] = {
	"<img src=\"cid:a\">", "<img ", "src=", "srcset=\"", "style='", "url(", "cid:a", "cid:b 2x,", "\"", "'", ">",
	"<style>", "</style>", "<script>", "</script>", "<!--", "-->", "<!--[if x]>", "<![endif]-->", "/*", "*/", "\\",
	"&quot;", "&#99;", "&", ")", "(", " ", "\n", "=", "/", "<", "image-set(", "<title>", "</title>",
	"<svg>", "</svg>", "<title/>", "<desc>", "</desc>", "<![CDATA[", "]]>", "<p>", "\xff", "%40", ",",
};

static size_t compose(char *s, size_t room)
{
	size_t n = 0;
	for (uint32_t k = chance(40); k; k--) {
		char const *p = pieces[chance(sizeof pieces / sizeof *pieces)];
		if (n + strlen(p) > room)
			break;
		memcpy(s + n, p, strlen(p));
		n += strlen(p);
	}
	if (n && !chance(3))
		s[chance((uint32_t)n)] = (char)chance(256);
	return n;
}

/* In each round only URLs change, a second pass finds no more ids, and the number of tags stays. */
START_TEST(all_other_octets_stay_in_any_html)
{
	char s[2000];
	seed = (uint32_t)_i;
	for (int round = 0; round < 1500; round++) {
		size_t n = compose(s, sizeof s);
		struct buf out = BUF_ZERO, again = BUF_ZERO;
		rewrite(s, n, &out);
		rewrite(out.s ? out.s : "", out.len, &again);
		ck_assert_msg(!strstr(asked, "a|") && !strstr(asked, "b|"), "%.*s", (int)n, s);
		ck_assert(again.len == out.len && !memcmp(again.s ? again.s : "", out.s ? out.s : "", out.len));
		struct html was, is;
		html_start(&was, s, n);
		html_start(&is, out.s ? out.s : "", out.len);
		enum html_token t;
		do {
			t = html_next(&was);
			ck_assert_int_eq(html_next(&is), t);
		} while (t != HTML_END);
		remove_all(&out, URL);
		ck_assert(is_subsequence(&out, s, n));
		buf_free(&out);
		buf_free(&again);
	}
}
END_TEST

/* Inputs of 1 MB that take long if the code searches for anything twice. The time limit is the
   test. */
START_TEST(time_is_linear)
{
	static char const *const units[] = {
		"<!--", "<!--[if x]>", "<img src=\"cid:a\">", "<", "<img ", "<style>", "<script><!--<script", "url(",
		"<img srcset=\"cid:a,", "<p style=\"url('", "&", "<p style=/*", "--!", "[if ", "<p a='", "</style", "&#x1",
		"<!--[if x]><style>/*<!--", "<svg><![CDATA[", "<svg>", "<svg><desc>", "<svg><style><!--", "<svg><title/></title>",
		"<svg><font>",
	};
	char const *unit = units[_i];
	size_t const size = 1 << 20, len = strlen(unit);
	char *s = malloc(size);
	for (size_t i = 0; i < size; i++)
		s[i] = unit[i % len];
	struct buf out = BUF_ZERO;
	unsigned int count = 0;
	ck_assert(cid_rewrite(s, size, find, &count, &out));
	ck_assert_uint_ge(out.len, size / 2);
	buf_free(&out);
	free(s);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("cid");
	TCase *c = unit_case("cid");
	tcase_add_loop_test(c, cid_urls_are_replaced_where_html_has_urls, 0, sizeof cases / sizeof *cases);
	tcase_add_loop_test(c, the_callback_gets_the_id_without_escapes, 0, sizeof ids / sizeof *ids);
	tcase_add_test(c, percent_encoding_is_undone);
	tcase_add_test(c, a_safe_url_has_no_special_octets);
	tcase_add_loop_test(c, all_other_octets_stay_in_any_html, 0, 8);
	tcase_add_loop_test(c, time_is_linear, 0, 24);
	suite_add_tcase(s, c);
	return s;
}
