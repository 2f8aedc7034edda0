#!/bin/sh
# replay is the client of the dialogue's tests. It plays its script in every mode, and finds every
# difference in the replies.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/replay.sh"

MODES='lockstep burst octets cut=1 cut=77'

# A server with one reply to each command, body and chunk. BREAK is its fault.
cat >"$T/server" <<'EOS'
#!/usr/bin/perl
use strict; use warnings;
$| = 1;
my $break = $ENV{BREAK} // '';
sub reply { print "$_[0]\r\n" }
my $in = '';
sub octets { my ($n) = @_;
	while (length $in < $n) { sysread(STDIN, $in, 65536, length $in) or exit 0 } substr($in, 0, $n, '') }
sub line { my $s = ''; $s .= octets(1) until $s =~ /\n\z/; $s }
reply '220 hola';
while (my $line = line()) {
	if ($line =~ /^EHLO/) { reply '250-uno'; reply '250-dos'; reply '250 tres' }
	elsif ($line =~ /^DATA(\r?)/) {
		my $end = $1 ? qr/(?:^|\r\n)\.\r\n\z/ : qr/(?:^|\n)\.\r?\n\z/;
		my $body = '';
		reply '354 go';
		$body .= line() until $body =~ $end;
		reply '250 body ' . length $body;
	}
	elsif ($line =~ /^BDAT (\d+)/i) { octets($1); reply "250 chunk $1" }
	elsif ($line =~ /^QUIT/) { last }
	elsif ($break eq 'wrong') { reply '250 no' }
	elsif ($break eq 'missing') { $break = '' }
	elsif ($break eq 'extra') { reply '250 ok'; reply '250 ok'; $break = '' }
	elsif ($break eq 'lf') { print "250 ok\n" }
	elsif ($break eq 'long') { reply '250 ok' . ' ' x 505 }
	elsif ($break eq 'close') { exit 0 }
	elsif ($break eq 'hang') { sleep 60 }
	elsif ($break eq 'signal') { kill 'KILL', $$ }
	else { reply '250 ok' }
}
reply '221 bye';
reply '250 more' if $break eq 'late';
print '250 cut' if $break eq 'unended';
exit($break eq 'exit' ? 3 : 0);
EOS
chmod +x "$T/server"

# shellcheck disable=SC2059 # they are formats
dialogue() { printf "$1" >"$T/d.smtp"; printf "$2" >"$T/d.replies"; }
# plays MODE [OPTION...]: prints replay's exit code; its output is in $T/out
plays() {
	mode=$1
	shift
	"$REPLAY" "$@" -m "$mode" "$T/d" "$T/server" >"$T/out" 2>&1
	echo $?
}
everywhere() {
	for m in $MODES; do printf '%s ' "$(plays "$m")"; done
}

# --- No difference
dialogue 'EHLO x\r\nNOOP\nDATA\r\nx\n.\ny\r\n..\r\n.\r\nDATA\n.x\r\n.\r\nDATA\r\n.\r\nBDAT 10\r\nQUIT\r\n\r\n\r\nbdat 0 LAST\r\nQUIT\r\n' \
	'220 h*a\n250-uno\n250-dos\n250 tres\n250 ok\n354 go\n250 body 14\n354 *\n250 body 7\n354 go\n250 body 3\n250 chunk 10\n250 chunk 0\n221*bye*\n'
is "$(everywhere)" "0 0 0 0 0 " "replay plays a whole session in every mode"
dialogue 'NOOP\r\nDATA\r\nx\r\n' '220 hola\n250 ok\n354 go\n'
is "$(everywhere)" "0 0 0 0 0 " "replay plays a script that ends in the middle of a body"
dialogue 'BDAT 10\r\nxxx' '220 hola\n'
is "$(everywhere)" "0 0 0 0 0 " "replay plays a script that ends in the middle of a chunk"
dialogue 'NOOP\r\nNOO' '220 hola\n250 ok\n'
is "$(everywhere)" "0 0 0 0 0 " "replay plays a script that ends in the middle of a line"
dialogue '' '220 hola\n'
is "$(everywhere)" "0 0 0 0 0 " "replay plays an empty script"
dialogue 'QUIT\r\nNOOP\r\nNOOP\r\n' '220 hola\n221 bye\n'
is "$(everywhere)" "0 0 0 0 0 " "replay accepts that the server closes before the script ends"
dialogue "NOOP $(printf '%0300000d' 0)\\r\\nQUIT\\r\\n" '220 hola\n250 ok\n221 bye\n'
is "$(plays lockstep) $(plays burst) $(plays cut=5)" "0 0 0" "replay sends a line that is longer than the buffer of a socket"

