"""The production portal without Docker: what docker-compose.yml says, as processes of this machine.

Commands, environment, secrets and nginx's configuration are those of the repository; only names of
hosts become 127.0.0.1, ports free ones, and folders such below one of the test's own.
"""

from __future__ import annotations

import contextlib
import http.client
import math
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import psycopg2
import yaml

from tests.running import wait_until

ROOT = Path(__file__).resolve().parent.parent
HOST = "portal.example.org"
SERVER = "postgres://vx_test:vx_test@127.0.0.1:5432/vx_test"
WORKS_AS = "vx_test_app"  # with its name as its password; .ci/run makes it
NO_SERVER = "smtp://127.0.0.1:9"
SECRET_KEY = "a-key-of-a-test-that-is-long-enough-for-the-checks-0123456789-abcdef"
# What an operator writes into .env.
DOT_ENV = {
    "SITE_URL": f"https://{HOST}",
    "ALLOWED_HOSTS": HOST,
    "CONTACT_EMAIL": "virtual-exchange@example.org",
}


def compose(*beside: str) -> dict[str, Any]:
    """docker-compose.yml and files `beside` it, with their variables filled in from DOT_ENV."""
    read: dict[str, Any] = {}
    for name in ("docker-compose.yml", *beside):
        read = _merged(read, yaml.safe_load(_filled((ROOT / name).read_text())))
    return read


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """As compose does it: a command takes the place of another, other lists are added to."""
    both = dict(one)
    for name, value in other.items():
        if isinstance(value, dict) and isinstance(one.get(name), dict):
            both[name] = _merged(one[name], value)
        elif isinstance(value, list) and name in one and name not in {"command", "test"}:
            both[name] = [*one[name], *value]
        else:
            both[name] = value
    return both


