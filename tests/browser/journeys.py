"""What the journeys are told in: people with a browser each, whose every page is looked at."""

from __future__ import annotations

import email
import email.policy
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from playwright.sync_api import BrowserContext, Frame

from tests.browser import looking
from tests.browser.conftest import Portal, view_name
from tests.running import wait_until

# Git keeps none of it. Not in test-results/: pytest-playwright empties that whenever tests begin.
PICTURES = Path(settings.BASE_DIR) / "var" / "journeys"
# What was decided just now can no longer be taken back: it was decided ten seconds earlier.
TEN_SECONDS_PASS = """
from django.db.models import F
from django.utils import timezone
from enrolments.models import Enrolment
from grades.models import Registration, Result, Transcript
from paperwork.services.notices import UNDO
for model, *fields in ((Enrolment, "since"), (Transcript, "changed_at"), (Result, "recorded_at"),
                       (Registration, "created_at", "changed_at")):
    for field in fields:
        young = {f"{field}__gt": timezone.now() - UNDO}
        model.objects.filter(**young).update(**{field: F(field) - UNDO})
"""
type Open = Callable[..., BrowserContext]


class Way(NamedTuple):
    """How a journey is made: its language, its device, its theme, with or without scripts."""

    language: str
    device: str
    theme: str
    has_script: bool

    def __str__(self) -> str:
        script = "script" if self.has_script else "no script"
        return f"{self.language} {self.device} {self.theme} {script}"

    @property
    def options(self) -> dict[str, Any]:
        """What Playwright needs to know."""
        size = {"width": 390, "height": 844} if self.device == "phone" else None
        return {
            "viewport": size or {"width": 1280, "height": 900},
            "color_scheme": self.theme,
            "java_script_enabled": self.has_script,
            "locale": "nl-NL" if self.language == "nl" else "en-GB",
            "reduced_motion": "reduce",  # what scrolls has arrived when it is looked at
        }


# Any two of language, device and scripts meet in each of their values; the themes meet all of them,
# since each page is looked at in both.
WAYS = [
    Way("nl", "phone", "light", has_script=True),
    Way("en", "desktop", "dark", has_script=True),
    Way("nl", "desktop", "dark", has_script=False),
    Way("en", "phone", "light", has_script=False),
]


def both(way: Way) -> list[Way]:
    """This way and its opposite: a short journey has each value once."""
    other = Way(
        language="en" if way.language == "nl" else "nl",
        device="desktop" if way.device == "phone" else "phone",
        theme="dark" if way.theme == "light" else "light",
        has_script=not way.has_script,
    )
    return [way, other]


@dataclass
class Journey:
    """One journey: the portal, the way, and what was seen on the way."""

    name: str
    portal: Portal
    open_browser: Open
    way: Way
    faults: list[str] = field(default_factory=list)
    looked_at: int = 0
    in_full: int = 0
    stops: int = 0  # of the Tab key
    been_at: set[str] = field(default_factory=set)  # views that a browser came to
    seen: set[str] = field(default_factory=set)  # those that were looked at
    looked: looking.Looked = field(init=False)  # of the whole run
    _people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.looked = looking.Looked(self.portal.noted)
        shutil.rmtree(self.folder, ignore_errors=True)  # of an earlier run
        self.folder.mkdir(parents=True)

    def person(self, who: str, name: str = "") -> Person:
        """The demo person `who`, signed in; empty: somebody without an account, called `name`."""
        name = who or name or "visitor"
        if name not in self._people:
            context = self.open_browser(who, **self.way.options)
            self._people[name] = Person(self, name, context)
        return self._people[name]

    def happens(self, code: str) -> Any:
        """Something outside the portal: time passes, somebody enrols (Portal.happens)."""
        return self.portal.happens(code)

    def mail_with(self, words: str) -> str:
        """The first link in the newest mail that leads to an address with `words` in it."""
        folder = Path(self.portal.environment["VAR_DIR"]) / "mail"

        def find() -> str:
            for file in sorted(folder.glob("*.eml"), key=lambda one: -one.stat().st_mtime):
                message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                body = message.get_body(("plain",))
                text = body.get_content() if body else ""
                if found := re.search(rf"http\S+{words}\S+", text):
                    return found[0]
            return ""

        return wait_until(find, 60, f"a mail with a link to {words}")

    def ends(self) -> None:
        """No page had a fault, and every view that somebody came to was looked at.

        `looked-at.txt` beside the pictures says how many kinds of elements of each were looked at
        in full on this device, on this journey and on those before it.
        """
        print(
            f"{self.name}, {self.way}: {self.looked_at} pages of {len(self.seen)} views looked at, "
            f"{self.in_full} in full, {self.stops} stops of the Tab key"
        )
        noted = self.looked.kinds(f"keys {self.way.device}")
        kinds = {
            view: sum(one.startswith(f"{view} main ") for one in noted)
            for view in sorted(self.seen)
        }
        lines = [f"{view}: {number} kinds of elements\n" for view, number in kinds.items()]
        (self.folder / "looked-at.txt").write_text("".join(lines))
        assert not self.faults, "\n".join(self.faults)
        unseen = self.been_at - {view for view, number in kinds.items() if number}
        assert not unseen, f"nobody looked at {sorted(unseen)}"

    @property
    def folder(self) -> Path:
        """Where its pictures go."""
        return PICTURES / self.name / str(self.way).replace(" ", "-")


