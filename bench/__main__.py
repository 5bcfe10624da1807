"""`make bench`: measure, print the tables, and say with the exit status whether limits hold.

`make bench ONLY=paper` measures that part alone; `make figures` keeps the figures for README.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin

from bench import (
    audit,
    deliveries,
    figures,
    marks,
    paper,
    planning,
    registrations,
    reports,
    rush,
    transcripts,
)
from bench.figures import Run
from bench.load import ROUNDS, SECONDS, Round, calm_p95, load, p95, request
from bench.phone import View, first_views

MOST_QUERIES, MOST_BYTES, MOST_REQUESTS, P95 = 12, 130_000, 12, 150
BUSY_P95 = 200  # ms; pages of forms and many rows
MOST_OF_PLANNER, MOST_OF_HOMES = 15, 23  # a home asks each of the areas that its reader works in
CLS = 0.02  # cumulative layout shift


class Target(NamedTuple):
    """Something that is measured against a bare view."""

    name: str
    paths: list[str]
    against: str  # constant or list
    least: float  # of the bare view's requests a second
    headers: dict[str, str]


def targets(facts: dict[str, Any]) -> list[Target]:
    listing, course = facts["pages"]["catalogue"], facts["pages"]["course"]
    words = (
        "topology",
        "machine learning",
        "brisbane",
        "quantum",
        "law",
        "history of art",
        "krakow",
    )
    one = [f"?university=U{n:02}" for n in range(40)]
    two = [f"?university=U{n:02}&level=master&sort=deadline" for n in range(40)]
    wide = [f"?ec=5&assessment=exam&open=now&page={n}" for n in range(1, 8)]
    search = [f"?q={quote(word)}" for word in (*words, *facts["codes"])]
    both = [f"?q={quote(word)}&field=05&field=02&period=spring" for word in words]
    htmx = {"HX-Request": "true"}
    return [
        Target("catalogue", [listing], "constant", 0.5, {}),
        Target("course", [course], "constant", 0.5, {}),
        Target("one filter", [listing + q for q in one], "list", 0.6, {}),
        Target("two filters, by deadline", [listing + q for q in two], "list", 0.6, {}),
        Target("three filters, pages 1 to 7", [listing + q for q in wide], "list", 0.6, {}),
        Target("search", [listing + q for q in search], "list", 0.6, {}),
        Target("search with filters", [listing + q for q in both], "list", 0.6, {}),
        Target("one filter, htmx", [listing + q for q in one], "list", 0.6, htmx),
        Target("search, htmx", [listing + q for q in search], "list", 0.6, htmx),
        Target("catalogue, signed in", [listing], "list", 0.25, {"Cookie": facts["cookie"]}),
        Target(
            "one filter, signed in",
            [listing + q for q in one],
            "list",
            0.25,
            {"Cookie": facts["cookie"]},
        ),
    ]


def main() -> int:
    started = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers stop with us
    parts = {
        "pages": measure_pages,
        **{name: partial(measure_busy, name) for name in BUSY},
        "rush": rush.measure,
        "paper": paper.measure,
        "registrations": registrations.measure,
        "deliveries": deliveries.measure,
        "planning": planning.measure,
        "marks": marks.measure,
        "transcripts": transcripts.measure,
        "audit": audit.measure,
        "reports": reports.measure,
    }
    if sys.argv[1:2] == ["figures"]:
        return figures.main(sys.argv[2:])
    failures = []
    for name in sys.argv[1:] or parts:
        run = Run(f"bench-{name}", f"make bench ONLY={name}")
        with tempfile.TemporaryDirectory(prefix="vx-bench-") as folder:
            os.environ.update(
                VAR_DIR=folder,
                BENCH_DIR=folder,
                DEMO="1",
                DJANGO_SETTINGS_MODULE="vx_portal.settings",
            )
            for setting in ("DATABASE_URL", "REDIS_URL", "SITE_URL", "ALLOWED_HOSTS", "DEBUG"):
                os.environ.pop(setting, None)
            found = parts[name](Path(folder), run)
        run.write(found)
        failures += found
    print(f"\n{time.monotonic() - started:.0f} s. ", end="")
    print("All limits hold." if not failures else "Too slow or too heavy: " + "; ".join(failures))
    return 1 if failures else 0


def measure_pages(folder: Path, run: Run) -> list[str]:
    """Print how fast and how heavy pages are; what is too slow or too heavy."""
    port, bare_port = free_port(), free_port()
    os.environ["PORT"] = str(port)
    print("Making a portal with 40 universities, 500 courses and 1,500 editions …", flush=True)
    facts = prepare("bench.prepare")
    with serve(port, bare_port, folder):
        measured, bare = measure(port, bare_port, targets(facts))
        weights = {name: first_view(port, path) for name, path in facts["pages"].items()}
        phone = first_views(f"http://127.0.0.1:{port}", facts["pages"])
    note_pages(run, measured, weights, phone)
    return [*report(measured, bare), *report_rest(facts, weights), *report_phone(phone)]


class Busy(NamedTuple):
    """Personal pages, never kept, in a portal with much in it."""

    module: str  # fills the portal and counts the queries
    what: str  # in the table of figures
    most: int  # queries of a page
    least: float  # of the bare list's requests a second


BUSY = {
    "desk": Busy("bench.desk", "desk with 20,000 applications", MOST_QUERIES, 0.015),
    # Homes of exam staff and hosts look at all exams and students of theirs.
    "homes": Busy("bench.homes", "homes and search with 20,000 cases", MOST_OF_HOMES, 0.005),
    # All sittings to come are checked for each page.
    "planner": Busy("bench.planner", "exam planner with 200 sittings", MOST_OF_PLANNER, 0.005),
}


def measure_busy(name: str, folder: Path, run: Run) -> list[str]:
    """Print how fast these pages are, with two and with eight readers at once; what is too slow."""
    busy = BUSY[name]
    port, bare_port = free_port(), free_port()
    os.environ["PORT"] = str(port)
    print(f"Making a portal: {busy.what} …", flush=True)
    facts = prepare(busy.module)
    with serve(port, bare_port, folder):
        wanted = [
            Target(page, [path], "list", busy.least, {"Cookie": cookie})
            for page, path, cookie in facts["targets"]
        ]
        measured, bare = measure(port, bare_port, wanted)
        calm = {each.name: calm_p95(port, each.paths, each.headers) for each in wanted}
    failures = report(measured, bare)
    slowest = max(calm, key=lambda page: calm[page])
    crowded = max(p95(rounds) for _target, rounds, _ratios in measured)
    print(f"\nSlowest p95: {calm[slowest]:.0f} ms, 2 at once, {slowest} (aim: {BUSY_P95} ms)")
    print(f"with 8 at once: {crowded:.0f} ms")
    note(run, f"{busy.what}, slowest page, p95, 2 at once", calm[slowest], BUSY_P95)
    note(run, f"{busy.what}, slowest page, p95, 8 at once", crowded, BUSY_P95)
    return [*failures, *report_rest(facts, {}, busy.most)]


def prepare(module: str) -> dict[str, Any]:
    """Make both databases; what the portal's pages are, and how many queries they ask."""
    run = [sys.executable, "-c", "from bench import bare; bare.make()"]
    subprocess.run(run, check=True)
    made = subprocess.run(
        [sys.executable, "-m", module], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise SystemExit(made.stderr[-3000:])
    facts: dict[str, Any] = json.loads(made.stdout.splitlines()[-1])
    return facts


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(port: int, bare_port: int, folder: Path) -> Iterator[None]:
    """The portal as the demo serves it, and the bare project under the same flags."""
    import django  # noqa: PLC0415  # the settings read what main() puts into the environment

    django.setup()
    from vx_portal.management.commands.demo import web_server  # noqa: PLC0415

    command = [str(word) for word in web_server().command]
    # Not by the portal's own configuration, which reads the portal's settings.
    flags = ["--worker-class=gthread", "--workers=2", "--threads=4", "--log-level=warning"]
    flags.append(f"--bind=127.0.0.1:{bare_port}")
    bare = [sys.executable, "-m", "gunicorn", *flags, "bench.bare"]
    servers = []
    with (folder / "web.log").open("wb") as log:
        try:
            servers += [subprocess.Popen(each, stdout=log, stderr=log) for each in (command, bare)]
            for number in (port, bare_port):
                wait_for(number)
            yield
        finally:
            for server in servers:
                server.terminate()
            for server in servers:
                server.wait(20)


def wait_for(port: int) -> None:
    for _ in range(200):
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"Nothing answers on port {port}.")


