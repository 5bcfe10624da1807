"""The portal as real processes, in either profile, that are started again when they die."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from tests.chaos.servers import Postgres, Redis, free_port
from tests.mail_server import MailServer
from tests.running import wait_until

LEASE = 3  # seconds
WORKERS = ("worker0", "worker1")
SETTLED = {"done", "uncertain", "dead", "off"}
OUTSIDE = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEMO"}
READER, READERS_PASSWORD = "reader@university.example", "a-reader-of-the-fault-tests"
MAKE = f"""
from accounts.models import User
from allauth.account.models import EmailAddress
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable")
reader = User.objects.create_user({READER!r}, {READERS_PASSWORD!r})
EmailAddress.objects.create(user=reader, email=reader.email, verified=True, primary=True)
"""


@dataclass
class Kept:
    """A process that is started again whenever it dies, with all that it started."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    pulse: Path  # a file that a worker makes when it has started
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.pulse.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@dataclass
class Outcome:
    """What became of some changes."""

    lost: int = 0  # not told: of those that were given up too
    shown_twice: int = 0  # on the reader's page
    mailed_twice: Counter[str] = field(default_factory=Counter)  # by id of the notice
    states: dict[str, str] = field(default_factory=dict)  # by id of the notice
    settled_at: dict[str, float] = field(default_factory=dict)  # by id, seconds since the epoch


class _SaysWhereAndStays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_answer: Any) -> None:
        """Follow no answer that leads elsewhere."""


