"""Who asks for what: readers, people at their lists, requests, uploads; and how long each waits."""

from __future__ import annotations

import asyncio
import itertools
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bench.open_model import Answer, Do, Door, keep_to, percentile, post_of, upload_of

MIX = (("reading", 70), ("lists", 20), ("requests", 8), ("uploads", 2))  # of a hundred requests
ALMOST = 1.0  # seconds in which a form that was opened is sent
HIDDEN = re.compile(r'name="(seen|csrfmiddlewaretoken)" value="([^"]*)"')
SENDING = {"acknowledged": "on", "consents": "on"}
WORDS = "Because I want to learn how others do it and take that home to my own programme. " * 14


@dataclass
class Times:
    """What became of the requests of one stretch of time."""

    of: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # milliseconds
    wrong: Counter[str] = field(default_factory=Counter)  # what was answered, by kind of request
    sent: list[str] = field(default_factory=list)  # references of requests that were accepted

    @property
    def all(self) -> list[float]:
        return [time for times in self.of.values() for time in times]

    def slow(self, percent: float = 99) -> float:
        return percentile(self.all, percent)

    def note(self, kind: str, due: float, said: str, is_right: bool) -> None:
        """An answer came: how long after its moment, and whether it is the one that should come."""
        self.of[kind].append((asyncio.get_running_loop().time() - due) * 1000)
        if not is_right:
            self.wrong[f"{kind}: {said}"] += 1


class Opened(NamedTuple):
    """A form that stands open in somebody's browser."""

    path: str
    hidden: dict[str, str]
    cookie: str
    status: int


async def open_form(door: Door, path: str, cookie: str) -> Opened:
    """Look at the page of a form."""
    answer = await door.ask("GET", path, {"Cookie": cookie})
    hidden = dict(HIDDEN.findall(answer.text)) if answer.status == 200 else {}
    return Opened(path, hidden, "; ".join([cookie, *answer.cookies]), answer.status)


async def send_form(door: Door, form: Opened, fields: dict[str, str]) -> Answer:
    """Send it."""
    headers, body = post_of(door.host, form.path, form.hidden | fields)
    return await door.ask("POST", form.path, headers | {"Cookie": form.cookie}, body)


@dataclass
class People:
    """Everybody who comes, and what they have still to do."""

    facts: dict[str, Any]
    door: Door
    dice: random.Random
    papers: Iterator[bytes]  # PDFs, each another one
    times: Times = field(default_factory=Times)

    def __post_init__(self) -> None:
        half = len(self.facts["drafts"]) // 2
        self.to_save = itertools.cycle(self.facts["drafts"][:half])
        self.to_send = iter(self.facts["drafts"][half:])
        self.senders = itertools.cycle(self.facts["senders"])

    # --- One request each -------------------------------------------------------------------------
    async def read(self, due: float) -> None:
        """A visitor, or one time in three a student who is signed in."""
        if self.dice.random() < 1 / 3:
            one = self.dice.choice(self.facts["readers"])
            await self._get("reading", due, self.dice.choice(one["pages"]), one["cookie"])
        else:
            await self._get("reading", due, self.dice.choice(self.facts["visitors"]), "")

    async def look(self, due: float) -> None:
        """Somebody at a list of theirs: staff of every role, a student at the own cases."""
        one = self.dice.choice([*self.facts["staff"], *self.facts["readers"][:10]])
        await self._get("lists", due, self.dice.choice(one["pages"]), one["cookie"])

    async def _get(self, kind: str, due: float, path: str, cookie: str) -> None:
        answer = await self.door.ask("GET", path, {"Cookie": cookie} if cookie else {})
        self.times.note(kind, due, f"{answer.status} GET", answer.status == 200)

    # --- Forms: opened a moment before they are sent, which is a request of a reader --------------
    async def _open(self, due: float, path: str, cookie: str) -> Opened:
        form = await open_form(self.door, path, cookie)
        self.times.note("reading", due, f"{form.status} GET of a form", form.status == 200)
        await asyncio.sleep(max(0.0, due + ALMOST - asyncio.get_running_loop().time()))
        return form

    async def request(self, due: float, draft: dict[str, str], page: str) -> None:
        """Save a draft, or send it."""
        form = await self._open(due, draft[page], draft["cookie"])
        fields = SENDING
        if page == "purpose":
            fields = {"purpose": "elective", "motivation": WORDS + str(due), "later": "1"}
        answer = await send_form(self.door, form, fields)
        self.times.note("requests", due + ALMOST, f"{answer.status} {page}", answer.status == 302)
        if page == "check" and answer.status == 302:
            self.times.sent.append(draft["reference"])

    async def upload(self, due: float, sender: dict[str, str]) -> None:
        """Send a transcript, or a newer one."""
        form = await self._open(due, sender["page"], sender["cookie"])
        fields = form.hidden | {"grade": "7.5"}
        headers, body = upload_of(self.door.host, form.path, fields, "papers", next(self.papers))
        answer = await self.door.ask("POST", form.path, headers | {"Cookie": form.cookie}, body)
        self.times.note("uploads", due + ALMOST, f"{answer.status} upload", answer.status == 302)

    # --- The mix ----------------------------------------------------------------------------------
    def schedule(self, rate: float, seconds: float) -> list[tuple[float, Do]]:
        """`rate` requests a second at moments of chance, as many of each kind as MIX says."""
        many = int(rate * seconds)
        kinds = [kind for kind, share in MIX for _n in range(round(many * share / 100))]
        forms = sum(kind in {"requests", "uploads"} for kind in kinds)
        for _form in range(forms):  # who sends a form has opened it: a request of a reader
            kinds.remove("reading")
        self.dice.shuffle(kinds)
        planned: list[tuple[float, Do]] = []
        for kind in kinds:
            moment = self.dice.random() * seconds
            planned.append((moment, self._doing(kind)))
        return sorted(planned, key=lambda one: one[0])

    def _doing(self, kind: str) -> Do:
        if kind == "reading":
            return self.read
        if kind == "lists":
            return self.look
        if kind == "uploads":
            sender = next(self.senders)
            return lambda due: self.upload(due, sender)
        if self.dice.random() < 0.5:
            draft = next(self.to_save)
            return lambda due: self.request(due, draft, "purpose")
        draft = next(self.to_send)
        return lambda due: self.request(due, draft, "check")

    async def come(self, rate: float, seconds: float) -> Times:
        """Everybody comes for so long; what became of it."""
        self.times = Times()
        await keep_to(self.schedule(rate, seconds))
        return self.times


async def rush(
    door: Door, drafts: list[dict[str, str]], seconds: float, dice: random.Random
) -> Times:
    """All of these are sent within `seconds`; their pages stand open already."""
    times = Times()
    ready = [(one, await open_form(door, one["check"], one["cookie"])) for one in drafts]

    def sending(draft: dict[str, str], form: Opened) -> Do:
        async def send(due: float) -> None:
            answer = await send_form(door, form, SENDING)
            times.note("rush", due, f"{answer.status}", answer.status == 302)
            if answer.status == 302:
                times.sent.append(draft["reference"])

        return send

    moments = sorted(dice.random() * seconds for _each in ready)
    await keep_to((moment, sending(*one)) for moment, one in zip(moments, ready, strict=True))
    return times
