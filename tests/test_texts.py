"""Pages of text: they are true to the settings and the data, and answer a search."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from tests import factories
from vx_portal import texts
from vx_portal.kept import shelf

PAGES = [
    "how-it-works",
    "exams-explained",
    "registration-explained",
    "honours-explained",
    "help",
    "accessibility",
    "privacy",
]
LANGUAGES = ["nl", "en"]


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    shelf.clear()


def address(name: str, language: str) -> str:
    with translation.override(language):
        return reverse(name)


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_has_one_heading_and_a_title_of_its_own(client: Client, language: str) -> None:
    titles = set()
    for name in PAGES:
        response = client.get(address(name, language))

        assert response.status_code == 200, name
        assert response.text.count("<h1") == 1, name
        assert f'<html lang="{language}"' in response.text, name
        assert not response.cookies, name
        titles.add(re.search("<title>(.*?)</title>", response.text, re.DOTALL)[1])  # type: ignore[index]
    assert len(titles) == len(PAGES)


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("rows", [1, 3])
def test_only_the_offers_version_and_the_faculties_are_asked(
    client: Client, name: str, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _row in range(rows):
        factories.FacultyFactory.create(no_extracurricular=True)
    client.get(address("accessibility", "en"))  # free places are read now, not again for 5 seconds

    with django_assert_num_queries(2 if name == "registration-explained" else 1):
        client.get(address(name, "nl"))


@pytest.mark.django_db
def test_faculties_without_extracurricular_are_named(client: Client) -> None:
    factories.FacultyFactory.create(name_en="Alchemy", no_extracurricular=True)
    factories.FacultyFactory.create(name_en="Botany", no_extracurricular=True)
    factories.FacultyFactory.create(name_en="Cartography")

    text = client.get(address("registration-explained", "en")).text

    assert "<strong>Alchemy</strong> or <strong>Botany</strong>?" in text
    assert "Cartography" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_such_faculties_the_rule_is_still_explained(client: Client, language: str) -> None:
    text = client.get(address("registration-explained", language)).text

    assert 'id="extracurricular"' in text
    assert "#extracurricular" in client.get(address("how-it-works", language)).text


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("https", [False, True])
def test_privacy_names_each_cookie(client: Client, language: str, https: bool) -> None:
    names = {"SESSION_COOKIE_NAME": "__Host-sid", "CSRF_COOKIE_NAME": "__Host-csrf"}
    with override_settings(**(names if https else {})):
        text = client.get(address("privacy", language)).text
        named = set(re.findall(r"<code>(.*?)</code>", text))
        settable = {
            getattr(settings, name) for name in dir(settings) if name.endswith("_COOKIE_NAME")
        }

    assert named == settable | {"vx_theme"}


@pytest.mark.django_db
def test_privacy_tells_when_a_session_ends(client: Client) -> None:
    limits = {"student": (3 * 3600, 5 * 86400), "staff": (10 * 60, 11 * 3600)}
    with override_settings(SESSION_LIMITS=limits):
        text = client.get(address("privacy", "en")).text

    assert "after 3 hours without activity, and in any case after 5 days" in text
    assert "For staff that is 10 minutes and 11 hours" in text


@pytest.mark.django_db
def test_signing_in_sets_only_cookies_that_privacy_names(
    client: Client, sign_in: Callable[[User], Client], office: User
) -> None:
    named = set(re.findall(r"<code>(.*?)</code>", client.get(address("privacy", "nl")).text))

    client.get(address("account_login", "nl"))
    client.post(address("account_login", "nl"), {"login": "nobody@demo.example", "password": "x"})
    sign_in(office)
    client.get(address("accounts:account", "nl"))
    client.get(address("display", "en"))
    client.post(address("display", "en"), {"theme": "dark", "language": "en"})

    assert set(client.cookies) == named


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_has_an_answer_that_begins_short(client: Client, language: str) -> None:
    text = client.get(address("help", language)).text

    slugs = [slug for topics in texts.HELP.values() for slug in topics]
    assert re.findall(r'<div class="prose" id="([\w-]+)">', text) == slugs
    assert text.count('<p class="short">') == len(slugs) == len(set(slugs))
    with translation.override(language):
        for title in (title for topics in texts.HELP.values() for title in topics.values()):
            assert f"<h3>{title}</h3>" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "query", "slug"),
    [
        ("nl", "cijfers usis", "grade-not-in-usis"),
        ("nl", "COORDINATOR TRANSCRIPT", "no-transcript"),
        ("nl", "extra tentamentijd", "facilities"),
        ("nl", "wachtwoord", "sign-in"),
        ("en", "resits", "resit"),
        ("en", "uSis grade", "grade-not-in-usis"),
        ("en", "waiting list?", "no-places"),
    ],
)
def test_search_finds_answers(client: Client, language: str, query: str, slug: str) -> None:
    text = client.get(address("help", language), {"q": query}).text

    found = re.findall(r'<div class="prose" id="([\w-]+)">', text)
    assert slug in found
    assert len(found) < 12
    assert text.count("<details") == text.count(" open>") == len(found)


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["zebrapad", "\0", "%", "x" * 10_000, "<script>", "🦓 🦓"])
def test_search_survives_anything(client: Client, query: str) -> None:
    response = client.get(address("help", "nl"), {"q": query})

    assert response.status_code == 200
    assert "<script>zebra" not in response.text


@pytest.mark.django_db
def test_a_search_by_htmx_gets_the_answers_alone(client: Client) -> None:
    url = address("help", "en")
    response = client.get(url, {"q": "transcript"}, headers={"HX-Request": "true"})

    assert response.text.lstrip().startswith('<div id="topics"')
    assert "<html" not in response.text
    assert "HX-Request" in response["Vary"]
    assert 'data-say="' in response.text


@pytest.mark.django_db
def test_without_an_address_to_write_to_people_are_sent_to_their_coordinator(
    client: Client,
) -> None:
    with override_settings(CONTACT_EMAIL=""):
        assert "mailto:" not in client.get(address("help", "en")).text
    shelf.clear()
    with override_settings(CONTACT_EMAIL="vx@leiden.example"):
        assert "mailto:vx@leiden.example" in client.get(address("help", "en")).text


@pytest.mark.parametrize(("month", "leiden"), [(6, "07:30"), (11, "05:30")])
def test_the_example_of_an_exam_in_adelaide_is_right(month: int, leiden: str) -> None:
    start = datetime(2027, month, 15, 15, tzinfo=ZoneInfo("Australia/Adelaide"))

    assert start.astimezone(ZoneInfo("Europe/Amsterdam")).strftime("%H:%M") == leiden