class Portal:
    """One portal: `sqlite` with the broker in a folder, or `postgresql` with Redis."""

    def __init__(self, folder: Path, profile: str) -> None:
        self.folder, self.profile = folder, profile
        self.tokens = folder / "tokens"
        (self.tokens / "taken").mkdir(parents=True)
        self.mail = MailServer()
        self.mail.open()
        self.port = free_port()
        self.environment = {k: v for k, v in os.environ.items() if k not in OUTSIDE} | {
            "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
            "VAR_DIR": str(folder / "var"),
            "PORT": str(self.port),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "LEASE_SECONDS": str(LEASE),
            "CHAOS_DIR": str(self.tokens),
            "SECRET_KEY": "only-for-the-portal-of-the-fault-tests-0123456789",
        }
        (folder / "var").mkdir()
        self.postgres, self.redis = None, None
        if profile == "postgresql":
            self.postgres, self.redis = Postgres(), Redis(folder)
            self.environment |= {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.redis.url}
        make = [sys.executable, "manage.py", "shell", "-v0", "-c", MAKE]
        subprocess.run(make, cwd=settings.BASE_DIR, env=self.environment, check=True)
        self.kept: list[Kept] = []
        self.watching = threading.Event()
        threading.Thread(target=self.watch, daemon=True).start()

    # --- Its processes ----------------------------------------------------------------------------
    def start(self) -> None:
        """The web server, and two workers, each with a clock of its own."""
        celery = [sys.executable, "-m", "celery", "--quiet", "--app=vx_portal", "worker", "--beat"]
        celery += ["--loglevel=warning", "--without-gossip", "--without-mingle"]
        celery += ["--without-heartbeat", "--concurrency=1"]
        gunicorn = [sys.executable, "-m", "gunicorn", "--config=python:vx_portal.gunicorn_conf"]
        commands = {"web": [*gunicorn, f"--bind=127.0.0.1:{self.port}"]}
        for name in WORKERS:
            commands[name] = [*celery, f"--hostname={name}@%h"]
        for name, command in commands.items():
            pulse = self.folder / f"{name}.pulse"
            environment = self.environment | {"PULSE_PATH": str(pulse)}
            self.kept.append(Kept(command, environment, self.folder / f"{name}.log", pulse))
        self.watching.set()
        self.steady()

    def steady(self) -> None:
        """Wait until all of it runs."""
        workers = [kept for kept in self.kept if kept.log.stem in WORKERS]
        wait_until(lambda: all(kept.pulse.exists() for kept in workers), 90, "the workers run")
        wait_until(lambda: self.get("/livez"), 60, "the web server runs")
        for _ in range(8):  # each of its processes has read all its code
            self.get("/livez")

    def watch(self) -> None:
        """Start what is not running."""
        while True:
            self.watching.wait()
            for kept in self.kept:
                if kept.process is not None and kept.process.poll() is not None:
                    kept.stop()  # what it left behind would hold its port
                if kept.process is None:
                    kept.start()
            time.sleep(0.1)

    def stop(self) -> None:
        self.watching.clear()
        time.sleep(0.3)  # until the watch has come round
        for kept in self.kept:
            kept.stop()
        self.kept = []

    def end(self) -> None:
        self.stop()
        self.mail.close()
        for server in (self.redis, self.postgres):
            if server is not None:
                server.stop()

    # --- What is asked of it ----------------------------------------------------------------------
    def get(self, path: str, method: str = "GET") -> bytes:
        """The answer; nothing when there is none, or an error."""
        url = f"http://127.0.0.1:{self.port}{path}"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method=method), None, 30) as a:
                body: bytes = a.read()
        except (OSError, urllib.error.HTTPError, ValueError):
            return b""
        return body

    def send_form(self, path: str, data: dict[str, str]) -> tuple[int, float]:
        """The status of the answer to a new visitor's form, and the seconds that it took."""
        browser = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(), _SaysWhereAndStays()
        )
        url = f"http://127.0.0.1:{self.port}{path}"
        page = browser.open(url, timeout=30).read().decode()
        token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        started = time.monotonic()
        try:
            fields = urlencode({"csrfmiddlewaretoken": token, **data}).encode()
            status = browser.open(url, fields, 30).status
        except urllib.error.HTTPError as error:
            status = error.code
        return status, time.monotonic() - started

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", None, 30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def change(self, key: str, kind: str = "resend", way: str = "row", hints: int = 0) -> bool:
        """Ask for one change with its notice; whether it was said to be done."""
        asked = urlencode({"key": key, "kind": kind, "way": way, "hints": hints})
        return self.get(f"/chaos/change/?{asked}", "POST") == b"changed"

    def state(self, prefix: str) -> dict[str, Any]:
        """The changes and notices whose keys begin so."""

        def ask() -> dict[str, Any] | None:
            answer = self.get(f"/chaos/state/?{urlencode({'prefix': prefix})}")
            return json.loads(answer) if answer else None

        return wait_until(ask, 30, "the portal tells how all stand")

    def arm(self, point: str, kind: str, dies: str, number: int = 0) -> None:
        """Let the next process that comes to this point die there."""
        (self.tokens / f"{point}.{kind}.{dies}.{number}").touch()

    def taken(self) -> dict[str, tuple[str, float]]:
        """The tokens that were taken: for what (the id of a notice), and when."""
        found = {}
        for path in (self.tokens / "taken").iterdir():
            name, what, at = path.name.split("@")
            found[name] = (what, float(at))
            path.unlink()
        return found

    def settle(self, prefix: str, keys: set[str], seconds: float = 60) -> Outcome:
        """Wait until every notice has come to an end; what became of the changes in `keys`."""
        outcome = Outcome()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            state = self.state(prefix)
            for notice in state["notices"]:
                outcome.states[notice["id"]] = notice["state"]
                if notice["state"] in SETTLED:
                    outcome.settled_at.setdefault(notice["id"], time.time())
            if keys <= {n["key"] for n in state["notices"]} and len(outcome.settled_at) == len(
                outcome.states
            ):
                break
            time.sleep(0.25)
        mails = {
            name.split("@")[0].removeprefix("<notice-"): n for name, n in self.counts().items()
        }
        shown = Counter(state["shown"])
        # What was given up is lost; what perhaps went is on the office's list.
        told = {
            notice["key"]
            for notice in state["notices"]
            if notice["id"] in mails or notice["state"] == "uncertain"
        }
        outcome.lost = len(keys - told) + len(set(state["changes"]) - keys - told)
        outcome.shown_twice = sum(count - 1 for count in shown.values())
        for pk in outcome.states:
            if mails.get(pk, 0) > 1:
                outcome.mailed_twice[pk] = mails[pk] - 1
        return outcome

    def counts(self) -> Counter[str]:
        return self.mail.counts()
