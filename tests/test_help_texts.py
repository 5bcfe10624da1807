"""The help page and the hints of forms, as the office words them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from django.utils.html import strip_tags

from accounts.models import Role, User
from courses import house
from paperwork import hints
from paperwork.models import Event, SettingVersion
from paperwork.services.settings import save_setting
from paperwork.wordings import name_of
from tests import factories
from vx_portal import answers
from vx_portal.texts import QUESTIONS

PATH = "/en/office/help-texts/books/"
TEXT = (
    "Books cost you money, in {city} too.\n\n- Ask [the library](/courses/).\n- Or <b>us</b>.\n\n"
    "> Write to {contact}, within {rules.board_days}."
)


def typed(text: str = TEXT, seen: int = 0, **more: str) -> dict[str, Any]:
    ours = {"nl_question": "Kosten?", "nl_text": "Ja, {system}.", "en_question": "Costs?"}
    return {**ours, "en_text": text, "seen": seen, "why": "", **more}


def save(client: Client, **more: Any) -> Any:
    sure = client.post(PATH, typed(**more)).text.split('name="sure" value="')[1].split('"')[0]
    return client.post(PATH, typed(**more, sure=sure))


@pytest.fixture
def staff(sign_in: Callable[[User], Client], office: User) -> Client:
    return sign_in(office)


def shape(html: str) -> tuple[str, list[str], list[str]]:
    """The words of an answer, its parts and where its links lead."""
    words = " ".join(strip_tags(re.sub(r"</(p|li)>", " ", html)).split())
    return words, re.findall(r"<(p|ul|ol|li)\b", html), re.findall(r'href="([^"]+)"', html)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_the_office_would_type_gives_the_answer_as_it_comes(language: str) -> None:
    context = {"sso": False, "without_extracurricular": False, "contact": "vx@example.org"}
    for slug, question in QUESTIONS.items():
        comes = answers.as_it_comes(slug, question, language)
        with translation.override(language):
            names = {"house": house.names()}
            whole = render_to_string(
                f"pages/help_topics.{language}.html#{slug}", {**context, **names}
            )
            assert list(answers.dead_links(comes.text)) == []
            bare = re.sub(r"</?b>", "", whole)
            assert shape(answers.as_html(comes.text, context)) == shape(bare), slug
        assert not set("<>&") & set(comes.text.replace("\n> ", "")), slug


@pytest.mark.django_db
class TestAnswers:
    def test_it_is_shown_first_then_saved_and_read_by_everybody(
        self, staff: Client, client: Client
    ) -> None:
        save_setting("portal.contact", "vx@example.org", seen=0, by=None)
        before = client.get("/en/help/").text
        assert f"gives the time in {house.names().city} beside it" in before
        shown = staff.post(PATH, typed())
        assert "Books cost you money" in shown.text
        assert not SettingVersion.objects.filter(name="help.books").exists()

        assert save(staff).status_code == 302

        row = SettingVersion.objects.get(name="help.books")
        assert Event.objects.about(row).get().details == {"setting": "help.books", "version": 1}
        page = client.get("/en/help/").text
        assert "Books cost you money" not in before
        city = house.names().city
        assert f'<p class="short">Books cost you money, in {city} too.</p>' in page
        assert '<li>Ask <a href="/en/courses/">the library</a>.</li>' in page
        assert "Or &lt;b&gt;us&lt;/b&gt;." in page
        assert '<p class="ask">Write to <a href="mailto:vx@example.org">' in page
        assert "Costs?" in client.get("/en/help/?q=library").text
        assert "Kosten?" in client.get("/nl/help/").text

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("See {nothing}.", "{nothing} stands for nothing here."),
            ("A { alone.", "A brace stands alone."),
            ("[x](https://example.org/)", "https://example.org/ is no page of the portal."),
            ("[x](//example.org)", "//example.org is no page of the portal."),
            ("[x](javascript:alert)", "javascript:alert is no page of the portal."),
            ("[x](/nowhere/at-all/)", "/nowhere/at-all/ is no page of the portal."),
        ],
    )
    def test_what_stands_for_nothing_or_leads_away_is_refused(
        self, staff: Client, text: str, said: str
    ) -> None:
        answer = staff.post(PATH, typed(text))

        assert answer.status_code == 422
        assert said in answer.text
        assert not SettingVersion.objects.exists()

    def test_of_two_the_second_sees_the_first_and_an_earlier_one_is_put_back(
        self, staff: Client
    ) -> None:
        save(staff)
        stale = staff.post(PATH, typed("Mine."))
        assert stale.status_code == 409
        assert "Mine." in stale.text

        assert save(staff, text="Mine.", seen=1).status_code == 302
        staff.post(f"{PATH}back/", {"number": 1, "seen": 2})
        staff.post(f"{PATH}back/", {"number": 0, "seen": 3})
        assert staff.post(f"{PATH}back/", {"number": 2, "seen": 3}).status_code == 409

        values = SettingVersion.objects.filter(name="help.books").order_by("number")
        texts = [row.value and row.value["en"][1] for row in values]
        assert texts == [TEXT, "Mine.", TEXT, None]
        assert answers.own("books") is None

    def test_an_auditor_reads_and_cannot_write(self, sign_in: Callable[[User], Client]) -> None:
        client = sign_in(factories.MemberFactory.create(role=Role.AUDITOR))

        assert "See how it looks" not in client.get(PATH).text
        assert client.post(PATH, typed()).status_code == 403
        assert client.get("/en/office/help-texts/nothing/").status_code == 404


@pytest.mark.django_db
def test_a_hint_beside_a_field_is_worded_by_the_office(staff: Client) -> None:
    one = next(hint for hint in hints.hints() if hint.singular.startswith("Stands in the history"))
    path = f"/en/office/texts/hint/{one.digest}/"
    data = {"nl_0": "Voor {portal}.", "en_0": "Kept by {portal}.", "seen": 0, "why": ""}

    shown = staff.post(path, data)
    sure = shown.text.split('name="sure" value="')[1].split('"')[0]
    assert staff.post(path, {**data, "sure": sure}).status_code == 302

    assert SettingVersion.objects.get().name == name_of("hint", one)
    assert f"Kept by {house.names().portal}." in staff.get(PATH).text
    assert "Stands in the history" not in staff.get(PATH).text
    assert "Kept by" in staff.get("/en/office/texts/hint/").text
    assert len(hints.hints()) > 50
