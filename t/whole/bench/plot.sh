# shellcheck shell=sh
# How cost grows, as SVG: messages/s against sessions, one message against its recipients.
# Part of scripts/bench.

against_sessions() {
	for peer in saca postfix; do
		case " $peers " in *" $peer "*) ;; *) continue ;; esac
		bench_start "$peer" || continue
		for n in 1 2 4 8 16 32 64 128 256; do
			# shellcheck disable=SC2086
			"$TOOLS/load" -t "$seconds" -c $n $login 127.0.0.1 "$PORT" 2>>"$B/err" |
				awk -v p="$peer" -v n=$n '{ print p, n, $3 }'
		done
		bench_stop
	done
}

against_recipients() {
	bench_start saca || return 0
	for n in 1 10 100 1000 10000 100000; do
		# shellcheck disable=SC2086
		"$TOOLS/load" -m 5 -c 1 -b -r $n $login 127.0.0.1 "$PORT" 2>>"$B/err" |
			awk -v n=$n '{ print "saca", n, $2 / 5 }'
	done
	bench_stop
}

printf '\nPlots\n'
against_sessions >"$B/sessions.data"
svg sessions.svg "10 KB messages, many per connection" sessions messages/s <"$B/sessions.data"
against_recipients >"$B/recipients.data"
svg recipients.svg "One message" recipients seconds <"$B/recipients.data"
