"""Every link that a visitor can follow leads somewhere, to the part of the page that it names."""

from __future__ import annotations

from collections import deque
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client

from tests import factories

MOST = 400  # pages; more means that the walk has found an endless one


class Links(HTMLParser):
    """The addresses that a page links to, and the parts of it that can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: set[str] = set()
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "src"} and value is not None:
                self.addresses.add(value)
            if name == "id" and value:
                self.ids.add(value)


def kind_of(address: str) -> tuple[str, frozenset[str]]:
    """The path and the names in the query: one of a kind is visited, not every filter's value."""
    parts = urlsplit(address)
    return parts.path, frozenset(name for name, _value in parse_qsl(parts.query))


def is_ours(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in {"", "http", "https"} and (
        not parts.netloc or address.startswith(settings.SITE_URL)
    )


def visit(client: Client, address: str) -> HttpResponse:
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}" if parts.query else parts.path, follow=True)


def broken_links(client: Client, start: str) -> list[str]:
    """Walk from `start`; each wrong link, as what is wrong and where it stands."""
    waiting = deque([(start, "the start")])
    seen: set[tuple[str, frozenset[str]]] = set()
    ids: dict[tuple[str, frozenset[str]], set[str]] = {}
    parts_linked: list[tuple[str, str, str]] = []
    wrong = []
    while waiting:
        address, page = waiting.popleft()
        bare, part = urldefrag(address)
        if part:
            parts_linked.append((bare, part, page))
        if kind_of(bare) in seen:
            continue
        seen.add(kind_of(bare))
        assert len(seen) < MOST, f"no end of pages: {bare} on {page}"
        path = urlsplit(bare).path
        if path.startswith(settings.STATIC_URL):
            file = path.removeprefix(settings.STATIC_URL)
            if not (file.startswith("fonts/") or finders.find(file)):
                wrong.append(f"no file {file}, on {page}")
            continue
        response = visit(client, bare)
        if response.status_code != 200:
            wrong.append(f"{response.status_code} {bare}, on {page}")
        if not response["Content-Type"].startswith("text/html"):
            continue
        links = Links(response.text)
        ids[kind_of(bare)] = links.ids
        waiting.extend(
            (urljoin(bare, found), bare) for found in sorted(links.addresses) if is_ours(found)
        )
    wrong += [
        f"no part {part} on {address}, linked from {page}"
        for address, part, page in parts_linked
        if kind_of(address) in ids and part not in ids[kind_of(address)]
    ]
    return wrong


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_link_is_broken(client: Client, language: str) -> None:
    factories.HomeUniversityFactory.create()
    factories.FacultyFactory.create(no_extracurricular=True)
    factories.EditionFactory.create()

    assert broken_links(client, f"/{language}/") == []


@pytest.mark.django_db
def test_a_broken_link_would_be_seen(client: Client) -> None:
    assert broken_links(client, "/nl/nowhere/")[0] == "404 /nl/nowhere/, on the start"
