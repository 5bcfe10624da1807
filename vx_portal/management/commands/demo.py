"""The embedded portal with demo people: `make demo`."""

from __future__ import annotations

import fcntl
import json
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from ctypes.util import find_library
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from accounts.demo import CAST, DOMAIN
from vx_portal.build import build
from vx_portal.supervisor import Child, Supervisor

# What WeasyPrint makes PDFs with, and the Debian package that has it.
LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
LOG = settings.VAR_DIR / "demo.log"  # what web server and worker say


class Command(BaseCommand):
    help = "Prepare the embedded portal, fill it with demo people, and run it until Ctrl-C."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO and settings.EMBEDDED):
            raise CommandError("The demo runs with DEMO=1 and without DATABASE_URL: make demo")
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        with (settings.VAR_DIR / "demo.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                self.say(f"The portal is running already: {lock.read()}")
                return
            lock.truncate(0)
            lock.write(settings.SITE_URL)
            lock.flush()
            refuse_taken_port(settings.PORT)
            self.prepare()
            self.run()

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show what is being done, and how long it took."""
        self.stdout.write(f"  {title:<20}", ending="")
        self.stdout.flush()
        started = time.monotonic()
        yield
        self.say(f"{time.monotonic() - started:5.1f} s")

    def prepare(self) -> None:
        """Bring database, files and demo data up to date. Harmless when run again."""
        if missing := [LIBRARIES[name] for name in LIBRARIES if not find_library(name)]:
            self.say(f"PDFs cannot be made yet; install: sudo apt install {' '.join(missing)}")
        with self.step("Database"):
            call_command("migrate", verbosity=0)
            call_command("createcachetable", verbosity=0)
        with self.step("Fonts, texts, looks"):
            build()
        with self.step("Demo data"):
            call_command("demo_data", verbosity=0)

    def run(self) -> None:
        """Run web server and worker until Ctrl-C, and say when people can come in."""
        connections.close_all()
        LOG.write_bytes(b"")  # of this run alone
        children = [web_server(), worker()]
        started = time.monotonic()
        announced = False

        def announce_when_ready() -> None:
            nonlocal announced
            if not announced and is_ready():
                announced = True
                self.say(f"  {'Web and worker':<20}{time.monotonic() - started:5.1f} s")
                self.introduce()

        Supervisor(children, say=self.say).run(announce_when_ready)
        self.say("The portal has stopped.")

    def introduce(self) -> None:
        """Print the address and who lives in the demo."""
        people = [person for person in CAST if person.sees]
        rows = [f"  {f'{person.who}@{DOMAIN}':<34}{person.name}" for person in people]
        self.say(
            "\n".join(
                [
                    "",
                    f"The portal runs on {settings.SITE_URL} (Ctrl-C stops it).",
                    f"Sign in with one click on {settings.SITE_URL}/en/account/login/",
                    "or with the password demo-portal as:",
                    *rows,
                    f"What it does stands in {LOG.relative_to(settings.BASE_DIR, walk_up=True)}",
                    "",
                ]
            )
        )


def refuse_taken_port(port: int) -> None:
    """Raise CommandError, with what to do, when something else listens on `port`."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CommandError(
                f"Port {port} is in use by another program: make demo PORT={port + 1}"
            ) from None


def web_server() -> Child:
    """Gunicorn on this machine's own addresses, and no others."""
    addresses = [f"127.0.0.1:{settings.PORT}"]
    with suppress(OSError), closing(socket.socket(socket.AF_INET6)) as probe:
        probe.bind(("::1", 0))
        addresses.append(f"[::1]:{settings.PORT}")
    command = [sys.executable, "-m", "gunicorn", "--config=python:vx_portal.gunicorn_conf"]
    command += [*(f"--bind={address}" for address in addresses)]
    return Child("web server", command, log=LOG)


def worker() -> Child:
    """One Celery worker with the clock in it."""
    command = [sys.executable, "-m", "celery", "--quiet", "--app=vx_portal", "worker", "--beat"]
    command += ["--concurrency=1", "--loglevel=warning"]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    # Celery stops softly on SIGQUIT only: what it is doing goes back to the queue.
    return Child("worker", command, {"REMAP_SIGTERM": "SIGQUIT"}, log=LOG)


def is_ready() -> bool:
    """Whether /readyz says so: database, migrations and worker."""
    ask = partial(urllib.request.urlopen, timeout=2)
    try:
        with ask(f"http://127.0.0.1:{settings.PORT}/readyz") as answer:
            return bool(json.load(answer)["ready"])
    except (urllib.error.URLError, OSError, ValueError):
        return False
