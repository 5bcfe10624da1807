"""What delivering costs: `make bench ONLY=deliveries`, on SQLite and on a PostgreSQL of its own.

Deliveries of one Celery worker, from the commit that owes them until the last is written down,
against bare smtplib with the same mails to the same mail server; and a transaction that owes a
notice against the same one that does not; each pair in turn. Then what a worker costs that has
nothing to do (idle.py). On PostgreSQL the worker is woken by a Redis, on SQLite by a folder.
"""

from __future__ import annotations

import json
import os
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import idle
from bench.figures import Run

LEAST = 0.02  # of the mails a second that bare smtplib hands over
MOST = 4.0  # times as long as the transaction without the notice
SLOWEST = 40  # deliveries a second of a worker on PostgreSQL
ADDED = 2.0  # milliseconds that a notice may add
ROUNDS, MAILS, CHANGES = 5, 200, 300
LONGEST = 120  # seconds for one round of mails

SINK = """
import time
from tests.mail_server import MailServer
with MailServer() as server:
    print(server.port, flush=True)
    time.sleep(600)
"""


def measure(folder: Path, run: Run) -> list[str]:
    """Print what deliveries and notices cost; what is too slow."""
    head = f"{'mails/s':>9}{'least':>7}{'bare':>9}{'ratio':>7}{'limit':>7}"
    print(f"{'':<12}{head}   ms of processor a mail")
    found = {
        engine: measure_on(engine, redis=engine == "postgresql")
        for engine in ("sqlite", "postgresql")
    }
    for engine, facts in found.items():
        ratio, least = facts["ratio"], SLOWEST if engine == "postgresql" else "-"
        print(
            f"{engine:<12}{facts['sent']:>9.0f}{least:>7}{facts['bare']:>9.0f}"
            f"{ratio:>7.2f}{LEAST:>7.2f}{facts['busy']:>10.1f}"
        )
        limit = f"at least {SLOWEST}" if engine == "postgresql" else ""
        what = f"mails by one worker on {engine}"
        run.note(what, round(facts["sent"]), "a second", limit, shown=True)
    print(f"\n{'transaction':<12}{'p50':>9}{'p95':>9}{'with p50':>10}{'with p95':>10}{'ratio':>7}")
    for engine, facts in found.items():
        without, owing = facts["without"], facts["owing"]
        figures = f"{without[0]:>9.2f}{without[1]:>9.2f}{owing[0]:>10.2f}{owing[1]:>10.2f}"
        ratio = owing[0] / without[0]
        print(f"{engine:<12}{figures}{ratio:>7.2f}   at most {MOST} times and {ADDED} ms more")
        what = f"what owing a notice adds on {engine}"
        run.note(what, round(added(facts), 2), "ms", f"at most {ADDED} ms", shown=True)
    failures = [said for engine, facts in found.items() for said in too_slow(engine, facts)]
    return failures + idle.measure(folder, run)


def added(facts: dict[str, Any]) -> float:
    """Milliseconds that a notice adds to a transaction, at p50."""
    more: float = facts["owing"][0] - facts["without"][0]
    return more


def too_slow(engine: str, facts: dict[str, Any]) -> list[str]:
    """Which limits do not hold."""
    ratio = facts["owing"][0] / facts["without"][0]
    failures = []
    if facts["ratio"] < LEAST:
        failures.append(f"deliveries on {engine}: {facts['ratio']:.2f} < {LEAST} of bare")
    if engine == "postgresql" and facts["sent"] < SLOWEST:
        failures.append(f"deliveries on {engine}: {facts['sent']:.0f} < {SLOWEST} a second")
    if ratio > MOST:
        failures.append(f"owing on {engine}: {ratio:.1f} > {MOST} times the transaction")
    if added(facts) > ADDED:
        failures.append(f"owing on {engine}: {added(facts):.2f} > {ADDED} ms more")
    return failures


