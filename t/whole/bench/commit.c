/* Measures the disk: commits per second as the spool does them, without anything else.
     commit FOLDER processes commits octets
   Each writes and syncs a file in tmp/, links it into new/, syncs new/, and unlinks the
   first name. Prints: commits, seconds, commits a second. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void die(char const *what)
{
	fprintf(stderr, "commit: %s: %s\n", what, strerror(errno));
	exit(111);
}

static void commit(int tmp, int new, char const *name, char const *s, size_t n)
{
	int fd = openat(tmp, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0 || write(fd, s, n) != (ssize_t)n || fsync(fd) < 0 || close(fd) < 0)
		die("write a file");
	if (linkat(tmp, name, new, name, 0) < 0 || fsync(new) < 0 || unlinkat(tmp, name, 0) < 0)
		die("link it");
}

static void work(unsigned long count, size_t n)
{
	char name[64], *s = calloc(1, n ? n : 1);
	int tmp = open("tmp", O_RDONLY | O_DIRECTORY), new = open("new", O_RDONLY | O_DIRECTORY);
	if (!s || tmp < 0 || new < 0)
		die("start");
	memset(s, 'x', n);
	for (unsigned long i = 0; i < count; i++) {
		snprintf(name, sizeof name, "%ld.%lu", (long)getpid(), i);
		commit(tmp, new, name, s, n);
	}
}

int main(int argc, char **argv)
{
	struct timespec a, b;
	int status, bad = 0;
	if (argc != 5)
		return 100;
	unsigned long processes = strtoul(argv[2], NULL, 10), commits = strtoul(argv[3], NULL, 10);
	size_t octets = strtoul(argv[4], NULL, 10);
	if (!processes || !commits || (mkdir(argv[1], 0700) < 0 && errno != EEXIST) || chdir(argv[1]) < 0
			|| (mkdir("tmp", 0700) < 0 && errno != EEXIST) || (mkdir("new", 0700) < 0 && errno != EEXIST))
		die(argv[1]);
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (unsigned long i = 0; i < processes; i++) {
		pid_t pid = fork();
		if (pid < 0)
			die("fork");
		if (pid == 0) {
			work(commits / processes, octets);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		bad |= status;
	clock_gettime(CLOCK_MONOTONIC, &b);
	double took = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	unsigned long done = commits / processes * processes;
	printf("%lu %.6f %.1f\n", done, took, (double)done / took);
	return bad ? 111 : 0;
}
