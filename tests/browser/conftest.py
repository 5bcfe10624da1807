"""The demo, run as people run it, and a Chromium that looks at it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from accounts.demo import DOMAIN, ONE_CLICK, PASSWORD
from tests.access import EVERYONE
from tests.addresses import ADDRESSES
from tests.running import Demo

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Of two lists Chromium takes the last: what matters of Playwright's stands in it too. Without
    # RenderDocument, which makes a frame anew for each page, a page costs a quarter less.
    "--disable-features=DestroyProfileOnBrowserClose,HttpsUpgrades,MediaRouter,OptimizationHints,"
    "PaintHolding,RenderDocument,SpareRendererForSitePerProcess,ThirdPartyStoragePartitioning",
]
# Everybody of the demo who sees pages of their own: who sees few first, so that pages that many see
# are looked at as these.
PEOPLE = [
    *("", "student", "incoming", "partner-epfl", "administration", "exams", "honours"),
    *("coordinator-fgw", "coordinator-fsw", "office", "auditor"),
]
BY_PUBLIC_PAGES = {"", "student", "incoming"}  # whose own pages hang on those of courses
PUBLIC = {name for name, row in ADDRESSES.items() if row.get == EVERYONE}
EACH_ITS_OWN = {"work:home", "reports:home", "search"}
LIMIT = 300  # views that one person can walk to
PATIENCE = 60_000  # ms; a browser, a portal and its worker may share a busy machine
expect.set_options(timeout=20_000)
HREF = re.compile(r'href="(/(?:nl|en)/[^"#]*)')
# Not pages: files, what a link must not set off, and the demo's mails as HTML: there no script
# runs, axe's neither (test_mail.py looks at one).
NO_PAGES = re.compile(
    r"\.ics$|/(exchange|desk)/[^/]+/(files|documents)/|/documents/[^/]+/open/|/feed/|/export/|/download/|/template-|/logout/"
    r"|/demo/mail/.*/html/"
)

# A process in the portal's place that does what it is sent, line by line.
HAND = """
import json, sys, traceback
from django.db import connections
for line in sys.stdin:
    names = {"said": None}
    try:
        exec(json.loads(line), names)
        answer = [True, names["said"]]
    except Exception:
        answer = [False, traceback.format_exc()]
    connections.close_all()
    print("said:" + json.dumps(answer), flush=True)
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker("browser")


class Sample(NamedTuple):
    """A page to look at: as whom, of which view, and where."""

    who: str
    view: str
    path: str