def _filled(text: str) -> str:
    def fill(found: re.Match[str]) -> str:
        name, sign, rest = found[1], found[2] or "", found[3] or ""
        return DOT_ENV.get(name, rest if sign == ":-" else "")

    return re.sub(r"\$\{(\w+)(?:(:-|:\?)([^}]*))?\}", fill, text)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Database:
    """A database of the test's own, on the PostgreSQL of this machine."""

    def __init__(self) -> None:
        given = os.environ.get("DATABASE_URL", "")
        self.server = given if given.startswith("postgres") else SERVER
        self.name = f"vx_chaos_{uuid4().hex[:12]}"
        self.url = self.server.rpartition("/")[0] + f"/{self.name}"
        host = self.url.rpartition("@")[2]
        self.works_as = f"postgres://{WORKS_AS}:{WORKS_AS}@{host}"

    def make(self) -> None:
        self._do(f"CREATE DATABASE \"{self.name}\" ENCODING 'UTF8' TEMPLATE template0")
        rights = (ROOT / "deploy/postgres/rights.sql").read_text()
        self._do(rights.replace("vx_app", WORKS_AS), self.url)

    def drop(self) -> None:
        self._do(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def _do(self, statement: str, url: str = "") -> None:
        connection = psycopg2.connect(url or self.server)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()


class Production:
    """Every service of docker-compose.yml but PostgreSQL, started one by one."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        email_url: str = "smtp://127.0.0.1:9",
        more: Mapping[str, str] | None = None,  # of its environment
        beside: tuple[str, ...] = (),  # files beside docker-compose.yml
    ) -> None:
        self.folder = folder
        self.more = more or {}
        self.compose = compose(*beside)
        self.database = database
        places = ("web-1:8000", "web-2:8000", "redis:6379", "8080", "8443", "8081")
        self.ports = {place: free_port() for place in places}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        kept = [f"srv/{part}" for part in ("var", "media", "pages", "beat", "backups", "seals")]
        for part in ("secrets", "logs", *kept, "tmp"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        if (fonts := Path(os.environ.get("VAR_DIR", ROOT / "var")) / "fonts").exists():
            shutil.copytree(fonts, folder / "srv/var/fonts")  # seconds that no test is about
        self.write_secrets(email_url)

    # --- What Docker would do ---------------------------------------------------------------------
    def write_secrets(self, email_url: str) -> None:
        secrets = {
            "secret-key": SECRET_KEY,
            "audit-key": SECRET_KEY[::-1],
            "database-owner-url": self.database.url,
            "database-url": self.database.works_as,
            "email-url": email_url,
        }
        for name, value in secrets.items():  # with the line's end that an editor leaves
            (self.folder / "secrets" / name).write_text(f"{value}\n")
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
        command += f" -subj /CN={HOST} -addext subjectAltName=DNS:{HOST}"
        files = ["-keyout", "secrets/tls-key", "-out", "secrets/tls-certificate"]
        subprocess.run([*command.split(), *files], cwd=self.folder, check=True, capture_output=True)

    def local(self, text: str, service: str) -> str:
        """`text` of the repository as it reads on this machine."""
        text = re.sub(r"(?<![\w/])/tmp(?=/|$)", f"{self.folder}/tmp/{service}", text)
        text = text.replace("/run/secrets/", f"{self.folder}/secrets/")
        text = text.replace("/srv/vx/", f"{self.folder}/srv/")
        text = text.replace("0.0.0.0:8000", f"127.0.0.1:{self.ports.get(f'{service}:8000')}")
        for name, port in self.ports.items():
            if ":" in name:
                text = text.replace(name, f"127.0.0.1:{port}")
        return text

    def environment(self, service: str) -> dict[str, str]:
        """What the processes of `service` get; nothing of this test's own but the way to Python."""
        given = self.compose["services"][service].get("environment", {})
        ours = {name: self.local(str(value), service) for name, value in given.items()}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        ours |= {"PATH": path, "HOME": str(self.folder), "LANG": "C.UTF-8"}
        return {**DOT_ENV, **ours, **self.more}

    def command(self, service: str) -> list[str]:
        command = [self.local(w, service) for w in self.compose["services"][service]["command"]]
        if service == "redis":
            kind = "--tls-port" if "--tls-port" in command else "--port"
            command += [kind, str(self.ports["redis:6379"]), "--dir", f"{self.folder}/srv"]
        if service == "nginx" and os.getuid() == 0:
            command[-1] += " user root;"  # it may read this test's folder
        return command

    def configure_nginx(self, change: Callable[[str], str] = lambda text: text) -> None:
        """Fill the template in, as nginx's image does."""
        text = change((ROOT / "deploy/nginx/nginx.conf.template").read_text())
        for name, value in self.compose["services"]["nginx"]["environment"].items():
            text = text.replace(f"${{{name}}}", value)
        text = text.replace("/etc/nginx/portal/", "/tmp/portal/")
        (self.folder / "tmp/nginx/portal").mkdir(parents=True, exist_ok=True)
        for part in (ROOT / "deploy/nginx").glob("*.conf"):
            (self.folder / "tmp/nginx/portal" / part.name).write_text(
                self.local(part.read_text(), "nginx")
            )
        text = self.local(text, "nginx")
        for inside in ("8080", "8443", "8081"):
            text = re.sub(rf"\b{inside}\b", str(self.ports[inside]), text)
        (self.folder / "tmp/nginx/nginx.conf").write_text(text)

    # --- Starting and stopping --------------------------------------------------------------------
    def start(self, service: str, name: str = "", **environment: str) -> subprocess.Popen[bytes]:
        """Start one process of `service`; its output goes to `logs/<name>`."""
        name = name or service
        (self.folder / "tmp" / service).mkdir(exist_ok=True)
        if service == "nginx" and not (self.folder / "tmp/nginx/nginx.conf").exists():
            self.configure_nginx()
        with (self.folder / "logs" / name).open("ab") as log:
            process = subprocess.Popen(
                self.command(service),
                cwd=ROOT,
                env=self.environment(service) | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        share = self.compose["services"][service].get("cpu_shares", 1024)  # of the processors
        with contextlib.suppress(FileNotFoundError):  # a system that shares by process alone
            steps = round(math.log(1024 / share, 1.25))
            Path(f"/proc/{process.pid}/autogroup").write_text(str(steps))
            os.setpriority(os.PRIO_PGRP, process.pid, steps)
        self.running[name] = process
        return process

    def start_all(self, workers: int = 2) -> None:
        """Redis, `prepare`, then all others, until people can be served."""
        self.start("redis")
        wait_until(lambda: self._listens("redis:6379"), 10, "Redis answers")
        self.prepare()
        for service in ("web-1", "web-2", "beat"):
            self.start(service)
        for number in range(1, workers + 1):
            self.start("worker", f"worker-{number}")
        self.start("nginx")
        for service in ("web-1", "web-2"):
            wait_until(lambda at=service: self.is_ready(at), 60, f"{service} is ready")
        wait_until(lambda: self._listens("8443"), 10, "nginx answers")

    def prepare(self) -> None:
        assert self.start("prepare").wait(120) == 0, self.log("prepare")
        del self.running["prepare"]

    def stop(self, name: str, number: signal.Signals | None = None) -> float:
        """Stop one as Docker would, and kill what is left; the seconds that it took."""
        service = re.sub(r"^worker-\d+$", "worker", name)
        said = self.compose["services"][service].get("stop_signal", "SIGTERM")
        process = self.running.pop(name)
        started = time.monotonic()
        process.send_signal(number or signal.Signals[said])
        try:
            process.wait(60)
        finally:
            self._kill_group(process)
        return time.monotonic() - started

    def kill(self, name: str) -> None:
        """Kill all processes of one at once: no goodbye to anybody."""
        self._kill_group(self.running.pop(name))

    def stop_all(self) -> None:
        for process in self.running.values():
            self._kill_group(process)
        self.running.clear()

    @staticmethod
    def _kill_group(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    # --- Asking -----------------------------------------------------------------------------------
    def log(self, name: str) -> str:
        return (self.folder / "logs" / name).read_text(errors="replace")

    def logs(self) -> dict[str, str]:
        return {path.name: self.log(path.name) for path in (self.folder / "logs").iterdir()}

    def _listens(self, name: str) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.ports[name]), 1).close()
        except OSError:
            return False
        return True

    def ask_web(self, service: str, path: str) -> tuple[int, bytes]:
        """Ask one web server itself, as a monitor inside does."""
        port = self.ports[f"{service}:8000"]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    def is_ready(self, service: str) -> bool:
        return self.ask_web(service, "/readyz")[0] == 200

    def python(self, code: str, service: str = "prepare", **environment: str) -> str:
        """What `code` prints, run as `manage.py shell -c` in the environment of `service`."""
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "-v0", "-c", code],
            cwd=ROOT,
            env=self.environment(service) | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def visitor(self) -> Visitor:
        return Visitor(self.ports["8443"])


