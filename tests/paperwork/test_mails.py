"""A notice as a mail: both parts say the same, in the reader's language, and nothing gets in."""

from __future__ import annotations

import re
from datetime import datetime
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMultiAlternatives

from paperwork.mails import message
from paperwork.models import Notice
from paperwork.services.notices import Address, Link, owe_notice
from paperwork.text import blocks
from tests import factories
from tests.mails import letters
from tests.paperwork.owing import owe_a_notice

pytestmark = pytest.mark.django_db
HOSTILE = "Côte d'Azur & <b>"


def html_of(mail: EmailMultiAlternatives) -> str:
    [(content, kind)] = mail.alternatives
    assert kind == "text/html"
    return str(content)


class Read(HTMLParser):
    """The words, links and pictures of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.addresses: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.words += data


def a_mail(language: str = "en", **fields: Any) -> EmailMultiAlternatives:
    owe_a_notice("one", factories.UserFactory.create(language=language))
    Notice.objects.update(**fields)
    return message(Notice.objects.get())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", ("Universiteit Leiden", "Doe dit uiterlijk woensdag 14 april 2027, 13:15.")),
        ("en", ("Leiden University", "Do this by Wednesday 14 April 2027, 13:15.")),
    ],
)
def test_both_parts_say_what_to_do_by_when(language: str, words: tuple[str, ...]) -> None:
    until = datetime(2027, 4, 14, 11, 15, tzinfo=ZoneInfo("UTC"))

    mail = a_mail(language, until=until, asks=True, kind="accounts.role_given")

    page = Read(html_of(mail))
    for text in (mail.body, page.words):
        for expected in words:
            assert expected in text
    assert f'<html lang="{language}">' in html_of(mail)
    site = "http://localhost:8000"
    assert page.addresses == [f"{site}/{language}/", f"{site}/{language}/account/notices/"]


def test_it_brings_nothing_from_elsewhere() -> None:
    page = Read(html_of(a_mail()))

    assert {"script", "img", "link", "form", "iframe"}.isdisjoint(page.tags)
    assert all(address.startswith("http://localhost:8000/") for address in page.addresses)
    assert not re.search(r"url\(|@import", html_of(message(Notice.objects.get())))


def test_hostile_words_are_only_words() -> None:
    mail = a_mail(
        subject=HOSTILE, text=f"{HOSTILE}\n\n- {HOSTILE}\n\n✓ [UQ] {HOSTILE}", link_label=HOSTILE
    )

    assert mail.subject == HOSTILE
    assert mail.body.count(HOSTILE) == 4
    page = Read(html_of(mail))
    assert page.words.count(HOSTILE) == 6  # title, heading, three lines, button
    assert "Côte d&#x27;Azur &amp; &lt;b&gt;" in html_of(mail)


def test_nothing_is_escaped_that_is_no_html() -> None:
    university = factories.UniversityFactory.create(name=HOSTILE, contact_name=HOSTILE)
    context = {"university": university, "number": 1, "expires_at": None, "by": HOSTILE}

    owe_notice("courses.confirm", "one", Address("a@b.example", "en"), context)

    [mail] = letters()
    assert mail.body.count(HOSTILE) == 3
    assert "&amp;" not in mail.body + mail.subject


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x85"])
def test_no_header_gets_in(newline: str) -> None:
    role = factories.MembershipFactory.create(user__language="en")
    role.get_role_display = lambda: f"x{newline}Bcc: evil@example.org"  # type: ignore[method-assign]

    owe_notice("accounts.role_given", "one", role.user, {"membership": role})

    [mail] = letters()
    made = mail.message()
    assert made["Bcc"] is None
    assert made["To"] == role.user.email
    assert "\n" not in mail.subject


def test_several_secret_links_have_their_labels() -> None:
    links = [Link("invitation:accept", [n], label=f"Course\t{n}\n", secret=True) for n in "ab"]

    owe_notice("test", "one", Address("a@b.example", "en"), {}, links=links)

    notice = Notice.objects.get()
    assert "invitation" not in f"{notice.link}{notice.text}{notice.sealed_link}"
    mail = message(notice)
    for name in "ab":
        assert f"Course {name}:\nhttp://localhost:8000/en/invitation/{name}/" in mail.body


def test_what_always_comes_says_so_and_offers_no_choice() -> None:
    mail = a_mail(kind="accounts.many_failures")

    assert "always go by mail" in mail.body
    assert "/account/notices/" not in mail.body


def test_a_kind_that_is_gone_can_still_be_mailed() -> None:
    assert "about you or your work" in a_mail(kind="no.longer").body


def test_a_text_has_paragraphs_lists_and_routes() -> None:
    parts = blocks("One\ntwo\n\n \n- a\n- [EPFL] b\n\n✓ x\n● y\n○ z\n\n- not\na list\n")

    assert [part.kind for part in parts] == ["words", "list", "route", "words"]
    assert [line.words for line in parts[0].lines] == ["One", "two"]
    assert [(line.code, line.words) for line in parts[1].lines] == [("", "a"), ("EPFL", "b")]
    assert [line.mark for line in parts[2].lines] == ["done", "now", "later"]
    assert blocks("") == []
    assert blocks("\n \n") == []