type Measured = list[tuple[Target, list[Round], list[float]]]


def measure(port: int, bare_port: int, wanted: list[Target]) -> tuple[Measured, dict[str, Any]]:
    """Rounds of every target, each right after the bare view that it is compared with."""
    bare = {name: [request(f"/{name}/", bare_port, {})] for name in ("constant", "list")}
    rounds: dict[str, list[Round]] = {"constant": [], "list": []}
    measured: Measured = [(target, [], []) for target in wanted]
    asked = {t.name: [request(path, port, t.headers) for path in t.paths] for t, _, _ in measured}
    for target, _, _ in measured:  # both workers have seen every page
        load(port, asked[target.name], 0.4)
    for name in bare:
        load(bare_port, bare[name], 0.4)
    for number in range(ROUNDS):
        print(f"Round {number + 1} of {ROUNDS} …", flush=True)
        for target, own, ratios in measured:
            beside = load(bare_port, bare[target.against], SECONDS)
            rounds[target.against].append(beside)
            own.append(load(port, asked[target.name], SECONDS))
            ratios.append(own[-1].per_second / beside.per_second)
    return measured, rounds


def report(measured: Measured, bare: dict[str, list[Round]]) -> list[str]:
    """Print the speeds; what is too slow."""
    print(f"\n{'8 at once':<36}{'req/s':>8}{'p50 ms':>8}{'p95 ms':>8}{'ratio':>8}{'limit':>8}")
    for name, rounds in bare.items():
        if rounds:
            print(f"{'bare ' + name:<36}{line_of(rounds)}")
    failures = []
    for target, rounds, ratios in measured:
        ratio = statistics.median(ratios)
        low = ratio < target.least
        mark = "  too slow" if low else ""
        line = f"{target.name:<36}{line_of(rounds)}{ratio:>8.2f}{target.least:>8.2f}"
        print(f"{line} of {target.against}{mark}")
        if low:
            failures.append(f"{target.name} {ratio:.2f} < {target.least}")
    public = [p95(rounds) for target, rounds, _ in measured if "Cookie" not in target.headers]
    if public:
        print(f"\nSlowest p95 of catalogue and search: {max(public):.0f} ms (aim: {P95} ms)")
    return failures


