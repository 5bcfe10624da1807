"""Pages of text: they are true to the settings and the data, and answer a search."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import pgettext
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from courses.models import Faculty
from courses.wording import gettext
from enrolments.models.enrolment import Purpose
from tests import factories
from tests.enrolments.cases import case_in
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
OF_FACULTIES = ("how-it-works", "help", "registration-explained")  # these say what faculties settle


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    shelf.clear()


def address(name: str, language: str, *args: object) -> str:
    with translation.override(language):
        return reverse(name, args=args)


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
    client.get(address("how-it-works", "en"))  # what is settled, and free places, are read now

    with django_assert_num_queries(2 if name in OF_FACULTIES else 1):
        client.get(address(name, "nl"))


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("https", [False, True])
def test_privacy_names_each_cookie(client: Client, language: str, https: bool) -> None:
    names = {f"{name}_COOKIE_NAME": f"__Host-{name}" for name in ("SESSION", "CSRF", "RECENT")}
    with override_settings(**(names if https else {})):
        text = client.get(address("privacy", language)).text
        named = set(re.findall(r"<code>(.*?)</code>", text))
        settable = {
            getattr(settings, name) for name in dir(settings) if name.endswith("_COOKIE_NAME")
        }

    assert named == settable


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
    client.get(address("desk:case", "nl", case_in("submitted").reference))
    client.post(address("desk:keys", "nl"), {"keys": "off"})

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
            assert f"<h3>{gettext(title)}</h3>" in text


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


@pytest.mark.django_db
@pytest.mark.parametrize("without", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_student_reads_extracurricular_where_the_faculty_has_it(
    sign_in: Callable[[User], Client], language: str, without: bool
) -> None:
    case = case_in("draft")
    assert case.faculty is not None
    Faculty.objects.filter(pk=case.faculty.pk).update(no_extracurricular=without)
    client = sign_in(case.student)
    for name, row in {
        "how-it-works": r"<th scope=\"row\">extra(&shy;)?curric",
        "help": r"<li>Extracurric",
    }.items():
        page = client.get(address(name, language)).content.decode()
        assert bool(re.search(row, page)) != without


# What these texts said before the portal did it; no page says so any more.
BEFORE = re.compile(
    r"\b(?:e-?mail|mail|send|sent|stuurt?)\b(?! ?address| ?adres)[^.?!]*co[oö]rdinator"
    r"|\bsend your name|\bstuur mee\b"
    r"|\b(?:apply (?:to|with)|aan bij)\b[^.?!]*co[oö]rdinator"
    r"|^\s*(?:with|bij) (?:the|de) [^.?!]*co[oö]rdinator"
    r"|\b(?:where you apply|bij wie je je aanmeldt)\s+(?:your|je)\b"
    r"|\b(?:tell|laat het) (?:your|je) co[oö]rdinator (?:at once|meteen)"
    r"|\b(?:through|via) (?:your own|je eigen) universit"
    r"|\b(?:see your data|je gegevens zien)\b[^.?!]*\? (?:e-?mail|mail)\b"
    r"|\bco[oö]rdinator (?:can ask|kan vragen) (?:how|hoe)",
    re.I | re.M,
)
STUCK = {"no-access", "no-transcript", "grade-differs"}  # here the coordinator is the answer


def parts_of(page: str) -> dict[str, str]:
    """The HTML of each part of a page that has an id, up to the next one; steps are numbered."""
    found = {}
    text = page[page.index("<h1") : page.index("<footer")]
    for part in re.split(r'(?=<(?:h2|h3|div class="prose")[^>]* id=")', text):
        name = re.match(r'<[^>]* id="([\w-]+)"', part)
        if name:
            steps = re.split(r"(?=<li>\s*<h3>)", part)
            found[name[1]] = part
            found |= {f"{name[1]} {n}": one for n, one in enumerate(steps) if n}
    return found


def words_of(text: str) -> str:
    """What people read, with a line for each cell, item and paragraph."""
    text = re.sub(r"\s+", " ", html.unescape(text).replace("\xad", ""))
    return strip_tags(re.sub(r"</(?:p|li|td|dd|h\d)>", "\n", text.replace("<", " <")))


APPLY = {"account_signup", "account_login", "courses:catalogue", "exchange:cases"}


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("page", "part", "leads_to"),
    [
        ("how-it-works", "route 4", APPLY),
        ("how-it-works", "route 9", {"exchange:cases"}),
        ("how-it-works", "route 10", {"exchange:cases", "registration-explained"}),
        ("how-it-works", "data", {"own-copies:copies"}),
        ("how-it-works", "withdraw", {"exchange:cases"}),
        ("how-it-works", "incoming", APPLY - {"account_login"}),
        ("help", "how-to-apply", APPLY),
        ("help", "no-places", {"exchange:cases"}),
        ("help", "withdraw", {"exchange:cases"}),
        ("help", "no-transcript", {"exchange:cases"}),
        ("help", "grade-not-in-usis", {"exchange:cases"}),
        ("help", "my-data", {"own-copies:copies", "exchange:cases", "accounts:profile"}),
        ("registration-explained", "transcript", {"exchange:cases"}),
        ("registration-explained", "request", {"exchange:cases"}),
        ("honours-explained", "steps 2", {"courses:catalogue", "accounts:profile"}),
        ("honours-explained", "steps 4", {"exchange:cases"}),
    ],
)
def test_what_students_do_here_leads_to_the_page_where_they_do_it(
    client: Client, language: str, page: str, part: str, leads_to: set[str]
) -> None:
    text = parts_of(client.get(address(page, language)).text)[part]

    links = set(re.findall(r'href="([^"#]+)', text))
    assert {name for name in leads_to if address(name, language) not in links} == set()


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name", ["how-it-works", "registration-explained", "honours-explained", "help"]
)
def test_nobody_is_sent_to_e_mail_for_what_the_portal_does(
    client: Client, language: str, name: str
) -> None:
    with override_settings(CONTACT_EMAIL="vx@leiden.example"):
        parts = parts_of(client.get(address(name, language)).text)

    said = {part: BEFORE.search(words_of(text)) for part, text in parts.items()}
    assert len(parts) > 5
    assert {part: found[0] for part, found in said.items() if found and part not in STUCK} == {}
    if name == "help":
        assert {part for part in STUCK if said[part]} == STUCK  # such words are seen


@pytest.mark.parametrize(
    "old",
    [
        "<p>You apply to <a href=''>the exchange coordinator of your faculty</a>.",
        "Send your name, e-mail address, student number, programme and year of study.",
        "<p>With the exchange coordinator of your faculty, before applications close.",
        "You choose an online course and apply through your own university.",
        "E-mail <a href=''>your coordinator</a> that you withdraw your application.",
        "Tell your coordinator at once: somebody is waiting for your place.",
        "Otherwise you send it to <a href=''>your exchange coordinator</a>, who makes sure.",
        "<th>Where you apply</th><td>your honours coordinator</td>",
        "Would you like to see your data, or have them corrected? E-mail the team.",
        "Your coordinator can ask how long the waiting list is.",
        "<p>Je meldt je aan bij <a href=''>de uitwisselingscoördinator van je faculteit</a>.",
        "Stuur mee: je naam, e-mailadres, studentnummer, opleiding en studiejaar.",
        "<p>Bij de uitwisselingscoördinator van je faculteit, voordat de aanmelding sluit.",
        "Je meldt je aan via je eigen universiteit: zo gaat dat.",
        "Mail <a href=''>je coördinator</a> dat je je aanmelding intrekt.",
        "Laat het je coördinator meteen weten: iemand wacht op jouw plaats.",
        "Stuur het anders naar <a href=''>je uitwisselingscoördinator</a>.",
        "<th>Bij wie je je aanmeldt</th><td>je honours&shy;coördinator</td>",
        "Wil je je gegevens zien, verbeteren of laten wissen? Mail het team.",
        "Je coördinator kan vragen hoe lang de wachtlijst is.",
    ],
)
def test_the_old_way_would_be_seen(old: str) -> None:
    assert BEFORE.search(words_of(old))


# Also quoted, and no name of a button or a page.
OTHERS = {"nl": {"extern onderwijs"}, "en": {"external education"}}


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_are_called_here_as_they_are_on_their_own_pages(
    client: Client, language: str
) -> None:
    quoted = set()
    for name in ["how-it-works", *PAGES[1:5]]:
        page = client.get(address(name, language)).text
        quoted |= set(re.findall("“([^”]+)”", page[page.index("<h1") : page.index("<footer")]))

    with translation.override(language):
        called = {
            *map(
                gettext,
                (
                    *("My exchange", "Your details", "A copy of your data", "Who to ask"),
                    *("Will it count for me?", "Join the waiting list", "Give up your turn"),
                    *("About your exam", "Extra time or another facility"),
                    *("Ill? Report it before the start", "Send your transcript"),
                    *("Ask for registration", "Filed in {system} on", "I have filed the request"),
                    *("Who opened your files", "I take part in the honours programme"),
                ),
            ),
            gettext("Apply by %(day)s") % {"day": "…"},
            pgettext("action", "Send application"),
            pgettext("action", "Withdraw application"),
            capfirst(str(Purpose.HONOURS.label)),
        }
    assert quoted == called | OTHERS[language]


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("provider", ["", "https://sso.leiden.example"])
def test_the_account_of_ones_university_is_named_where_it_opens_the_portal(
    client: Client, language: str, provider: str
) -> None:
    account = {"nl": "universiteitsaccount", "en": "university account"}[language]
    with override_settings(OIDC_SERVER_URL=provider):
        for name in ("how-it-works", "help"):
            assert (account in client.get(address(name, language)).text) is bool(provider), name
