# SPDX-License-Identifier: BSD-3-Clause
"""A headless Chromium, driven over its debugging pipe (Chrome DevTools Protocol), without another package."""
import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

PROGRAM = shutil.which("chromium")


class Browser:
    """A context manager with one page. What its scripts complain about is in `complaints`."""

    def __init__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="mapedge-browser-", ignore_cleanup_errors=True)
        self.complaints, self._number, self._session, self._buffer = [], 0, None, b""

    def __enter__(self):
        to_them, self._to = os.pipe()
        self._from, from_them = os.pipe()
        # Chromium reads commands from descriptor 3 and writes answers to 4.
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", f'exec "$@" 3<&{to_them} 4>&{from_them}', "bash", PROGRAM, "--headless=new", "--no-sandbox", "--disable-gpu",
             "--hide-scrollbars", "--remote-debugging-pipe", "--no-first-run", "--disable-background-networking",
             f"--user-data-dir={self._directory.name}", "about:blank"],
            pass_fds=(to_them, from_them), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(to_them)
        os.close(from_them)
        target = next(one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in "Page", "Runtime", "Log":
            self.call(f"{domain}.enable")
        return self

    def __exit__(self, *_):
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._to)
        os.close(self._from)
        self._directory.cleanup()

    def _message(self):
        while b"\0" not in self._buffer:
            part = os.read(self._from, 1 << 20)
            assert part, "the browser has gone"
            self._buffer += part
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self._number += 1
        request = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            request["sessionId"] = self._session
        os.write(self._to, json.dumps(request).encode() + b"\0")
        while True:
            message = self._message()
            if message.get("id") == self._number:
                assert "error" not in message, f"{method}: {message['error']}"
                return message["result"]
            if message.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.complaints.append(message["params"])

    def run(self, script):
        """The value of a JavaScript expression."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait_for(self, script, deadline=30):
        end = time.monotonic() + deadline
        while not self.run(script):
            assert time.monotonic() < end, f"waited {deadline} s for {script}; {self.complaints}"
            time.sleep(0.1)

    def open(self, url, width=1280, height=900, scheme="light", language="en-US"):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Emulation.setUserAgentOverride", userAgent="test", acceptLanguage=language)
        self.call("Page.navigate", url=url)

    def screenshot(self, path):
        """The whole page, however long."""
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(picture["data"]))