def line_of(rounds: list[Round]) -> str:
    speed = statistics.median(each.per_second for each in rounds)
    middle = statistics.median(each.percentile(50) for each in rounds)
    return f"{speed:>8.0f}{middle:>8.1f}{p95(rounds):>8.1f}"


def note(run: Run, what: str, slowest: float, aim: int) -> None:
    run.note(what, round(slowest), "ms", f"aim: at most {aim} ms", shown=True)


def note_pages(
    run: Run, measured: Measured, weights: dict[str, tuple[int, int]], phone: dict[str, View]
) -> None:
    for target, rounds, ratios in measured:
        speed = statistics.median(each.per_second for each in rounds)
        run.note(f"{target.name}, 8 at once", round(speed), "requests a second")
        ratio = round(statistics.median(ratios), 2)
        limit = f"at least {target.least}"
        run.note(f"{target.name}, of a bare Django {target.against}", ratio, "", limit)
    public = [p95(rounds) for target, rounds, _ in measured if "Cookie" not in target.headers]
    note(run, "catalogue and search, slowest way, p95", max(public), P95)
    heaviest = max(size for size, _requests in weights.values()) / 1000
    limit = f"at most {MOST_BYTES / 1000:.0f} kB"
    run.note("first view, heaviest page", round(heaviest), "kB", limit, shown=True)
    if phone:
        lcp = max(view.lcp for view in phone.values())
        run.note("first view on a slow phone, LCP", round(lcp), "ms", "aim: 1,500 ms", shown=True)
        cls = max(view.cls for view in phone.values())
        run.note("layout shift", round(cls, 4), "", f"at most {CLS}", shown=True)


