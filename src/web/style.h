/* The style sheet of the panel. Each page contains it, and allows it by its hash (CSP). */
#ifndef WEB_STYLE_H
#define WEB_STYLE_H

extern char const web_style[];

/* The style sheet of the chart, an image of its own. */
extern char const web_chart_style[];

#endif