class Person:
    """Somebody with a browser. Each page that they reach is looked at and kept as a picture."""

    def __init__(self, journey: Journey, who: str, context: BrowserContext) -> None:
        self.journey, self.who = journey, who
        self._has_been_round = False  # with the Tab key, once
        self.page, self._noticed = looking.watched(context, journey.portal.base)
        self.page.on("framenavigated", self._on_arrival)

    def _view(self, address: str) -> str:
        return view_name(address.removeprefix(self.journey.portal.base), ("nl", "en"))

    def _on_arrival(self, frame: Frame) -> None:
        if name := self._view(frame.url):
            self.journey.been_at.add(name)

    def goes(self, path: str) -> Person:
        """To an address of the portal, given without its language, or whole."""
        base = self.journey.portal.base
        address = path if path.startswith("http") else f"{base}/{self.journey.way.language}{path}"
        answer = self.page.goto(address)
        if answer is None or answer.status >= 400:
            self._fault(f"status {answer.status if answer else 'none'}")
        self.looks()
        return self

    def fills(self, **fields: str) -> Person:
        """Fields by their names; what is a choice is chosen."""
        for name, value in fields.items():
            place = self.page.locator(f"main [name={name}]:visible").first
            kind = place.evaluate("e => e.type")
            if kind == "select-one":
                place.select_option(value)
            elif kind in ("radio", "checkbox"):
                self.page.locator(f"main [name={name}][value='{value}']").first.check()
            else:
                place.fill(value)
        return self

    def ticks(self, name: str) -> Person:
        """Every box of that name that can be seen."""
        for box in self.page.locator(f"main [name={name}]:visible").all():
            box.check()
        return self

    def gives(self, name: str, file: str, content: bytes) -> Person:
        """A file, as from the own device."""
        given = {"name": file, "mimeType": "application/pdf", "buffer": content}
        self.page.locator(f"main [name={name}]").set_input_files(given)  # type: ignore[arg-type]
        return self

    def presses(self, selector: str) -> Person:
        """A button or a link, and the page that follows."""
        self.page.locator(f"main {selector} >> visible=true").first.click()
        self.page.wait_for_load_state()
        self.looks()
        return self

    def marks(self, seat: int, kind: str) -> Person:
        """A seat on the exam's day: in place where scripts run, else by a page that comes anew."""
        button = self.page.locator("li[data-seat]").nth(seat).locator(f"button[value={kind}]").first
        if self.journey.way.has_script:
            with self.page.expect_response("**/marks/"):
                button.click()
        else:
            with self.page.expect_navigation():
                button.click()
            self.looks()
        return self

    def reads(self, *words: str) -> Person:
        """What must stand on the page."""
        text = self.page.locator("main").inner_text()
        missing = [word for word in words if word.casefold() not in text.casefold()]
        assert not missing, f"{self.page.url}: no {missing}\n{text[:1500]}"
        return self

    def waits(self) -> Person:
        """Until what was decided last can no longer be taken back."""
        self.journey.happens(TEN_SECONDS_PASS)
        return self

    def sees(self, selector: str) -> bool:
        """Whether the page has it."""
        return self.page.locator(f"main {selector}").count() > 0

    def _fault(self, what: str) -> None:
        self.journey.faults.append(f"{self.who} {self.page.url}: {what}")

    def looks(self) -> None:
        """What a machine sees of faults.

        In full, with axe in both themes, a round with the Tab key and a picture for people, on
        every page that has an element of a kind that no page of that view had before on that
        device; axe was perhaps shown it by `test_every_page`, and is not shown it again.
        """
        trip, page, way = self.journey, self.page, self.journey.way
        trip.looked_at += 1
        view = self._view(page.url)
        trip.seen.add(view)
        found = [f"at its own width {fault}" for fault in page.evaluate(looking.TOO_WIDE)]
        found += looking.reflow(page)
        kinds = looking.kinds_of(page, view)
        if trip.looked.new(f"axe {way.language} {way.device}", kinds):
            found += looking.axe_in_both_themes(page, way.theme, has_script=way.has_script)
        if new := trip.looked.new(f"keys {way.device}", kinds):
            trip.in_full += 1
            # What is around the page's own part is the same on all pages of one person.
            only_main = self._has_been_round and all(
                kind.startswith(f"{view} main ") for kind in new
            )
            self._has_been_round = True
            name = f"{trip.looked_at:02d}-{self.who}.jpg"
            page.screenshot(path=trip.folder / name, full_page=True, type="jpeg", quality=70)
            stops, faults = looking.keyboard(page, has_script=way.has_script, only_main=only_main)
            trip.stops += stops
            found += faults
        found += looking.at_first_sight(page, way.language)
        # 422 is said on purpose, to who filled in a form with a fault.
        found += [noticed for noticed in self._noticed if " 422 " not in noticed]
        self._noticed.clear()
        for fault in found:
            self._fault(fault)
