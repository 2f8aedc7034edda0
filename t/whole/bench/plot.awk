# Lines "series x y" to an SVG of both axes logarithmic; title, xl, yl are set by the caller.
function log10(v) { return log(v) / log(10) }
function floor(v) { return v < 0 && v != int(v) ? int(v) - 1 : int(v) }
function px(x) { return 70 + 500 * (log10(x) - x0) / (x1 - x0) }
function py(y) { return 330 - 280 * (log10(y) - y0) / (y1 - y0) }
function label(v) { return v >= 1e6 ? v / 1e6 "M" : v >= 1e3 ? v / 1e3 "k" : v "" }
$2 > 0 && $3 > 0 {
	if (!($1 in known)) { known[$1]; series[++count] = $1 }
	line[$1] = line[$1] " " ++n
	x[n] = $2; y[n] = $3
	if (n == 1 || $2 < least_x) least_x = $2
	if (n == 1 || $2 > most_x) most_x = $2
	if (n == 1 || $3 < least_y) least_y = $3
	if (n == 1 || $3 > most_y) most_y = $3
}
END {
	if (!n) exit
	x0 = floor(log10(least_x)); x1 = -floor(-log10(most_x)); if (x1 == x0) x1++
	y0 = floor(log10(least_y)); y1 = -floor(-log10(most_y)); if (y1 == y0) y1++
	split("#1b6ca8 #d1495b #2e933c #edae49 #66489d #555555", colour, " ")
	print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 390\" font-family=\"sans-serif\" font-size=\"12\">"
	print "<rect width=\"720\" height=\"390\" fill=\"white\"/><text x=\"70\" y=\"28\" font-size=\"15\">" title "</text>"
	for (k = x0; k <= x1; k++)
		printf "<path d=\"M%.1f 50V330\" stroke=\"#ddd\"/><text x=\"%.1f\" y=\"348\" text-anchor=\"middle\">%s</text>\n", px(10 ^ k), px(10 ^ k), label(10 ^ k)
	for (k = y0; k <= y1; k++)
		printf "<path d=\"M70 %.1fH570\" stroke=\"#ddd\"/><text x=\"64\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", py(10 ^ k), py(10 ^ k) + 4, label(10 ^ k)
	printf "<text x=\"320\" y=\"375\" text-anchor=\"middle\">%s</text><text x=\"64\" y=\"44\" text-anchor=\"end\">%s</text>\n", xl, yl
	for (s = 1; s <= count; s++) {
		points = split(line[series[s]], at, " ")
		printf "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"%s\" points=\"", colour[s]
		for (k = 1; k <= points; k++)
			printf "%.1f,%.1f ", px(x[at[k]]), py(y[at[k]])
		print "\"/>"
		for (k = 1; k <= points; k++)
			printf "<circle r=\"3\" fill=\"%s\" cx=\"%.1f\" cy=\"%.1f\"/>", colour[s], px(x[at[k]]), py(y[at[k]])
		printf "<text x=\"585\" y=\"%d\" fill=\"%s\">%s</text>\n", 60 + 18 * s, colour[s], series[s]
	}
	print "</svg>"
}
