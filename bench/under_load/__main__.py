"""`make load`: the portal as docker-compose.yml runs it, on this machine, while many people come.

Fifty requests a second for ten minutes, a web server and a worker killed on the way, six hundred
who send their request within ten seconds, and the highest rate that is held. Who asks shares the
processors with who answers: on a machine of its own it would answer more.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.figures import Run
from bench.under_load.measuring import cores
from bench.under_load.parts import RUSH, STRETCH, Load
from tests.production import ROOT, Database, Production

SINK = """
import time
from tests.mail_server import MailServer
class Sink(MailServer):
    def keep(self, mail): pass
with Sink() as server:
    print(server.port, flush=True)
    time.sleep(1e9)
"""


def arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="make load", description=__doc__)
    asked.add_argument("--minutes", type=float, default=10)
    asked.add_argument("--rate", type=float, default=50, help="requests a second")
    asked.add_argument("--search", type=float, default=STRETCH, help="seconds a step; 0: none")
    asked.add_argument("--seed", type=int, default=1575)
    return asked.parse_args()


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the processes stop with us
    asked = arguments()
    run = Run("load", f"make load MINUTES={asked.minutes:g} RATE={asked.rate:g}")
    print(f"Load: {asked.rate:g} requests a second, {asked.minutes:g} minutes, seed {asked.seed}")
    print(
        f"{cores()} cores, which who asks shares with nginx, the portal and PostgreSQL", flush=True
    )
    with (
        tempfile.TemporaryDirectory(prefix="vx-load-") as name,
        subprocess.Popen([sys.executable, "-c", SINK], stdout=subprocess.PIPE, text=True) as sink,
    ):
        folder, database = Path(name), Database()
        database.make()
        assert sink.stdout is not None
        url = f"smtp://127.0.0.1:{sink.stdout.readline().strip()}"
        portal = Production(folder, database, url)
        try:
            facts = start(portal, folder, asked)
            failures = asyncio.run(Load(portal, folder, facts, asked, run).all())
        finally:
            portal.stop_all()
            database.drop()
            sink.kill()
    run.write(failures)
    print("All limits hold." if not failures else "Does not hold: " + "; ".join(failures))
    return 1 if failures else 0


def start(portal: Production, folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """All of it, with people and courses in it."""
    portal.start_all()
    drafts = int(asked.rate * (asked.minutes * 60 * 1.5 + 600) * 0.08) + 200
    numbers = (drafts, RUSH, 400)
    path = folder / "facts.json"
    command = [sys.executable, "-m", "bench.under_load.prepare", str(path), *map(str, numbers)]
    environment = portal.environment("prepare") | {"DJANGO_SETTINGS_MODULE": "vx_portal.settings"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    facts: dict[str, Any] = json.loads(path.read_text())
    return facts


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(code)
