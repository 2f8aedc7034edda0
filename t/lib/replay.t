#!/bin/sh
# t/replay itself: it plays what it should, and sees every difference.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/replay.sh"

MODES='lockstep burst octets cut=1 cut=77'

# A server that answers each command, body and chunk once. BREAK says what it does wrong.
cat >"$T/server" <<'EOS'
#!/usr/bin/perl
use strict; use warnings;
$| = 1;
my $break = $ENV{BREAK} // '';
sub reply { print "$_[0]\r\n" }
sub octets { my ($n) = @_; my $s = '';
	while (length $s < $n) { sysread(STDIN, $s, 1, length $s) or exit 0 } $s }
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
# plays MODE [OPTION...]: prints the exit code; the output is in $T/out
plays() {
	mode=$1
	shift
	"$REPLAY" "$@" -m "$mode" "$T/d" "$T/server" >"$T/out" 2>&1
	echo $?
}
everywhere() {
	for m in $MODES; do printf '%s ' "$(plays "$m")"; done
}

# --- what is right
dialogue 'EHLO x\r\nNOOP\nDATA\r\nx\n.\ny\r\n..\r\n.\r\nDATA\n.x\r\n.\r\nDATA\r\n.\r\nBDAT 10\r\nQUIT\r\n\r\n\r\nbdat 0 LAST\r\nQUIT\r\n' \
	'220 h*a\n250-uno\n250-dos\n250 tres\n250 ok\n354 go\n250 body 14\n354 *\n250 body 7\n354 go\n250 body 3\n250 chunk 10\n250 chunk 0\n221*bye*\n'
is "$(everywhere)" "0 0 0 0 0 " "a whole session, in every mode"
dialogue 'NOOP\r\nDATA\r\nx\r\n' '220 hola\n250 ok\n354 go\n'
is "$(everywhere)" "0 0 0 0 0 " "a client that vanishes in mid-body"
dialogue 'BDAT 10\r\nxxx' '220 hola\n'
is "$(everywhere)" "0 0 0 0 0 " "or in a chunk"
dialogue 'NOOP\r\nNOO' '220 hola\n250 ok\n'
is "$(everywhere)" "0 0 0 0 0 " "or in a line"
dialogue '' '220 hola\n'
is "$(everywhere)" "0 0 0 0 0 " "or says nothing"
dialogue 'QUIT\r\nNOOP\r\nNOOP\r\n' '220 hola\n221 bye\n'
is "$(everywhere)" "0 0 0 0 0 " "a server that leaves first"
dialogue "NOOP $(printf '%0300000d' 0)\\r\\nQUIT\\r\\n" '220 hola\n250 ok\n221 bye\n'
is "$(plays lockstep) $(plays burst) $(plays cut=5)" "0 0 0" "more than a socket holds"

# --- what is wrong
dialogue 'EHLO x\r\nNOOP\r\nNOOP\r\nQUIT\r\n' '220 hola\n250-uno\n250-dos\n250 tres\n250 ok\n250 ok\n221 bye\n'
is "$(everywhere)" "0 0 0 0 0 " "without a fault it passes"
for BREAK in wrong extra lf long close late unended signal exit; do
	export BREAK
	is "$(everywhere)" "1 1 1 1 1 " "a fault is seen in every mode: $BREAK"
done
BREAK=missing
is "$(plays burst) $(plays octets) $(plays cut=3)" "1 1 1" "a missing reply is seen"
is "$(plays lockstep -t 1)" 1 "in lockstep by the time it takes"
like "$(cat "$T/out")" '^the server is still there' "which is said"
BREAK=hang
is "$(plays burst -t 1)" 1 "a server that hangs is seen"
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
+ 221 bye" "the difference is shown"
unset BREAK
dialogue 'QUIT\r\n' '220 hola\n221 by\n'
is "$(plays burst)" 1 "a pattern is for the whole line"
dialogue 'QUIT\r\n' '220 hola\n*\n221 bye\n'
is "$(plays burst)" 1 "and no star stands for a line"

# --- the modes are what they are called
cat >"$T/server" <<'EOS'
#!/usr/bin/perl
# Says of each line whether more had come with it.
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
is "$(plays lockstep)" 0 "lockstep sends a line at a time"
dialogue 'NOOP\r\nNOOP\r\nQUIT\r\n' '220 hola\n250 not alone\n250 not alone\n221 18\n'
is "$(plays burst)" 0 "burst sends all at once"
dialogue 'NOOP\r\nNOOP\r\nQUIT\r\n' '220 hola\n250 alone\n250 alone\n221 1\n'
is "$(plays octets)" 0 "octets come one by one"
dialogue "NOOP $(printf '%03000d' 0)\\r\\nQUIT\\r\\n" '220 hola\n250 alone\n221 1019\n'
plays cut=9 >/dev/null
one=$(tail -n 1 "$T/out")
plays cut=9 >/dev/null
is "$(tail -n 1 "$T/out")" "$one" "a seed gives the same cuts again"
plays cut=10 >/dev/null
[ "$(tail -n 1 "$T/out")" != "$one" ]
ok $? "and another seed others"

# --- misuse
dialogue '' ''
is "$(plays none)" 2 "an unknown mode is misuse"
is "$(plays cut=x)" 2 "so is a seed that is no number"
is "$("$REPLAY" -m burst "$T/none" true >/dev/null; echo $?)" 2 "so is a dialogue that is not there"

done_testing
