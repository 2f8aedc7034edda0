/* The session cache: what is found again, by whom, for how long, and what is not. */
#include "tls/sessions.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/saca-unit.XXXXXX", file[64], keyfile[64];
static struct server server;
static struct sessions cache;
static char const *why;

static void start(void)
{
	strcpy(folder, "/tmp/saca-unit.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	sprintf(file, "%s/cache", folder);
	sprintf(keyfile, "%s/cache.key", folder);
	ck_assert(sessions_make(file, 64, &why));
	ck_assert(sessions_open(&cache, file, &why));
	ck_assert(server_init(&server, NULL, 0, BR_TLS12));
	sessions_join(&cache, &server);
	sessions_name(&cache, (unsigned char const *)"a", 1);
}

static void stop(void)
{
	char temp[80];
	sessions_close(&cache);
	unlink(file);
	unlink(keyfile);
	sprintf(temp, "%s.new", file);
	unlink(temp);
	rmdir(folder);
}

static br_ssl_session_parameters session(unsigned int id)
{
	br_ssl_session_parameters p = {.session_id_len = 32, .version = BR_TLS12,
		.cipher_suite = BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256};
	memset(p.session_id, 7, 32);
	memcpy(p.session_id, &id, sizeof id);
	memset(p.master_secret, (int)(id & 0xff), 48);
	return p;
}

static void keep(unsigned int id)
{
	br_ssl_session_parameters p = session(id);
	cache.cache->save(&cache.cache, &server.ctx, &p);
}

/* Found, and the same as was kept? */
static bool found(unsigned int id)
{
	br_ssl_session_parameters was = session(id), p = was;
	memset(p.master_secret, 0xee, 48);
	p.version = p.cipher_suite = 0;
	if (!cache.cache->load(&cache.cache, &server.ctx, &p))
		return false;
	ck_assert_uint_eq(p.version, was.version);
	ck_assert_uint_eq(p.cipher_suite, was.cipher_suite);
	ck_assert_mem_eq(p.master_secret, was.master_secret, 48);
	return true;
}

START_TEST(finds_what_was_kept)
{
	ck_assert(!found(1));
	keep(1);
	keep(2);
	ck_assert(found(1));
	ck_assert(found(2));
	ck_assert(found(1));
	ck_assert(!found(3));
}
END_TEST

START_TEST(finds_it_from_another_process)
{
	struct sessions other;
	keep(1);
	ck_assert(sessions_open(&other, file, &why));
	ck_assert_mem_eq(other.secrets[0].key, cache.secrets[0].key, SESSIONS_SECRET);
	sessions_close(&cache);
	cache = other;
	sessions_join(&cache, &server);
	ck_assert(!found(1)); /* it does not know the server's name */
	sessions_name(&cache, (unsigned char const *)"a", 1);
	ck_assert(found(1));
}
END_TEST

START_TEST(keeps_names_apart)
{
	keep(1);
	sessions_name(&cache, (unsigned char const *)"b", 1);
	ck_assert(!found(1));
	sessions_name(&cache, NULL, 0);
	ck_assert(!found(1));
	sessions_name(&cache, (unsigned char const *)"a", 1);
	ck_assert(found(1));
}
END_TEST

START_TEST(takes_only_what_the_server_would)
{
	br_ssl_session_parameters p = session(1);
	p.version = BR_TLS11;
	cache.cache->save(&cache.cache, &server.ctx, &p);
	ck_assert(!found(1));
	p = session(2);
	p.cipher_suite = BR_TLS_RSA_WITH_AES_128_GCM_SHA256;
	cache.cache->save(&cache.cache, &server.ctx, &p);
	ck_assert(!found(2));
}
END_TEST

START_TEST(remembers_one_hour_more)
{
	keep(1);
	cache.secrets[1] = cache.secrets[0]; /* the hour strikes */
	memset(cache.secrets[0].key, 1, SESSIONS_SECRET);
	ck_assert(found(1));
	keep(2);
	cache.secrets[1] = cache.secrets[0]; /* and again */
	memset(cache.secrets[0].key, 2, SESSIONS_SECRET);
	ck_assert(!found(1));
	ck_assert(found(2));
}
END_TEST

/* A full table takes new ones, and forgets the old. */
START_TEST(is_bounded)
{
	struct stat before, after;
	unsigned int n, last = 0;
	ck_assert_int_eq(stat(file, &before), 0);
	for (n = 0; n < 1000; n++) {
		keep(n);
		ck_assert(found(n));
	}
	for (n = 0; n < 1000; n++)
		last += found(n);
	ck_assert_uint_gt(last, 30);
	ck_assert_uint_le(last, 64);
	ck_assert_int_eq(stat(file, &after), 0);
	ck_assert_int_eq(before.st_size, after.st_size);
}
END_TEST

/* Whatever octet is changed, the session is not found, and nothing worse happens. */
START_TEST(opens_nothing_that_was_touched)
{
	unsigned char all[512 * 20];
	keep(1);
	int fd = open(file, O_RDWR);
	ssize_t n = read(fd, all, sizeof all);
	ck_assert_int_gt(n, 1024);
	size_t at = 512;
	while (!all[at])
		at++; /* the entry: 92 octets behind here */
	size_t changed = 0;
	for (size_t i = 0; i < 92; i++) {
		unsigned char c = all[at + i] ^ 0x10;
		ck_assert_int_eq(pwrite(fd, &c, 1, (off_t)(at + i)), 1);
		changed += !found(1);
		ck_assert_int_eq(pwrite(fd, all + at + i, 1, (off_t)(at + i)), 1);
	}
	ck_assert_uint_eq(changed, 92);
	ck_assert(found(1));
	for (size_t i = 1; i < 92; i++) { /* half of another entry */
		unsigned char torn[92] = {0};
		memcpy(torn, all + at, i);
		ck_assert_int_eq(pwrite(fd, torn, 92, (off_t)at), 92);
		ck_assert(!found(1));
	}
	ck_assert_int_eq(ftruncate(fd, 512), 0);
	ck_assert(!found(1));
	keep(2);
	ck_assert(!found(2));
	close(fd);
}
END_TEST

static void edit_key(off_t at, void const *s, size_t n)
{
	int fd = open(keyfile, O_WRONLY);
	ck_assert_int_eq(pwrite(fd, s, n, at), (ssize_t)n);
	close(fd);
}

static void again(struct sessions_secret was[2])
{
	memcpy(was, cache.secrets, sizeof cache.secrets);
	sessions_close(&cache);
	ck_assert_msg(sessions_open(&cache, file, &why), "%s", why);
	ck_assert(cache.secrets[0].known);
}

START_TEST(replaces_its_secret)
{
	struct sessions_secret was[2];
	again(was);
	ck_assert_mem_eq(cache.secrets[0].key, was[0].key, SESSIONS_SECRET);
	ck_assert(!cache.secrets[1].known);
	off_t slot = (off_t)(cache.secrets[0].period & 1) * 64;
	edit_key(slot + 20, "\1\2\3\4\5\6\7", 7); /* half-written */
	again(was);
	ck_assert_mem_ne(cache.secrets[0].key, was[0].key, SESSIONS_SECRET);
	edit_key(slot, "\1\0\0\0\0\0\0\0", 8); /* of long ago */
	again(was);
	ck_assert_mem_ne(cache.secrets[0].key, was[0].key, SESSIONS_SECRET);
	ck_assert_uint_eq(cache.secrets[0].period, was[0].period);
}
END_TEST

START_TEST(wants_its_files_right)
{
	struct sessions s;
	char other[64];
	ck_assert_int_eq(chmod(keyfile, 0640), 0);
	ck_assert(!sessions_open(&s, file, &why));
	ck_assert_int_eq(s.fd, -1);
	ck_assert_int_eq(chmod(keyfile, 0600), 0);
	ck_assert(!sessions_open(&s, keyfile, &why));
	sprintf(other, "%s/none", folder);
	ck_assert(!sessions_open(&s, other, &why));
	ck_assert_int_eq(errno, ENOENT);
	ck_assert(!sessions_make(keyfile, 64, &why));
	ck_assert(sessions_make(file, 64, &why));
	ck_assert(sessions_open(&s, file, &why));
	sessions_close(&s);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("tlssessions");
	TCase *c = unit_case("tlssessions");
	tcase_add_checked_fixture(c, start, stop);
	tcase_add_test(c, finds_what_was_kept);
	tcase_add_test(c, finds_it_from_another_process);
	tcase_add_test(c, keeps_names_apart);
	tcase_add_test(c, takes_only_what_the_server_would);
	tcase_add_test(c, remembers_one_hour_more);
	tcase_add_test(c, is_bounded);
	tcase_add_test(c, opens_nothing_that_was_touched);
	tcase_add_test(c, replaces_its_secret);
	tcase_add_test(c, wants_its_files_right);
	suite_add_tcase(s, c);
	return s;
}
