"""The opening rush: 500 students send their request for 25 places at once, on PostgreSQL over HTTP.

Measured against a bare Django view that knows who is signed in and writes the same rows through the
ORM, under the same server; pgbench doing the same SQL is the floor. What must hold is counted:
exactly 25 places, nobody passed over, no 500.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg2

from bench.figures import Run

DATABASE = os.environ.get("BENCH_DATABASE_URL", "postgres://vx_test:vx_test@127.0.0.1:5432/vx_rush")
REDIS = os.environ.get("BENCH_REDIS_URL", "redis://127.0.0.1:6379/12")  # as in production
STUDENTS, PLACES, PROCESSES, ROUNDS = 500, 25, 8, 3
TOKEN = "a" * 32  # of the bare view's forms, against forged requests
LEAST = 0.5  # of the bare view's accepted requests a second


def measure(folder: Path, run: Run) -> list[str]:
    """Print what the rush does; what does not hold."""
    if not make_database():
        print("\nOpening rush: not measured, no PostgreSQL at BENCH_DATABASE_URL.")
        return []
    os.environ.update(DATABASE_URL=DATABASE, SECRET_KEY="bench" * 10, BENCH_DIR=str(folder))
    os.environ["REDIS_URL"] = REDIS
    print(f"\nOpening rush: {STUDENTS} requests at once for {PLACES} places …", flush=True)
    facts = step("prepare")
    port, bare_port = free_port(), free_port()
    portal, bare, failures = [], [], []
    signed_in = [f"{cookie}; csrf={TOKEN}" for cookie in facts["cookies"]]
    with serve("vx_portal.wsgi", port, folder), serve("bench.rushing", bare_port, folder):
        for number in range(ROUNDS):
            posts = send_pages(port, facts["rounds"][number], facts["cookies"])
            seconds, codes = at_once(port, posts)
            portal.append(STUDENTS / seconds)
            failures += judge(
                f"round {number + 1}", codes, step("check", facts["editions"][number])
            )
            posts = [
                post(f"/bare/{pk}/", f"csrfmiddlewaretoken={TOKEN}", bare_port, {"Cookie": cookie})
                for pk, cookie in zip(facts["bare"][number], signed_in, strict=True)
            ]
            seconds, codes = at_once(bare_port, posts)
            if codes != {302: STUDENTS}:
                raise SystemExit(f"the bare view answers {dict(codes)}")
            bare.append(STUDENTS / seconds)
        failures += mixed(port, facts)
    floor = pgbench(facts, folder)
    ratio = statistics.median(p / b for p, b in zip(portal, bare, strict=True))
    print(f"  the portal        {figures(portal)} requests a second")
    print(f"  the bare view     {figures(bare)}")
    print(f"  pgbench, the SQL  {floor:.0f} transactions a second")
    print(f"  ratio to the bare view {ratio:.2f} (at least {LEAST})")
    what = f"{STUDENTS} requests at once for {PLACES} places"
    run.note(what, round(statistics.median(portal)), "requests a second", shown=True)
    run.note(f"{what}, of a bare Django view", round(ratio, 2), "", f"at least {LEAST}", shown=True)
    wrong = "places given twice, people passed over, answers 500"
    run.note(f"{what}: {wrong}", len(failures), "", "0", shown=True)
    if ratio < LEAST:
        failures.append(f"rush: {ratio:.2f} of the bare view")
    return failures


def mixed(port: int, facts: dict[str, Any]) -> list[str]:
    """Double clicks, withdrawals and promotions at once: the books balance."""
    edition = facts["editions"][ROUNDS]
    posts = send_pages(port, facts["rounds"][ROUNDS], facts["cookies"])
    first, rest = posts[:50], posts[50:250]
    _seconds, codes = at_once(port, first)
    leave = []
    for reference, cookie in zip(facts["rounds"][ROUNDS][:10], facts["cookies"][:10], strict=True):
        path = f"/nl/exchange/{reference}/withdraw/"
        leave.append(form_post(port, path, cookie, {}))
    _seconds, codes = at_once(port, [*rest, *rest, *leave])
    print(f"  200 requests clicked twice and 10 withdrawals: {dict(sorted(codes.items()))}")
    return judge("mixed", codes, step("check", edition), submitted=250 - 10)


def judge(
    name: str, codes: Counter[int], found: dict[str, Any], submitted: int = STUDENTS
) -> list[str]:
    """What is wrong after a round."""
    wrong = []
    if found["holding"] != PLACES or found["taken"] != PLACES:
        wrong.append(f"rush, {name}: {found['holding']} hold a place, {found['taken']} are counted")
    if found["holding"] + found["waiting"] != submitted:
        wrong.append(f"rush, {name}: {found['waiting']} wait")
    if not found["in_order"]:
        wrong.append(f"rush, {name}: somebody was passed over")
    if any(code >= 500 for code in codes):
        wrong.append(f"rush, {name}: {dict(codes)}")
    print(f"  {name}: {found['holding']} places, {found['waiting']} wait, answers {dict(codes)}")
    return wrong


def figures(rounds: Sequence[float]) -> str:
    return f"{statistics.median(rounds):6.0f} ({', '.join(f'{r:.0f}' for r in rounds)})"


# --- Processes ------------------------------------------------------------------------------------
def make_database() -> bool:
    """An empty database, made anew; False when there is no server."""
    server, _slash, name = DATABASE.rpartition("/")
    try:
        connection = psycopg2.connect(f"{server}/vx_test")
    except psycopg2.OperationalError:
        return False
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")
    connection.close()
    return True


def step(what: str, *arguments: object) -> Any:
    """A step of bench/rushing.py in a process of its own; its last line is JSON."""
    command = [sys.executable, "-m", "bench.rushing", what, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return json.loads(done.stdout.splitlines()[-1])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(application: str, port: int, folder: Path) -> Iterator[None]:
    """Eight processes of gunicorn, the same for both sides."""
    command = [sys.executable, "-m", "gunicorn", application, f"--workers={PROCESSES}"]
    command += ["--threads=2", "--worker-class=gthread", "--log-level=error", "--backlog=2048"]
    command += [f"--bind=127.0.0.1:{port}", "--no-control-socket"]
    with (folder / f"{application}.log").open("wb") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, "PORT": str(port)}
        )
        try:
            for _try in range(300):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield
        finally:
            server.terminate()
            server.wait(30)


# --- Requests -------------------------------------------------------------------------------------
def send_pages(port: int, references: Sequence[str], cookies: Sequence[str]) -> list[bytes]:
    """The last page of each student, looked at; then the request that sends it, ready to go."""
    made = []
    for reference, cookie in zip(references, cookies, strict=True):
        path = f"/nl/exchange/{reference}/check/"
        fields = {"acknowledged": "on", "consents": "on"}
        made.append(form_post(port, path, cookie, fields))
    return made


def form_post(port: int, path: str, cookie: str, fields: dict[str, str]) -> bytes:
    """Look at the page of a form, and make the request that sends it."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Cookie: {cookie}"]
    page = exchange(port, ("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode())
    text = page.decode("utf-8", "replace")
    token = re.search(r"csrf=([^;]+);", text)
    hidden = dict(re.findall(r'name="(seen|csrfmiddlewaretoken)" value="([^"]*)"', text))
    if token is None:
        raise SystemExit(f"{path}: {text[:300]}")
    body = urlencode({**hidden, **fields})
    return post(path, body, port, {"Cookie": f"{cookie}; csrf={token[1]}"})


def post(path: str, body: str, port: int, headers: dict[str, str]) -> bytes:
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def exchange(port: int, request: bytes) -> bytes:
    """One request, and all of its answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def at_once(port: int, requests: Sequence[bytes]) -> tuple[float, Counter[int]]:
    """Send all at the same moment; how long until the last answer, and the status codes."""
    codes: Counter[int] = Counter()
    with selectors.DefaultSelector() as selector:
        started = time.perf_counter()
        for request in requests:
            connection = socket.create_connection(("127.0.0.1", port), timeout=60)
            connection.sendall(request)
            selector.register(connection, selectors.EVENT_READ, bytearray())
        waiting = len(requests)
        while waiting:
            ready = selector.select(timeout=120)
            if not ready:
                raise SystemExit("no answer within two minutes")
            for key, _events in ready:
                connection = key.fileobj  # type: ignore[assignment]
                chunk = connection.recv(65536)
                key.data.extend(chunk)
                if not chunk:
                    head = bytes(key.data[:12])
                    codes[int(head[9:12]) if head[9:12].isdigit() else 0] += 1
                    selector.unregister(connection)
                    connection.close()
                    waiting -= 1
        return time.perf_counter() - started, codes


# --- The floor ------------------------------------------------------------------------------------
def pgbench(facts: dict[str, Any], folder: Path) -> float:
    """Transactions a second of the same SQL, without Django or HTTP; 0 when pgbench is missing."""
    program = shutil.which("pgbench") or next(
        (str(p) for p in Path("/usr/lib/postgresql").glob("*/bin/pgbench")), ""
    )
    if not program:
        return 0.0
    script = folder / "rush.sql"
    script.write_text(facts["sql"])
    done = subprocess.run(
        [program, "-n", "-c", str(PROCESSES), "-j", "2", "-t", "100", "-f", str(script), DATABASE],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None:
        raise SystemExit(done.stderr[-2000:])
    return float(found[1])
