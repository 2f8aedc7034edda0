/* Reading the folder hits/: its files, and the lines of a file from an offset on. */
#ifndef SEND_HITFILE_H
#define SEND_HITFILE_H

#include "base/buf.h"
#include "send/hit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HITFILE_AROUND 1048576 /* octets before and after a batch in which its neighbours are looked for */

/* One line of a batch. */
struct hitfile_line {
	struct hit hit;    /* status and text point into the batch */
	bool counts;       /* else it is a neighbour: counted before, or not yet to be counted */
	bool is_burst;     /* a click that a machine made (hitfile_mark_bursts) */
	uint64_t offset;   /* in the file */
};

/* The lines read from a file. All zero is empty. Call hitfile_free in the end. */
struct hitfile_batch {
	struct buf octets;
	struct hitfile_line *line;
	char (*room)[HIT_SIZE]; /* the strings of each line */
	size_t count, cap;
	uint64_t inode;
	uint64_t from, to;   /* the offsets between which the lines count */
	uint64_t size;       /* of the file when it was read */
	size_t broken;       /* lines in between that were skipped */
	bool is_finished;    /* all of the file up to `size` has been counted with this batch */
	bool is_cut;         /* the file is shorter than `from` asked for: it was read from its start */
};

/* Is it the name of a file of hits? It ends in `.YYYYMMDDHH`. */
bool hitfile_is_name(char const *name);

/* Lists the files in the folder whose names end in `.YYYYMMDDHH`, sorted: NUL-terminated strings,
   the last is empty. dir: a descriptor of the folder. False: errno. */
bool hitfile_list(int dir, struct buf *names);

/* The time at which the hour in the name ends, in seconds since 1970. */
int64_t hitfile_hour_end(char const *name);

/* Reads lines from an offset on, and their neighbours: at most `octets` octets, written up to the
   time `until`. octets: HITFILE_AROUND at least. If the file's inode is not `inode`, it is
   another file, which is read from its start. If the file ends before `from`, its end was cut off
   (b->is_cut): it is read from its start, and all of its lines count, however young. `is_old`: the file's time is over, and an unfinished
   line at its end is broken, unless a process has the file locked. report: called for each broken
   line. The lines that count are on disk afterwards. False: errno; ENOENT: the file is gone, or is
   no regular file. */
bool hitfile_read(struct hitfile_batch *b, int dir, char const *name, uint64_t inode, uint64_t from, uint64_t octets,
	int64_t until, bool is_old, void (*report)(char const *name, uint64_t offset));

/* Marks the clicks of one contact on three different links within two seconds. False: out of
   memory. */
bool hitfile_mark_bursts(struct hitfile_batch *b);

/* The lines before the offset may have been counted: views, opens and clicks among them do not count
   any more. The others change nothing if they count twice. */
void hitfile_skip_visits(struct hitfile_batch *b, uint64_t before);

/* Removes the file, unless it has grown or is being written to. 1: removed; 0: not; -1: errno. */
int hitfile_remove(int dir, char const *name, uint64_t inode, uint64_t size);

/* Frees the memory. */
void hitfile_free(struct hitfile_batch *b);

#endif