@dataclass
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class _Here(http.client.HTTPSConnection):
    """To the portal's own name, wherever that leads: here, to this machine."""

    def __init__(self, port: int, name: str) -> None:
        context = ssl._create_unverified_context()
        super().__init__(HOST, port, timeout=30, context=context)
        self.name = name

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.name)  # type: ignore[attr-defined]


@dataclass
class Visitor:
    """A browser without a screen: one connection a request, and cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, None, headers)

    def post(self, path: str, data: Mapping[str, str], **headers: str) -> Answer:
        """POST a form of the page at `path`, with its token."""
        page = self.get(path).text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        fields = {"csrfmiddlewaretoken": token[1] if token else "", **data}
        headers = {"Referer": f"https://{HOST}{path}", "Origin": f"https://{HOST}"} | headers
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self.ask("POST", path, urlencode(fields), headers)

    def ask(
        self,
        method: str,
        path: str,
        body: str | None,
        headers: Mapping[str, str],
        name: str = HOST,
        host: str = HOST,
    ) -> Answer:
        """One request over TLS to `name`, about `host`."""
        connection = _Here(self.port, name)
        cookies = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        try:
            sent = {"Host": host, **({"Cookie": cookies} if cookies else {}), **headers}
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or []:
                key, _, value = line.partition(";")[0].partition("=")
                self.cookies[key] = value
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def raw(self, request: str) -> str:
        """The answers to `request` as it stands, over one connection that stays open a while."""
        connection = _Here(self.port, HOST)
        connection.connect()
        connection.sock.settimeout(5)
        said = b""
        try:
            connection.sock.sendall(request.encode())
            while part := connection.sock.recv(65536):
                said += part
        except OSError:  # nothing more comes
            pass
        finally:
            connection.close()
        return said.decode(errors="replace")

    def sign_in(self, email: str, password: str) -> Answer:
        path = "/en/account/login/"
        answer = self.post(path, {"login": email, "password": password})
        if answer.status == 302:
            return self.get(urlsplit(answer.headers["Location"]).path)
        return answer
