"""Another university starts with its own: names, faculties, rules and settings come from a file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Role, User
from courses import house
from courses.models import EmailDomain, Faculty, Programme, University
from courses.wording import fill
from enrolments.models import FacultyRules, PortalRules
from enrolments.services.rules import rulebook
from paperwork.mails import message
from paperwork.models import Document, Notice, SettingVersion
from paperwork.registry import NOTICES
from paperwork.rendering import html_of
from paperwork.samples import sample
from paperwork.services.notices import owe_notice
from paperwork.wordings import messages
from tests import conftest, factories
from tests.addresses import ADDRESSES, EVERYONE
from tests.enrolments.cases import case_in

EXAMPLE = settings.BASE_DIR / "houses" / "example.json"
LEIDENS_ALONE = re.compile(
    r"\bleiden\b|\bleids|usis|honours academy|the hague|den haag|lipsius|virtual exchange", re.I
)


@pytest.fixture
def unnamed(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """The portal as it comes, not as the other tests have it."""
    monkeypatch.setattr(house, "UNNAMED", conftest.AS_IT_COMES["unnamed"])
    for name, setting in conftest.AS_IT_COMES["settings"].items():
        monkeypatch.setitem(house.SETTINGS, name, setting)
    house.forget()


@pytest.fixture
def example(unnamed: None) -> None:
    call_command("first_house", str(EXAMPLE))
    house.forget()


def words_of(html: str) -> str:
    """What people read on a page, and what programs read to them."""
    html = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.S)
    said = " ".join(re.findall(r'(?:alt|title|aria-label|content)="([^"]*)"', html))
    return re.sub(r"<[^>]+>", " ", html) + said


def test_everything_in_the_file_is_there(example: None) -> None:
    home = University.objects.get(is_home=True)
    assert (home.code, home.name, home.city) == ("EXU", "Example University", "Groningen")
    assert EmailDomain.objects.get().university == home
    assert {f.code: f.no_extracurricular for f in Faculty.objects.all()} == {
        "ART": False,
        "SCI": True,
    }
    assert Programme.objects.count() == 2
    assert PortalRules.now().board_days == 20
    assert FacultyRules.objects.get(faculty__code="ART").own_form
    assert rulebook().portal["motivation_words"] == 150
    assert house.number("exams.notice_days") == 12
    assert [str(one.first) for one in house.value("portal.closed")] == ["2026-12-28"]
    with translation.override("en"):
        assert house.names().portal == "Online Exchange"
        assert house.names().places == "Groningen"


def test_leiden_itself_starts_from_its_file(unnamed: None) -> None:
    call_command("first_house", str(settings.BASE_DIR / "houses" / "leiden.json"))
    house.forget()

    assert house.names().university == "Universiteit Leiden"
    assert house.names().system == "uSis"
    assert Faculty.objects.get(no_extracurricular=True).code == "FSW"
    assert Faculty.objects.count() == 7


def test_a_portal_has_one_house(example: None) -> None:
    with pytest.raises(CommandError, match="the portal of Example University already"):
        call_command("first_house", str(EXAMPLE))


def changed(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> str:
    plan = json.loads(EXAMPLE.read_text())
    change(plan)
    file = tmp_path / "house.json"
    file.write_text(json.dumps(plan))
    return str(file)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda p: p.pop("university"), "the university must be there"),
        (lambda p: p.update(people=[]), "the university must be there"),
        (lambda p: p["university"].update(time_zone="Mars/North"), "university: .*time zone"),
        (lambda p: p["university"].update(rector="X"), "there is no rector"),
        (lambda p: p["university"].pop("city"), "university: Example University: city"),
        (lambda p: p["university"].update(domains=["not a domain"]), "university: .*domain"),
        (lambda p: p["faculties"].append({"code": "ART"}), "faculties: : name_nl"),
        (lambda p: p["faculties"][0].update(rules={"x": 1}), "faculties: ART: there is no x"),
        (lambda p: p["programmes"].append(["XXX", "a", "b", "bachelor"]), "programmes: .*XXX"),
        (lambda p: p["programmes"].append(["ART", "a", "b", "doctor"]), "programmes: .*level"),
        (lambda p: p["rules"].update(motivation_words=-1), "rules: .*motivation_words"),
        (lambda p: p["settings"].update({"x.y": 1}), "there is none called x.y"),
        (lambda p: p["settings"].update({"exams.notice_days": 500}), "exams.notice_days: value"),
        (lambda p: p["settings"].update({"portal.name": {"nl": "X"}}), "portal.name: value_en"),
        (lambda p: p["settings"].update({"portal.closed": [["soon"]]}), "portal.closed: first_0"),
    ],
)
def test_a_file_that_is_wrong_says_where_and_makes_nothing(
    unnamed: None, tmp_path: Path, change: Callable[[dict[str, Any]], object], says: str
) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("first_house", changed(tmp_path, change))

    assert not University.objects.exists()
    assert not Faculty.objects.exists()
    assert not SettingVersion.objects.exists()


def test_a_file_that_is_none(unnamed: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("first_house", str(tmp_path / "nothing.json"))
    (tmp_path / "text").write_text("Example University")
    with pytest.raises(CommandError, match="not JSON"):
        call_command("first_house", str(tmp_path / "text"))


@pytest.fixture
def in_use(example: None) -> Any:
    """A partner with a course that is open, and a student of the house who follows it."""
    partner = factories.UniversityFactory.create(code="PAR", name="Partner University")
    course = factories.CourseFactory.create(university=partner, title="Course of the partner")
    edition = factories.EditionFactory.create(course=course)
    factories.LiveSessionFactory.create(edition=edition)
    own = factories.CourseFactory.create(
        university=University.objects.get(is_home=True), title="Course of ours"
    )
    factories.EditionFactory.create(course=own)
    student = factories.StudentFactory.create(home_university=University.objects.get(is_home=True))
    return case_in("enrolled", edition, student)


PUBLIC = sorted(
    name
    for name, row in ADDRESSES.items()
    if row.get == EVERYONE
    and row.of in ("", "public course", "public university")
    and name not in {"metrics", "livez", "readyz"}  # for machines, by the names of the code
)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_nothing_of_leiden_is_left_on_public_pages(
    in_use: Any, client: Client, language: str
) -> None:
    course = in_use.edition.course
    named = {
        "public course": {"university": "par", "course": course.slug},
        "public university": {"code": "par"},
    }
    found, looked = {}, 0
    for name in PUBLIC:
        with translation.override(language):
            path = reverse(name, kwargs=named.get(ADDRESSES[name].of, {}))
        answer = client.get(path)
        if "text/" not in answer.headers.get("Content-Type", ""):
            continue
        looked += 1
        if left := LEIDENS_ALONE.findall(words_of(answer.content.decode())):
            found[path] = left

    assert found == {}
    assert looked > 15


@pytest.fixture
def pages(in_use: Any, sign_in: Callable[[User], Client]) -> Callable[[User], Any]:
    def read(user: User) -> dict[str, list[str]]:
        """What is left of Leiden on the pages that `user` may read and that name no row."""
        client, found = sign_in(user), {}
        for name, row in ADDRESSES.items():
            if row.of:
                continue
            for language in ("nl", "en"):
                with translation.override(language):
                    answer = client.get(reverse(name))
                if "text/html" in answer.headers.get("Content-Type", ""):
                    left = LEIDENS_ALONE.findall(words_of(answer.content.decode()))
                    found |= {name: left} if left else {}
        return found

    return read


@pytest.mark.parametrize("role", [*sorted(Role.values), "student"])
def test_nothing_of_leiden_is_left_on_anybodys_pages(
    pages: Callable[[User], Any], in_use: Any, role: str
) -> None:
    if role == "student":
        user = in_use.student
    else:
        scope = {}
        if role == Role.PARTNER:
            scope = {"university": in_use.edition.course.university}
        elif role in {Role.COORDINATOR, Role.ADMINISTRATION}:
            scope = {"faculty": Faculty.objects.get(code="ART")}
        user = factories.MemberFactory.create(role=role, **scope)

    assert pages(user) == {}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_nothing_of_leiden_is_left_in_mails(in_use: Any, language: str) -> None:
    """Every text of a message, with all that it can say: what a template holds is in it."""
    with translation.override(language):
        said = {
            fill(text): kind
            for kind in NOTICES
            for one in messages(kind)
            for text in one.said(language)
        }
    assert len(said) > 200
    assert {kind: text for text, kind in said.items() if LEIDENS_ALONE.search(text)} == {}
    reader = factories.UserFactory.create(language=language)
    owe_notice("test", "house", reader, {})
    mail = message(Notice.objects.get(key="house"))
    assert LEIDENS_ALONE.findall(f"{mail.subject} {mail.body} {mail.alternatives[0].content}") == []
    assert house.known().names[language].university in str(mail.body)


@pytest.mark.parametrize("kind", ["letter", "form"])
def test_nothing_of_leiden_is_left_on_paper(in_use: Any, kind: str) -> None:
    for language in ("nl", "en"):
        with translation.override(language):
            made = sample(kind, language)
            paper = html_of(Document(kind=kind, language=language, code="A" * 16, **made._asdict()))
            assert house.names().portal in paper
        assert LEIDENS_ALONE.findall(words_of(paper)) == []
