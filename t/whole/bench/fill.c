/* Makes contacts for the importer, and inserts the same ones by a bare loop of the database.
     fill spool SPOOL first files recipients   files for saca-import, in SPOOL/new
     fill sqlite STORE first files recipients  their rows of contact and group_member by
                                               prepared statements, a transaction a file
     fill copy first files recipients          what psql takes for the same: COPY, INSERT
   File f, counted from `first`, has the recipients from f * recipients on. Their addresses
   are scattered, so that an index does not grow at one end. Prints seconds (sqlite). Exit
   100: misuse; 111: a failure. */
#define _GNU_SOURCE
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DATE "2026-01-02T03:04:05Z"
#define ADDRESS 40

static _Noreturn void die(char const *what)
{
	fprintf(stderr, "fill: %s failed\n", what);
	exit(111);
}

static int compare(void const *a, void const *b)
{
	return strcmp(a, b);
}

/* The addresses of a file, in order. Different numbers make different addresses: the
   multiplier is odd. */
static char (*addresses(uint64_t file, size_t recipients))[ADDRESS]
{
	char (*a)[ADDRESS] = malloc(recipients * sizeof *a);
	if (!a)
		die("memory");
	for (size_t i = 0; i < recipients; i++) {
		uint32_t scattered = (uint32_t)(file * recipients + i) * UINT32_C(2654435761);
		snprintf(a[i], sizeof a[i], "contacto%08x@example.org", scattered);
	}
	qsort(a, recipients, sizeof *a, compare);
	return a;
}

/* --- Files of the spool (saca-spool(5)) ------------------------------------------------- */

static void spool_file(char const *spool, uint64_t file, char (*a)[ADDRESS], size_t n)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/new/%064llx", spool, (unsigned long long)file + 1);
	FILE *f = fopen(path, "w");
	if (!f)
		die(path);
	fprintf(f, "Return-Path: <remitente@example.com>\nX-Saca-Send: %llu\nX-Saca-Id: %032llx\n"
		"X-Saca-User: victor.acme\nX-Saca-Ip: 192.0.2.7\nX-Saca-Date: " DATE "\nX-Saca-Recipients: %zu\n",
		(unsigned long long)file + 1, (unsigned long long)file + 1, n);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "Delivered-To: %s\n", a[i]);
	fprintf(f, "Received: from x (192.0.2.7) by bench.example with ESMTPA id %032llx; "
		"Fri, 02 Jan 2026 03:04:05 +0000\n"
		"Message-ID: <%llu@bench.example>\nSubject: Carga\nMIME-Version: 1.0\n"
		"Content-Type: multipart/alternative; boundary=corte\n\n--corte\nContent-Type: text/plain\n\nHola.\n"
		"--corte\nContent-Type: text/html\n\n<p>Hola.</p>\n--corte--\n",
		(unsigned long long)file + 1, (unsigned long long)file + 1);
	if (fclose(f) != 0)
		die(path);
}

/* --- The bare loop ---------------------------------------------------------------------- */

static sqlite3 *db;

static void run(char const *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die(sqlite3_errmsg(db));
}

static sqlite3_stmt *prepare(char const *sql)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		die(sqlite3_errmsg(db));
	return s;
}

static void step(sqlite3_stmt *s)
{
	if (sqlite3_step(s) != SQLITE_DONE || sqlite3_reset(s) != SQLITE_OK)
		die(sqlite3_errmsg(db));
}

static void sqlite_file(sqlite3_stmt *contact, sqlite3_stmt *member, uint64_t file, char (*a)[ADDRESS], size_t n)
{
	char sql[256];
	run("BEGIN");
	snprintf(sql, sizeof sql, "INSERT INTO contact_group (id, plan_id, name, source, smtp_id, created_at)"
		" VALUES (%llu, 1, 'g', 'smtp', '%032llx', '" DATE "')",
		(unsigned long long)file + 1, (unsigned long long)file + 1);
	run(sql);
	for (size_t i = 0; i < n; i++) {
		sqlite3_bind_text(contact, 1, a[i], -1, SQLITE_STATIC);
		step(contact);
	}
	for (size_t i = 0; i < n; i++) {
		sqlite3_bind_int64(member, 1, (sqlite3_int64)file + 1);
		sqlite3_bind_text(member, 2, a[i], -1, SQLITE_STATIC);
		step(member);
	}
	run("COMMIT");
}

/* --- For psql --------------------------------------------------------------------------- */

static void copy_file(uint64_t file, char (*a)[ADDRESS], size_t n)
{
	puts("BEGIN;\nCREATE TEMPORARY TABLE lote (email text) ON COMMIT DROP;\nCOPY lote FROM STDIN;");
	for (size_t i = 0; i < n; i++)
		puts(a[i]);
	printf("\\.\nINSERT INTO contact_group (id, plan_id, name, source, smtp_id, created_at)"
		" VALUES (%llu, 1, 'g', 'smtp', '%032llx', '" DATE "');\n"
		"INSERT INTO contact (plan_id, email, created_at) SELECT 1, email, '" DATE "' FROM lote ORDER BY email"
		" ON CONFLICT DO NOTHING;\n"
		"INSERT INTO group_member (plan_id, group_id, contact_id) SELECT 1, %llu, c.id FROM contact c JOIN lote USING (email) WHERE c.plan_id = 1;\n"
		"COMMIT;\n",
		(unsigned long long)file + 1, (unsigned long long)file + 1, (unsigned long long)file + 1);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	sqlite3_stmt *contact = NULL, *member = NULL;
	char const *kind = argc > 1 ? argv[1] : "";
	int at = strcmp(kind, "copy") == 0 ? 2 : 3;
	if (argc != at + 3 || (strcmp(kind, "spool") && strcmp(kind, "sqlite") && strcmp(kind, "copy")))
		return 100;
	uint64_t first = strtoull(argv[at], NULL, 10), files = strtoull(argv[at + 1], NULL, 10);
	size_t recipients = strtoul(argv[at + 2], NULL, 10);
	if (*kind == 's' && kind[1] == 'q') {
		if (sqlite3_open(argv[2], &db) != SQLITE_OK)
			die(argv[2]);
		run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
			" INSERT OR IGNORE INTO plan (id, name) VALUES (1, 'acme')");
		contact = prepare("INSERT INTO contact (plan_id, email, created_at) VALUES (1, ?1, '" DATE "') ON CONFLICT DO NOTHING");
		member = prepare("INSERT INTO group_member (plan_id, group_id, contact_id) SELECT 1, ?1, id FROM contact WHERE plan_id = 1 AND email = ?2");
	}
	double spent = 0;
	for (uint64_t f = first; f < first + files; f++) {
		char (*a)[ADDRESS] = addresses(f, recipients);
		double since = now();
		if (db)
			sqlite_file(contact, member, f, a, recipients);
		else if (at == 2)
			copy_file(f, a, recipients);
		else
			spool_file(argv[2], f, a, recipients);
		spent += now() - since;
		free(a);
	}
	if (db) {
		double since = now();
		sqlite3_finalize(contact);
		sqlite3_finalize(member);
		if (sqlite3_close(db) != SQLITE_OK)
			die("close");
		printf("%.6f\n", spent + now() - since);
	}
	return 0;
}
