"""The portal of the semester: all of docker-compose.yml as processes; workers are killed."""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bench.semester import clock
from tests.mail_server import MailServer, Taken
from tests.production import Database, Production

LEASE = 60  # seconds, by the semester's clock
WORKERS = ("worker-1", "worker-2")
LINK = re.compile(r"https://[^/\s]+/(?:nl|en)/([\w/-]+?)/([\w-]{40,})/")


@dataclass
class Post(MailServer):
    """Counts the mails, and keeps of them the links alone: there are many."""

    times: Counter[str] = field(default_factory=Counter)  # how often each id came
    links: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # reader: page, token

    def keep(self, mail: Taken) -> None:
        self.times[mail.id] += 1
        if found := LINK.findall(mail.text):
            self.links.setdefault(mail.to, []).extend(found)

    def take_links(self, to: str, page: str) -> list[str]:
        """The tokens of the links to `page` that came to this reader since last asked."""
        all_of = self.links.get(to, [])
        self.links[to] = [one for one in all_of if one[0] != page]
        return [token for name, token in all_of if name == page]


class Processes:
    """A PostgreSQL database, a Redis, nginx, two web servers, two workers, the clock, a mailbox."""

    def __init__(self, folder: Path, begins: datetime, seed: int) -> None:
        self.dice = random.Random(f"{seed} kills")
        self.post = Post()
        self.post.open()
        self.database = Database()
        self.database.make()
        clock.write(begins, folder / "clock")
        more = {
            "CLOCK_FILE": str(folder / "clock"),
            "DJANGO_SETTINGS_MODULE": "bench.semester.settings",
            "LEASE_SECONDS": str(LEASE),
        }
        url = f"smtp://127.0.0.1:{self.post.port}"
        self.production = Production(folder, self.database, url, more)
        self.killed: Counter[str] = Counter()
        self.read: dict[str, int] = {}  # of each log, when all was ready

    def start(self) -> None:
        """Start all of it, and make this process one that has the portal's settings."""
        self.production.start_all(workers=len(WORKERS))
        self.read = {name: len(log) for name, log in self.production.logs().items()}
        os.environ.update(self.production.environment("prepare") | {"LOG_LEVEL": "ERROR"})

    def new_logs(self) -> dict[str, str]:
        """What was logged since all of it was ready."""
        logs = self.production.logs()
        return {name: log[self.read.get(name, 0) :] for name, log in logs.items()}

    def kill_a_worker(self) -> None:
        """SIGKILL for one worker and all its processes; it is started again, as Docker would."""
        name = self.dice.choice(WORKERS)
        self.production.kill(name)
        self.killed[name] += 1
        self.production.start("worker", name)

    def rest(self) -> None:
        """Stop what writes by itself: it and who takes tables apart would wait for each other."""
        for name in ("beat", *WORKERS):
            self.production.stop(name)

    def end(self) -> None:
        self.production.stop_all()
        self.post.close()
        self.database.drop()
