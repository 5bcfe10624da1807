"""What a worker with its clock costs that has nothing to do, in both ways to run.

All its processes are counted, those that ended too. It looks for owed rows and tells that it lives.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.figures import ROOT, Run

MOST = 1.0  # per cent of a core
SETTLING, SECONDS = 15.0, 120.0  # after the start; and then measured
OUTSIDE = {"DATABASE_URL", "REDIS_URL", "SITE_URL", "ALLOWED_HOSTS", "DEBUG", "DEMO"}


def measure(_folder: Path, run: Run) -> list[str]:
    """Print what an idle worker takes of a core; what is too much."""
    failures = []
    print(f"\n{'idle worker':<12}{'% of a core':>14}{'limit':>8}")
    for engine in ("sqlite", "postgresql"):
        with worker(engine) as group:
            time.sleep(SETTLING)
            share = share_of_a_core(group, SECONDS)
        print(f"{engine:<12}{share:>14.2f}{MOST:>8.2f}")
        what = f"an idle worker on {engine}"
        run.note(what, round(share, 2), "% of a core", f"at most {MOST:g} %", shown=True)
        if share > MOST:
            failures.append(f"idle worker on {engine}: {share:.2f} > {MOST} % of a core")
    return failures


def share_of_a_core(group: int, seconds: float) -> float:
    """Per cent of a core that the processes of this group use in the next seconds."""
    before, started = spent(group), time.monotonic()
    time.sleep(seconds)
    return 100 * (spent(group) - before) / (time.monotonic() - started)


def spent(group: int) -> float:
    """Seconds of processor that the processes of this group, and their dead children, have used."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended: its parent has its time now
            continue
        if int(fields[2]) == group:
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def worker(engine: str) -> Iterator[int]:
    """A worker that has started, with nothing to do; the number of its group of processes."""
    from tests.chaos.servers import Postgres, Redis  # noqa: PLC0415  # with pytest, for its waiting

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vx-bench-")))
        environment = {k: v for k, v in os.environ.items() if k not in OUTSIDE} | {
            "DJANGO_SETTINGS_MODULE": "vx_portal.settings",
            "VAR_DIR": str(folder),
            "EMAIL_URL": "smtp://127.0.0.1:9",  # nothing is mailed
            "SECRET_KEY": "only-for-measuring-what-an-idle-worker-costs-0123456789",
            "LOG_LEVEL": "ERROR",
        }
        if engine == "postgresql":
            postgres, redis = Postgres(), Redis(folder)
            stack.callback(postgres.stop)
            stack.callback(redis.stop)
            environment |= {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
        for command in ("migrate", "createcachetable"):
            made = [sys.executable, "manage.py", command, "-v0"]
            subprocess.run(made, cwd=ROOT, env=environment, check=True)
        yield stack.enter_context(running(environment, folder))


@contextmanager
def running(environment: dict[str, str], folder: Path) -> Iterator[int]:
    """One worker of one process, with its clock, on a portal that is prepared; its group."""
    from tests.running import wait_until  # noqa: PLC0415

    pulse = folder / "pulse"
    celery = [sys.executable, "-m", "celery", "--quiet", "--app=vx_portal", "worker", "--beat"]
    celery += ["--loglevel=error", "--without-gossip", "--without-mingle"]
    celery += ["--without-heartbeat", "--concurrency=1"]
    process = subprocess.Popen(
        celery,
        cwd=ROOT,
        env=environment | {"PULSE_PATH": str(pulse)},
        stdout=subprocess.DEVNULL,  # somebody may read what the process that asked says
        start_new_session=True,
    )
    try:
        wait_until(pulse.exists, 90, "the worker runs")
        yield process.pid
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
