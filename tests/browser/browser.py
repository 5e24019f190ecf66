"""Headless Chromium, driven through its debugging pipe: pages are opened, touched as a reader would, and photographed."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time


class Browser:
    def __init__(self):
        self.profile = tempfile.mkdtemp()
        from_us, to_browser = os.pipe()
        from_browser, to_us = os.pipe()

        def connect():  # Chromium reads commands from descriptor 3 and writes to 4
            read, write = os.dup(from_us), os.dup(to_us)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
             f"--user-data-dir={self.profile}", "--remote-debugging-pipe", "about:blank"],
            preexec_fn=connect, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(from_us)
        os.close(to_us)
        self.to, self.back = os.fdopen(to_browser, "wb"), os.fdopen(from_browser, "rb")
        self.number, self.waiting, self.session = 0, b"", None
        self.said = []  # on the console
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def close(self):
        self.to.close()
        self.back.close()
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.to.write(json.dumps(message).encode() + b"\0")
        self.to.flush()
        while True:
            reply = self.read()
            if reply.get("id") == self.number:
                if "error" in reply:
                    raise RuntimeError(f"{method}: {reply['error']}")
                return reply.get("result", {})

    def read(self):
        while b"\0" not in self.waiting:
            part = os.read(self.back.fileno(), 1 << 16)
            if not part:
                raise RuntimeError("the browser has gone")
            self.waiting += part
        line, self.waiting = self.waiting.split(b"\0", 1)
        message = json.loads(line)
        params = message.get("params", {})
        if message.get("method") == "Runtime.consoleAPICalled":
            self.said.append(" ".join(str(a.get("value", a.get("description"))) for a in params["args"]))
        elif message.get("method") == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.said.append(details.get("exception", {}).get("description", details["text"]))
        elif message.get("method") == "Log.entryAdded":
            self.said.append(params["entry"]["text"] + " " + params["entry"].get("url", ""))
        return message

    # ---- What a reader does ------------------------------------------------------------------------------------
    def size(self, width, height=900):
        self.width = width
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def open(self, address):
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=address)
        self.until("document.readyState === 'complete'")

    def ask(self, expression):
        """The value of JavaScript, a promise's when it is kept."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails'].get('exception', {}).get('description')}")
        return result["result"].get("value")

    def until(self, expression, seconds=30):
        end = time.time() + seconds
        while time.time() < end:
            try:
                if self.ask(f"!!({expression})"):
                    return
            except RuntimeError:
                pass  # the page is not there yet
            time.sleep(0.02)
        raise RuntimeError(f"never true: {expression}")

    def pointer(self, kind, x, y, buttons=1):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=buttons, clickCount=1)

    def drag(self, start, end, steps=8):
        self.pointer("mousePressed", *start)
        for i in range(1, steps + 1):
            self.pointer("mouseMoved", *(a + (b - a) * i / steps for a, b in zip(start, end)))
        self.pointer("mouseReleased", *end, buttons=0)

    def click(self, selector):
        x, y, width, height = self.box(selector)
        self.pointer("mousePressed", x + width / 2, y + height / 2)
        self.pointer("mouseReleased", x + width / 2, y + height / 2, buttons=0)

    def box(self, selector):
        """Left, top, width and height of an element, which is scrolled into view."""
        found = self.ask(f"""(() => {{
            const element = document.querySelector({json.dumps(selector)});
            if (!element) return null;
            element.scrollIntoView({{block: "center", behavior: "instant"}});
            const box = element.getBoundingClientRect();
            return [box.left, box.top, box.width, box.height]; }})()""")
        if not found:
            raise RuntimeError(f"there is no {selector}")
        return found

    def key(self, name):
        text = {"text": name} if len(name) == 1 else {"text": "\r"} if name == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=name, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=name)

    def picture(self, path):
        """The whole page, in a window that is as tall: what is out of sight may not be drawn."""
        self.size(self.width, max(900, self.ask("document.documentElement.scrollHeight")))
        self.ask("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")
        image = self.call("Page.captureScreenshot", format="png")
        self.size(self.width)
        with open(path, "wb") as file:
            file.write(base64.b64decode(image["data"]))
