"""Drives headless Chromium over its debugging pipe: JSON, NUL-terminated, on descriptors 3 and 4."""

import base64
import json
import os
import select
import subprocess
import time

PATIENCE = 60  # seconds for one step, on a slow machine


class Browser:
	"""One page. Scripts of pages are off; evaluate still runs those of the test."""

	def __init__(self, program, profile, *options):
		command_r, self.command = os.pipe()
		self.answers, answer_w = os.pipe()

		def descriptors():
			# both are moved away from 3 and 4 first: they may be these themselves
			r, w = os.dup(command_r), os.dup(answer_w)
			os.dup2(r, 3)
			os.dup2(w, 4)

		self.process = subprocess.Popen(
			[program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
				"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
				"--remote-debugging-pipe", "--user-data-dir=" + profile, *options, "about:blank"],
			preexec_fn=descriptors, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
			stderr=open(profile + ".log", "wb"))
		self.log = profile + ".log"
		os.close(command_r)
		os.close(answer_w)
		self.left = b""
		self.number = 0
		self.events = []
		self.session = None
		deadline = time.monotonic() + PATIENCE
		while True:
			pages = [t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page"]
			if pages:
				break
			if time.monotonic() > deadline:
				raise TimeoutError("Chromium has no page")
		self.session = self.call("Target.attachToTarget", targetId=pages[0]["targetId"], flatten=True)["sessionId"]
		self.call("Page.enable")
		self.call("Runtime.enable")
		self.call("Log.enable")
		self.call("Network.enable")
		self.call("Security.setIgnoreCertificateErrors", ignore=True)
		self.call("Emulation.setScriptExecutionDisabled", value=True)

	def read(self, deadline):
		while b"\0" not in self.left:
			if not select.select([self.answers], [], [], max(0, deadline - time.monotonic()))[0]:
				raise TimeoutError("Chromium does not answer")
			piece = os.read(self.answers, 1 << 20)
			if not piece:
				with open(self.log, errors="replace") as log:
					raise EOFError("Chromium has ended with %s: %s" % (self.process.wait(), log.read()[-2000:]))
			self.left += piece
		line, self.left = self.left.split(b"\0", 1)
		return json.loads(line)

	def call(self, method, **params):
		self.number += 1
		request = {"id": self.number, "method": method, "params": params}
		if self.session:
			request["sessionId"] = self.session
		data = json.dumps(request).encode() + b"\0"
		while data:
			data = data[os.write(self.command, data):]
		deadline = time.monotonic() + PATIENCE
		while True:
			answer = self.read(deadline)
			if answer.get("id") == self.number:
				if "error" in answer:
					raise RuntimeError("%s: %s" % (method, answer["error"]["message"]))
				return answer["result"]
			self.events.append(answer)

	def wait(self, method):
		"""Waits for an event that arrives after the last call of `expect`."""
		deadline = time.monotonic() + PATIENCE
		while True:
			for i, event in enumerate(self.events):
				if event.get("method") == method:
					del self.events[:i + 1]
					return event["params"]
			self.events.append(self.read(deadline))

	def expect(self):
		"""Forgets the events so far, but for those that a test collects."""
		self.kept = getattr(self, "kept", []) + [e for e in self.events if e.get("method") in
			("Log.entryAdded", "Runtime.exceptionThrown", "Network.requestWillBeSent", "Page.javascriptDialogOpening")]
		self.events = []

	def size(self, width, height, dark=False, scale=1):
		"""Sets the size in pixels of CSS; pictures have `scale` as many, and take less time with few."""
		self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=width < 600)
		self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

	def go(self, url):
		self.expect()
		self.call("Page.navigate", url=url)
		self.wait("Page.loadEventFired")

	def evaluate(self, script):
		result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
		if "exceptionDetails" in result:
			raise RuntimeError("%s: %s" % (script, result["exceptionDetails"]))
		return result["result"].get("value")

	def fill(self, selector, text):
		"""Types into a field, as a keyboard does."""
		self.evaluate("document.querySelector(%s).focus()" % json.dumps(selector))
		self.evaluate("document.querySelector(%s).select?.()" % json.dumps(selector))
		self.call("Input.insertText", text=text)

	def press_key(self, key):
		code, text = {"Enter": (13, "\r"), "Tab": (9, "")}[key]
		for kind in ("keyDown", "keyUp"):
			self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, text=text)

	def press_enter(self):
		"""Presses Enter and waits for the page that follows."""
		self.expect()
		self.press_key("Enter")
		self.wait("Page.loadEventFired")

	def press_tab(self):
		self.press_key("Tab")

	def click(self, selector):
		"""Clicks an element and waits for the page that follows."""
		self.expect()
		self.evaluate("document.querySelector(%s).click()" % json.dumps(selector))
		self.wait("Page.loadEventFired")

	def url(self):
		return self.evaluate("location.href")

	def text(self, selector="body"):
		return self.evaluate("document.querySelector(%s)?.innerText" % json.dumps(selector))

	def overflow(self):
		"""Returns how many pixels the page is wider than the window."""
		return self.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

	def screenshot(self, path, height=8000):
		"""Keeps a picture of the page in a file, at most `height` pixels of it."""
		size = self.call("Page.getLayoutMetrics")["cssContentSize"]
		picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, optimizeForSpeed=True,
			clip={"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], height), "scale": 1})
		with open(path, "wb") as f:
			f.write(base64.b64decode(picture["data"]))

	def close(self):
		self.process.terminate()
		self.process.wait()
