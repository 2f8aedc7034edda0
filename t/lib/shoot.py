"""Draws pages with headless Chromium, all in one browser.

    shoot.py CHROMIUM FOLDER WIDTH HEIGHT NAME...

Draws FOLDER/NAME.html to FOLDER/NAME.png for each NAME, in a window of WIDTH x HEIGHT pixels, and prints the
titles of the pages. The picture has the whole page, also what does not fit into the window. Scripts of the pages run. Chromium's profile is in FOLDER/profile.
"""

import sys

from chromium import Browser

program, folder, width, height, *names = sys.argv[1:]
browser = Browser(program, folder + "/profile")
try:
	browser.size(int(width), int(height))
	browser.call("Emulation.setScriptExecutionDisabled", value=False)
	for name in names:
		browser.go("file://%s/%s.html" % (folder, name))
		browser.screenshot("%s/%s.png" % (folder, name))
		print(browser.evaluate("document.title"))
finally:
	browser.close()