def measure_on(
    engine: str, module: str = "bench.deliveries", *, redis: bool = False
) -> dict[str, Any]:
    """The figures of one engine, which `module` measures in a process of its own."""
    from tests.chaos.servers import Postgres, Redis  # noqa: PLC0415  # with pytest, for its waiting

    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="vx-bench-"))
        sink = stack.enter_context(
            subprocess.Popen([sys.executable, "-c", SINK], stdout=subprocess.PIPE, text=True)
        )
        stack.callback(sink.kill)
        assert sink.stdout
        outside = {"DATABASE_URL", "REDIS_URL", "SITE_URL", "ALLOWED_HOSTS", "DEBUG"}
        environment = {k: v for k, v in os.environ.items() if k not in outside} | {
            "DJANGO_SETTINGS_MODULE": "vx_portal.settings",
            "VAR_DIR": folder,
            "EMAIL_URL": f"smtp://127.0.0.1:{int(sink.stdout.readline())}",
            "SECRET_KEY": "only-for-measuring-what-deliveries-cost-0123456789",
            "LOG_LEVEL": "ERROR",
        }
        if engine == "postgresql":
            postgres = Postgres()
            stack.callback(postgres.stop)
            environment["DATABASE_URL"] = postgres.url
        if redis:
            broker = Redis(Path(folder))
            stack.callback(broker.stop)
            environment["REDIS_URL"] = broker.url
        here = [sys.executable, "-m", module]
        done = subprocess.run(here, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return facts


def here() -> dict[str, Any]:
    """Measure in this process, on the database of the settings."""
    import django  # noqa: PLC0415  # the settings read what measure_on() put into the environment

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    reader = User.objects.create_user("reader@university.example")
    with idle.running(dict(os.environ), Path(os.environ["VAR_DIR"])) as worker:
        found: dict[str, Any] = deliveries(reader, worker)
    return {**found, **transactions(reader)}


def deliveries(reader: Any, worker: int) -> dict[str, float]:
    """Mails a second, by the worker that runs and by bare smtplib, a round of each in turn."""
    from django.core.mail import mailers  # noqa: PLC0415

    from paperwork import mails  # noqa: PLC0415
    from paperwork.models import Notice  # noqa: PLC0415

    rate_of_worker(reader, "first")  # it has read its code, and sent a mail
    rows = Notice.objects.select_related("recipient")
    content = [mails.message(notice).message().as_bytes() for notice in rows]
    sent, bare, before = [], [], idle.spent(worker)
    for number in range(ROUNDS):
        started = time.perf_counter()
        with smtplib.SMTP(mailers.default.host, mailers.default.port) as server:
            for mail in content:
                server.sendmail("noreply@localhost", [reader.email], mail)
        bare.append(MAILS / (time.perf_counter() - started))
        sent.append(rate_of_worker(reader, str(number)))
    ratios = [own / beside for own, beside in zip(sent, bare, strict=True)]
    middle = statistics.median
    busy = 1000 * (idle.spent(worker) - before) / (ROUNDS * MAILS)
    return {"sent": middle(sent), "bare": middle(bare), "ratio": middle(ratios), "busy": busy}


def rate_of_worker(reader: Any, name: str) -> float:
    """Mails a second of the worker that runs: from the commit that owes them to the last."""
    from django.db import transaction  # noqa: PLC0415
    from django.db.models import Max  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from paperwork.models import Notice  # noqa: PLC0415
    from paperwork.services.notices import owe_notice  # noqa: PLC0415

    with transaction.atomic():
        for each in range(MAILS):
            owe_notice("test", f"{name}:{each}", reader, {})
    started = timezone.now()
    mine = Notice.objects.filter(key__startswith=f"{name}:")
    end = time.monotonic() + LONGEST
    while mine.exclude(state="done").exists():
        if time.monotonic() > end:
            raise SystemExit("the worker has not sent what was owed")
        time.sleep(0.05)
    last = mine.aggregate(last=Max("done_at"))["last"]
    return MAILS / float((last - started).total_seconds())


def transactions(reader: Any) -> dict[str, list[float]]:
    """p50 and p95 in ms of a change with its event, and of the same that owes a notice too."""
    from django.db import transaction  # noqa: PLC0415

    from paperwork.services.events import record  # noqa: PLC0415
    from paperwork.services.notices import owe_notice  # noqa: PLC0415

    times: dict[bool, list[float]] = {False: [], True: []}
    for number in range(CHANGES):
        for owes in (False, True):
            started = time.perf_counter()
            with transaction.atomic():
                record(reader, "change_profile", by=None)
                if owes:
                    owe_notice("test", f"change:{number}", reader, {})
            times[owes].append((time.perf_counter() - started) * 1000)
    cut = {owes: statistics.quantiles(spent, n=100) for owes, spent in times.items()}
    return {"without": [cut[False][49], cut[False][94]], "owing": [cut[True][49], cut[True][94]]}


if __name__ == "__main__":
    print(json.dumps(here()))