# --- Differences
dialogue 'EHLO x\r\nNOOP\r\nNOOP\r\nQUIT\r\n' '220 hola\n250-uno\n250-dos\n250 tres\n250 ok\n250 ok\n221 bye\n'
is "$(everywhere)" "0 0 0 0 0 " "replay passes a server without a fault in every mode"
for BREAK in wrong extra lf long close late unended signal exit; do
	export BREAK
	is "$(everywhere)" "1 1 1 1 1 " "replay finds a server's fault in every mode: $BREAK"
done
BREAK=missing
is "$(plays burst) $(plays octets) $(plays cut=3)" "1 1 1" "replay finds that a reply is missing"
is "$(plays lockstep -t 1)" 1 "in lockstep, replay waits -t for a missing reply"
like "$(cat "$T/out")" '^the server is still running' "replay says that the server is still running"
BREAK=hang
is "$(plays burst -t 1)" 1 "replay ends a server that hangs after -t"
BREAK=wrong plays burst >/dev/null
is "$(cat "$T/out")" "  220 hola
  250-uno
  250-dos
  250 tres
- 250 ok
- 250 ok
- 221 bye
+ 250 no
+ 250 no
+ 221 bye" "replay prints the difference"
unset BREAK
dialogue 'QUIT\r\n' '220 hola\n221 by\n'
is "$(plays burst)" 1 "replay compares a wanted line with the whole reply line"
dialogue 'QUIT\r\n' '220 hola\n*\n221 bye\n'
is "$(plays burst)" 1 "a star of replay matches within a line only"

# --- What the server reads in each mode
cat >"$T/server" <<'EOS'
#!/usr/bin/perl
# A server that replies whether a line came alone, and at the end the octets of the largest read.
use strict; use warnings;
$| = 1;
my ($buffer, $most) = ('', 0);
print "220 hola\r\n";
while (my $n = sysread(STDIN, $buffer, 65536, length $buffer)) {
	$most = $n if $n > $most;
	while ($buffer =~ s/^(.*?)\r\n//s) {
		print "221 $most\r\n" and exit 0 if $1 eq 'QUIT';
		print $buffer eq '' ? "250 alone\r\n" : "250 not alone\r\n";
	}
}
EOS
dialogue 'NOOP\r\nNOOP\r\nQUIT\r\n' '220 hola\n250 alone\n250 alone\n221 6\n'
is "$(plays lockstep)" 0 "replay -m lockstep sends one line at a time"
dialogue 'NOOP\r\nNOOP\r\nQUIT\r\n' '220 hola\n250 not alone\n250 not alone\n221 18\n'
is "$(plays burst)" 0 "replay -m burst sends everything in one piece"
dialogue 'NOOP\r\nNOOP\r\nQUIT\r\n' '220 hola\n250 alone\n250 alone\n221 1\n'
is "$(plays octets)" 0 "replay -m octets sends one octet at a time"
dialogue "NOOP $(printf '%03000d' 0)\\r\\nQUIT\\r\\n" '220 hola\n250 alone\n221 1019\n'
plays cut=9 >/dev/null
one=$(tail -n 1 "$T/out")
plays cut=9 >/dev/null
is "$(tail -n 1 "$T/out")" "$one" "replay -m cut with the same seed sends the same pieces"
plays cut=10 >/dev/null
[ "$(tail -n 1 "$T/out")" != "$one" ]
ok $? "replay -m cut with another seed sends other pieces"

# --- Misuse
dialogue '' ''
is "$(plays none)" 2 "replay with an unknown mode exits 2"
is "$(plays cut=x)" 2 "replay -m cut with a seed that is not a number exits 2"
is "$("$REPLAY" -m burst "$T/none" true >/dev/null; echo $?)" 2 "replay with a missing script exits 2"

done_testing
