"""The demo as real processes, web server and worker under their supervisor."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings


def wait_until[T](asked: Callable[[], T], seconds: float, what: str) -> T:
    """The first true answer, or a failure that says what did not happen."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := asked():
            return answer
        time.sleep(0.1)
    pytest.fail(f"not within {seconds} s: {what}")


class Demo:
    """`manage.py demo` on a free port, with its data in `folder`."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = str(probe.getsockname()[1])
        self.base = f"http://localhost:{self.port}"
        # The demo is the embedded portal with its own settings, not those of the tests.
        outside = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
        self.environment = {name: os.environ[name] for name in os.environ if name not in outside}
        self.environment |= {"DEMO": "1", "PORT": self.port, "VAR_DIR": str(folder)}
        folder.mkdir(exist_ok=True)
        if (fonts := settings.VAR_DIR / "fonts").exists():
            shutil.copytree(fonts, folder / "fonts")  # seconds of work that no test is about
        self.log = folder / "said"
        self.process = self.start()

    def start(self, **environment: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", "demo"],
                cwd=settings.BASE_DIR,
                env=self.environment | environment,
                stdout=log,
                stderr=log,
            )

    def wait(self) -> None:
        """Wait until it says that people can come in: a minute, on a busy machine many."""
        wait_until(lambda: "Ctrl-C stops it" in self.said() or self.process.poll(), 900, "ready")
        if self.process.poll() is not None:
            pytest.fail(f"the demo did not start:\n{self.said()[-3000:]}{self.logged()[-3000:]}")

    def said(self) -> str:
        return self.log.read_text()

    def logged(self) -> str:
        """What web server and worker say."""
        log = Path(self.environment["VAR_DIR"]) / "demo.log"
        return log.read_text() if log.exists() else ""

    def ask(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()
        except OSError:
            return 0, b""

    def home_of(self, who: str) -> str:
        """The page on which one of the demo's people arrives with one click."""
        jar = urllib.request.HTTPCookieProcessor()
        browser = urllib.request.build_opener(jar)
        login = f"{self.base}/en/account/login/"
        page = browser.open(login, timeout=20).read().decode()
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        typed = urllib.parse.urlencode({"who": who, "csrfmiddlewaretoken": token}).encode()
        click = urllib.request.Request(f"{self.base}/en/account/demo/", typed, {"Referer": login})
        answer: bytes = browser.open(click, timeout=20).read()
        return answer.decode()

    def processes(self) -> dict[int, str]:
        """The children of the supervisor and their command lines."""
        listing = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        )
        rows = (line.split(None, 2) for line in listing.stdout.splitlines())
        return {int(pid): args for pid, parent, args in rows if int(parent) == self.process.pid}

    def child(self, words: str, other_than: int = 0) -> int:
        return next(
            (pid for pid, args in self.processes().items() if words in args and pid != other_than),
            0,
        )

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
