# shellcheck shell=sh
# A PostgreSQL server of the test's own, in $T/pg. Sourced after t/lib/tap.sh. Without PostgreSQL the
# variable PG is empty; else it is the folder of its programs, and start_server SETTING... makes and
# starts the server: -c NAME=VALUE.

PG=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$PG" ] || PG=$(dirname "$(command -v initdb 2>/dev/null || echo /)")
[ -x "$PG/initdb" ] || PG=
[ -z "$PG" ] || PATH=$PG:$PATH # Debian's psql in PATH is a Perl script that starts it

# The server refuses to run as root.
if [ "$(id -u)" = 0 ]; then
	chown nobody "$T" && chmod 711 "$T"
	as_server() { $ROOMY setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; }
else
	as_server() { $ROOMY "$@"; }
fi

# needs_server: skips the whole test where there is no PostgreSQL
needs_server() {
	[ -n "$PG" ] && return
	echo '1..0 # SKIP no PostgreSQL server here'
	exit 0
}

stop_server() {
	[ ! -s "$T/pg/postmaster.pid" ] || kill -INT "$(head -n 1 "$T/pg/postmaster.pid")"
	wait "$SERVER"
}

# Its log is $T/server. PGHOST in a URL is $HOST, the user is saca. STORE is its first database.
start_server() {
	as_server mkdir "$T/pg"
	as_server "$PG/initdb" -D "$T/pg" -U saca -A trust -E UTF8 --locale=C -N >"$T/initdb" 2>&1 ||
		{ cat "$T/initdb"; exit 1; }
	trap 'stop_server; cleanup' EXIT
	run_server "$@"
	HOST=$(printf %s "$T" | sed 's|/|%2F|g')
	STORE=postgresql://saca@$HOST/postgres
}

# run_server SETTING...: starts it, the first time or after stop_server
run_server() {
	as_server "$PG/postgres" -D "$T/pg" -k "$T" -c listen_addresses= -c fsync=off -c jit=off \
		-c log_min_messages=warning "$@" 2>"$T/server" &
	SERVER=$!
	await 60 "$PG/pg_isready" -q -h "$T" -U saca -d postgres || { cat "$T/server"; exit 1; }
}

# sql SQL: prints rows of STORE, columns joined by |. database NAME SQL: those of that database
sql() { psql -qAtX -v ON_ERROR_STOP=1 "$STORE" -c "$1"; }
database() { psql -qAtX -v ON_ERROR_STOP=1 "postgresql://saca@$HOST/$1" -c "$2"; }

# For import.sh: times of a store in the format of the spool.
ISO="at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
export CREATED="to_char(c.created_at $ISO" SPOOLED="to_char(spooled_at $ISO"

# partition_schema DATABASE: prints the tables of a store as SQL, those with a plan_id in 8 parts by it
partition_schema() {
	"$PG/pg_dump" --schema-only --no-owner "postgresql://saca@$HOST/$1" | python3 -c '
import re, sys
def parts(m):
    name, columns = m.groups()
    if "    plan_id " not in columns:
        return m.group()
    return "CREATE TABLE public.%s (%s) PARTITION BY HASH (plan_id);\n" % (name, columns) + "".join(
        "CREATE TABLE public.%s_part%d PARTITION OF public.%s FOR VALUES WITH (MODULUS 8, REMAINDER %d);\n"
        % (name, i, name, i) for i in range(8))
sql = "".join(l for l in sys.stdin if not l.startswith("\\"))
sql = re.sub(r"CREATE TABLE public\.(\w+) \((.*?)\n\);\n", parts, sql, flags=re.S)
print(sql.replace("ALTER TABLE ONLY", "ALTER TABLE"))
print("INSERT INTO public.schema VALUES (4);")'
}

# start_spread: starts a server that logs plans, with a store whose tables are spread by plan: STORE
start_spread() {
	start_server -c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 \
		-c auto_explain.log_analyze=on -c log_line_prefix='%m '
	database postgres 'create database whole' && database postgres 'create database parts'
	saca-import -w "$T/web" "$T/none" "postgresql://saca@$HOST/whole" 2>/dev/null
	STORE="postgresql://saca@$HOST/parts"
	partition_schema whole | psql -qX -v ON_ERROR_STOP=1 "$STORE" >/dev/null || exit 1
}

# log_plans: empties the log; from now on the server logs the plan of each statement
log_plans() { : >"$T/server"; }

# read_plans: prints one line for each plan in the log: the query, a tab, and the plan
read_plans() {
	python3 - "$T/server" <<-'END'
		import re, sys
		text = open(sys.argv[1], errors="replace").read()
		for entry in re.split(r"\n(?=\d{4}-\d\d-\d\d )", text):
		    m = re.search(r"plan:\n\tQuery Text: (.*?)\n\t(?=[^\n]*\(cost=|Query Parameters)(.*)", entry, re.S)
		    if m:
		        print(" ".join(m[1].split()) + "\t" + " / ".join(l.strip() for l in m[2].split("\n")))
	END
}

# several_parts: prints the queries of the log that read more than one part of a table. Parts that
# the server skips at run time are `never executed`.
several_parts() {
	read_plans | awk -F'\t' '{
		n = 0; split("", seen); plan = $2
		gsub(/[^\/]*never executed[^\/]*/, "", plan)
		while (match(plan, /_part[0-7]/)) {
			part = substr(plan, RSTART, RLENGTH)
			if (!(part in seen)) { seen[part]; n++ }
			plan = substr(plan, RSTART + RLENGTH)
		}
		if (n > 1) print $1
	}' | sort -u
}
