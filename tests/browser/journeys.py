"""What the journeys are told in: people with a browser each, whose every page is looked at."""

from __future__ import annotations

import email
import email.policy
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import Portal
from tests.browser.test_every_page import AXE, STANDARDS, TOO_WIDE, WATCH_CSP
from tests.running import wait_until

PICTURES = Path(settings.BASE_DIR) / "test-results" / "journeys"  # git keeps none of it
UNDO = 11  # seconds after which what was decided can no longer be taken back
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
        }


@dataclass
class Journey:
    """One journey: the portal, the way, and what was seen on the way."""

    name: str
    portal: Portal
    open_browser: Open
    way: Way
    faults: list[str] = field(default_factory=list)
    looked_at: int = 0
    _people: dict[str, Person] = field(default_factory=dict)

    def person(self, who: str) -> Person:
        """The demo person `who`, signed in; empty: somebody without an account."""
        if who not in self._people:
            context = self.open_browser(who, **self.way.options)
            self._people[who] = Person(self, who or "visitor", context)
        return self._people[who]

    def happens(self, code: str) -> Any:
        """Something outside the portal, as Python in its place: time passes, somebody enrols.

        What `code` leaves in `said` comes back, by way of JSON.
        """
        asked = f"import json\nsaid = None\n{code}\nprint('said:' + json.dumps(said))"
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", asked],
            cwd=settings.BASE_DIR,
            env=self.portal.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout.rpartition("said:")[2])

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

        return wait_until(find, 30, f"a mail with a link to {words}")


class Person:
    """Somebody with a browser. Each page that they reach is looked at and kept as a picture."""

    def __init__(self, journey: Journey, who: str, context: BrowserContext) -> None:
        self.journey, self.who = journey, who
        context.add_init_script(WATCH_CSP)
        self.page: Page = context.new_page()
        self._noticed: list[str] = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self._noticed.append(f"script: {error}"))

    def _on_console(self, message: Any) -> None:
        if message.type == "error" and "422" not in message.text:  # said on purpose
            self._noticed.append(f"console: {message.text}")

    def goes(self, path: str) -> Person:
        """To an address of the portal, given without its language, or whole."""
        base = self.journey.portal.base
        address = path if path.startswith("http") else f"{base}/{self.journey.way.language}{path}"
        answer = self.page.goto(address)
        if answer is None or answer.status >= 400:
            self._fault(f"status {answer.status if answer else 'none'}")
        self._look()
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
        self._look()
        return self

    def reads(self, *words: str) -> Person:
        """What must stand on the page."""
        text = self.page.locator("main").inner_text()
        missing = [word for word in words if word.casefold() not in text.casefold()]
        assert not missing, f"{self.page.url}: no {missing}\n{text[:1500]}"
        return self

    def waits(self) -> Person:
        """Until what was decided can no longer be taken back."""
        self.page.wait_for_timeout(UNDO * 1000)
        return self

    def sees(self, selector: str) -> bool:
        """Whether the page has it."""
        return self.page.locator(f"main {selector}").count() > 0

    @property
    def _scripts(self) -> bool:
        return self.journey.way.has_script

    def _fault(self, what: str) -> None:
        self.journey.faults.append(f"{self.who} {self.page.url}: {what}")

    def _look(self) -> None:
        """What a machine sees of faults; a picture for people."""
        way, page = self.journey.way, self.page
        self.journey.looked_at += 1
        if page.locator("h1").count() != 1:
            self._fault(f"{page.locator('h1').count()} h1")
        if page.locator("html").get_attribute("lang") != way.language:
            self._fault("not in the reader's language")
        if self._scripts:
            page.evaluate(AXE)
            run = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})"
            for violation in page.evaluate(run, STANDARDS)["violations"]:
                places = [node["html"][:100] for node in violation["nodes"][:2]]
                self._fault(f"axe {violation['id']}: {places}")
            for wide in page.evaluate(TOO_WIDE):
                self._fault(f"too wide: {wide}")
            for refused in page.evaluate("window.refused || []"):
                self._fault(f"refused by the policy: {refused}")
        for noticed in self._noticed:
            self._fault(noticed)
        self._noticed.clear()
        folder = PICTURES / self.journey.name / str(way).replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{self.journey.looked_at:02d}-{self.who}.png"
        page.screenshot(path=folder / name, full_page=True)