class Portal(Demo):
    """A running demo, and where its people can walk."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._pages: dict[str, dict[str, str]] = {}
        self.jars: dict[str, CookieJar] = {}
        self._hand: subprocess.Popen[str] | None = None
        self._said_by_hand = folder / "hand"
        self.noted = folder  # what may be told to the other processes of this run

    def happens(self, code: str) -> Any:
        """Something outside the portal, as Python in its place: time passes, somebody enrols.

        What `code` leaves in `said` comes back, by way of JSON.
        """
        if self._hand is None:
            with self._said_by_hand.open("wb") as said:
                self._hand = subprocess.Popen(
                    [sys.executable, "manage.py", "shell", "--no-imports", "-c", HAND],
                    cwd=settings.BASE_DIR,
                    env=self.environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    text=True,
                )
        assert self._hand.stdin
        assert self._hand.stdout
        print(json.dumps(code), file=self._hand.stdin, flush=True)
        for line in self._hand.stdout:
            if line.startswith("said:"):
                is_done, said = json.loads(line.removeprefix("said:"))
                assert is_done, said
                return said
        pytest.fail(self._said_by_hand.read_text()[-2000:])

    def stop(self) -> None:
        if self._hand and self._hand.stdin and self._hand.stdout:
            self._hand.stdin.close()
            self._hand.wait(60)
            self._hand.stdout.close()
        super().stop()

    def session(self, who: str) -> urllib.request.OpenerDirector:
        """A client that is signed in as the demo person `who`; nobody if it is empty."""
        jar = self.jars[who] = CookieJar()
        client = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        if who:
            login = f"{self.base}/en/account/login/"
            page = client.open(login).read().decode()
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            assert token
            form = {"csrfmiddlewaretoken": token[1]}
            if who in ONE_CLICK:  # another test may have changed the password
                address = f"{self.base}/en/account/demo/"
                form |= {"who": who}
            else:  # somebody whom a test made
                address = login
                form |= {"login": f"{who}@{DOMAIN}", "password": PASSWORD}
            data = urllib.parse.urlencode(form).encode()
            answer = client.open(urllib.request.Request(address, data, {"Referer": login}))
            assert "/account/login/" not in answer.url, f"{who} could not sign in"
        return client

    def pages(self, who: str) -> dict[str, str]:
        """One address in English for each view that `who` can walk to by links, by view name.

        Pages that are the same for everybody are left out for staff: visitors see them.
        """
        if who not in self._pages:
            client, found = self.session(who), dict[str, str]()
            alike = set() if who in BY_PUBLIC_PAGES else PUBLIC
            seen: set[str] = set()  # what only leads elsewhere is asked once too
            waiting = ["/en/", "/en/account/", "/en/account/login/", "/en/account/signup/"]
            if who:
                waiting.insert(0, "/en/account/start/")
            while waiting:
                path = waiting.pop(0)
                name = view_name(path)
                if not name or name in seen or name in alike:
                    continue
                # A walk that stops early would leave pages unseen, and say nothing.
                assert len(seen) < LIMIT, f"{who or 'a visitor'} finds more than {LIMIT} views"
                with client.open(self.base + path) as answer:
                    seen.add(name)
                    if "html" not in answer.headers["Content-Type"]:
                        continue  # a file, which no browser shows as a page
                    reached = answer.url.removeprefix(self.base)
                    found.setdefault(view_name(reached), reached)
                    waiting += HREF.findall(answer.read().decode().replace("&amp;", "&"))
            found.pop("", None)
            self._pages[who] = {name: path for name, path in found.items() if name not in alike}
        return self._pages[who]

    def samples(self) -> tuple[list[Sample], list[Sample]]:
        """Every page that somebody can walk to, in two rounds: each view as one person, then as
        another where there is one. What is another page for each role is in both for all.
        """
        ways: dict[str, list[Sample]] = {}
        for who in PEOPLE:
            for name, path in self.pages(who).items():
                page = f"{name} of {who}" if name in EACH_ITS_OWN else name
                ways.setdefault(page, []).append(Sample(who, name, path))
        return [some[0] for some in ways.values()], [some[:2][-1] for some in ways.values()]


def view_name(path: str, languages: tuple[str, ...] = ("en",)) -> str:
    """The name of the view behind `path`; nothing for what is no page in one of `languages`."""
    plain = re.split("[?#]", path)[0]
    language = plain[1:3]
    if language not in languages or plain[3:4] != "/" or NO_PAGES.search(plain):
        return ""
    try:
        with translation.override(language):
            return resolve(plain).view_name
    except Resolver404:
        return ""


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demo on a free port, with data of its own."""
    portal = Portal(tmp_path_factory.mktemp("demo"))
    temporary = tmp_path_factory.getbasetemp()
    portal.noted = (
        temporary.parent if "PYTEST_XDIST_WORKER" in os.environ else temporary
    ) / "noted"
    try:
        portal.wait()
        yield portal
    finally:
        portal.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in_state(portal: Portal) -> Callable[[str], object]:
    """The cookies of a demo person, who signs in once for each."""
    states: dict[str, object] = {}

    def state(who: str) -> object:
        if who and who not in states:
            if who not in portal.jars:
                portal.session(who)
            cookies = [
                {"name": one.name, "value": one.value, "domain": "localhost", "path": "/"}
                for one in portal.jars[who]
            ]
            states[who] = {"cookies": cookies, "origins": []}
        return states.get(who)

    return state


@pytest.fixture
def open_browser(
    chromium: Browser, signed_in_state: Callable[[str], object]
) -> Iterator[Callable[..., BrowserContext]]:
    """A browser context as `who`, with any of Playwright's options."""
    contexts = []

    def open_browser(who: str = "", **options: object) -> BrowserContext:
        context = chromium.new_context(
            storage_state=signed_in_state(who),  # type: ignore[arg-type]
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context

    yield open_browser
    for context in contexts:
        context.close()


@pytest.fixture
def journey(portal: Portal, open_browser: Callable[..., BrowserContext]) -> Callable[..., Any]:
    """Begins one: its name, and its way."""
    from tests.browser.journeys import Journey

    def begin(name: str, way: Any) -> Journey:
        return Journey(name, portal, open_browser, way)

    return begin