def report_rest(
    facts: dict[str, Any], weights: dict[str, tuple[int, int]], most: int = MOST_QUERIES
) -> list[str]:
    """Print queries and weights; what is too many or too heavy."""
    failures = []
    print(f"\n{'Queries':<36}{'rows / 10':>10}{'all rows':>10}   (limit {most}, and equal)")
    for page, (few, many) in facts["queries"].items():
        wrong = many > most or few != many
        print(f"{page:<36}{few:>10}{many:>10}{'  wrong' if wrong else ''}")
        if wrong:
            failures.append(f"{page}: {few} and {many} queries")
    if not weights:
        return failures
    print(f"\n{'First view':<36}{'bytes':>10}{'requests':>10}   (at most 130 kB and 12)")
    for page, (size, count) in weights.items():
        wrong = size > MOST_BYTES or count > MOST_REQUESTS
        print(f"{page:<36}{size:>10,}{count:>10}{'  wrong' if wrong else ''}")
        if wrong:
            failures.append(f"{page}: {size} bytes in {count} requests")
    return failures


def report_phone(phone: dict[str, View]) -> list[str]:
    """Print first views on a slow phone; which pages move under the reader's eyes."""
    print(f"\n{'On a slow phone':<36}{'LCP ms':>10}{'CLS':>10}   (aim: 1,500 ms; at most {CLS})")
    for page, view in phone.items():
        wrong = "  wrong" if view.cls > CLS else ""
        print(f"{page:<36}{view.lcp:>10,.0f}{view.cls:>10.4f}{wrong}")
    if not phone:
        print("not measured: Chromium is not installed")
    return [f"{page}: CLS {view.cls:.3f}" for page, view in phone.items() if view.cls > CLS]


def first_view(port: int, path: str) -> tuple[int, int]:
    """Bytes and requests of somebody's first page: it and all that it loads, compressed."""
    base = f"http://127.0.0.1:{port}"
    sizes = {}
    size, html = fetch(base + path)
    sizes[path] = size
    found = re.findall(r'<(?:script|img)[^>]*\ssrc="([^"]+)"', html)
    links = re.findall(r"<link[^>]*>", html)
    found += [
        re.search(r'href="([^"]+)"', link)[1]  # type: ignore[index]
        for link in links
        if re.search(r'rel="(?:stylesheet|icon|preload|manifest)"', link)
    ]
    while found:
        address = urljoin(base + path, found.pop())
        if address in sizes:
            continue
        sizes[address], content = fetch(address)
        if address.endswith(".css"):  # the extended letters load only where a name has them
            fonts = re.findall(r'url\("?([^")]+\.woff2)"?\)', content)
            found += [urljoin(address, font) for font in fonts if "-ext" not in font]
    return sum(sizes.values()), len(sizes)


def fetch(address: str) -> tuple[int, str]:
    """The size on the wire and the text of what is at `address`."""
    asked = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        data: bytes = answer.read()
        packed = answer.headers.get("Content-Encoding") == "gzip"
    return len(data), (gzip.decompress(data) if packed else data).decode(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
