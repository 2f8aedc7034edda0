/* Published sends: what is written is read, and a damaged file is noticed. */
#include "send/publish.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int dir;

static void make_folder(void)
{
	unit_make_folder();
	dir = open(unit_folder, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(dir, 0);
}

static void remove_folder(void)
{
	close(dir);
	unit_remove_folder();
}

static struct publish_text text(char const *s)
{
	return (struct publish_text){s, strlen(s)};
}

static bool is_text(struct publish_text t, char const *s)
{
	return t.n == strlen(s) && memcmp(t.s, s, t.n) == 0;
}

/* A MAC that the test can recognize in a token: each octet is the key's number. */
static bool fake_mac(void const *keys, unsigned char key, void const *s, size_t n, unsigned char mac[TOKEN_MAC])
{
	(void)keys, (void)s, (void)n;
	memset(mac, key, TOKEN_MAC);
	return true;
}

static struct stencil page;

static bool write_one(uint64_t send)
{
	static struct buf slots;
	struct publish_text const links[] = {text("https://a.example/?x=\xc3\xb1&y=1"), text("http://b.example/")};
	stencil_free(&page);
	slots.len = 0;
	ck_assert(stencil_puts(&page, "<a href=https://l.example/c/") && stencil_slot(&page, TOKEN_CLICK, 2)
		&& stencil_puts(&page, ">x</a><a href=https://l.example/u/") && stencil_slot(&page, TOKEN_UNSUBSCRIBE, 0)
		&& stencil_puts(&page, ">y</a>"));
	ck_assert(stencil_write_slots(&slots, &page));
	struct published const p = {.plan = 3, .send = send, .language = 18, .sender = text("La tienda"),
		.subject = text(""), .url = text("https://l.example"), .page = {page.octets.s, page.octets.len},
		.slots = {slots.s, slots.len}};
	return publish_write(dir, &p, links, 2);
}

START_TEST(a_send_reads_as_it_was_written)
{
	struct published p;
	struct publish_text url;
	char path[100];
	struct stat st;
	ck_assert(write_one(71166));
	snprintf(path, sizeof path, "%s/166/71166.cdb", unit_folder);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
	ck_assert_int_eq(publish_open(&p, unit_folder, 71166), PUBLISH_FOUND);
	ck_assert_uint_eq(p.plan, 3);
	ck_assert_uint_eq(p.send, 71166);
	ck_assert_uint_eq(p.language, 18);
	ck_assert(is_text(p.sender, "La tienda") && is_text(p.subject, "") && is_text(p.url, "https://l.example"));
	ck_assert_int_eq(publish_link(&p, 1, &url), PUBLISH_FOUND);
	ck_assert(is_text(url, "https://a.example/?x=\xc3\xb1&y=1"));
	ck_assert_int_eq(publish_link(&p, 2, &url), PUBLISH_FOUND);
	ck_assert(is_text(url, "http://b.example/"));
	ck_assert_int_eq(publish_link(&p, 3, &url), PUBLISH_NONE);
	ck_assert_int_eq(publish_link(&p, 0, &url), PUBLISH_NONE);
	publish_close(&p);
	ck_assert_int_eq(publish_open(&p, unit_folder, 71167), PUBLISH_NONE);
	ck_assert_int_eq(publish_open(&p, unit_folder, 166), PUBLISH_NONE);
}
END_TEST

START_TEST(the_page_has_the_tokens_of_its_contact)
{
	struct published p;
	struct buf out = BUF_ZERO;
	struct stencil_filler const filler = {3, 71166, 9, fake_mac, NULL, 5};
	char want[400], click[TOKEN_SIZE + 1] = "", leave[TOKEN_SIZE + 1] = "";
	token_write(click, &(struct token){TOKEN_CLICK, 3, 71166, 9, 2}, 5, fake_mac, NULL);
	token_write(leave, &(struct token){TOKEN_UNSUBSCRIBE, 3, 71166, 9, 0}, 5, fake_mac, NULL);
	snprintf(want, sizeof want, "<a href=https://l.example/c/%s>x</a><a href=https://l.example/u/%s>y</a>", click, leave);
	ck_assert(write_one(71166));
	ck_assert_int_eq(publish_open(&p, unit_folder, 71166), PUBLISH_FOUND);
	ck_assert(publish_page(&out, &p, &filler));
	ck_assert_uint_eq(out.len, strlen(want));
	ck_assert_int_eq(memcmp(out.s, want, out.len), 0);
	buf_free(&out);
	publish_close(&p);
}
END_TEST

START_TEST(writing_again_replaces_the_file)
{
	struct published p;
	ck_assert(write_one(5));
	ck_assert(write_one(5));
	ck_assert_int_eq(publish_open(&p, unit_folder, 5), PUBLISH_FOUND);
	publish_close(&p);
}
END_TEST

START_TEST(a_damaged_file_is_noticed)
{
	struct published p;
	char path[100];
	ck_assert(write_one(5));
	snprintf(path, sizeof path, "%s/5/5.cdb", unit_folder);
	ck_assert_int_eq(truncate(path, 2100), 0);
	errno = 0;
	ck_assert_int_eq(publish_open(&p, unit_folder, 5), PUBLISH_FAILED);
	ck_assert_int_eq(errno, EINVAL);
}
END_TEST

START_TEST(a_folder_that_cannot_be_written_is_an_error)
{
	char path[100];
	snprintf(path, sizeof path, "%s/5", unit_folder);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fclose(f), 0);
	errno = 0;
	ck_assert(!write_one(5));
	ck_assert_int_eq(errno, ENOTDIR);
}
END_TEST

static char const *const bad_slots[] = {
	"0 c 1", "0 c\n", "x c 1\n", "0 c x\n", "0c 1\n", "0 cc 1\n", "999999 c 1\n", "5 c 1\n4 c 1\n", "\n",
	"99999999999999999999999 c 1\n",
};

START_TEST(malformed_slots_are_refused)
{
	struct stencil_slot *slot;
	size_t count;
	ck_assert_msg(!stencil_read_slots(&slot, &count, bad_slots[_i], strlen(bad_slots[_i]), 100), "%s", bad_slots[_i]);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("publish");
	TCase *c = unit_case("publish");
	tcase_add_checked_fixture(c, make_folder, remove_folder);
	tcase_add_test(c, a_send_reads_as_it_was_written);
	tcase_add_test(c, the_page_has_the_tokens_of_its_contact);
	tcase_add_test(c, writing_again_replaces_the_file);
	tcase_add_test(c, a_damaged_file_is_noticed);
	tcase_add_test(c, a_folder_that_cannot_be_written_is_an_error);
	tcase_add_loop_test(c, malformed_slots_are_refused, 0, sizeof bad_slots / sizeof *bad_slots);
	suite_add_tcase(s, c);
	return s;
}
