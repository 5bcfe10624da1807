"""What the rules say, and which version of them a decision keeps."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from enrolments.models import FacultyRules, HostRules, PortalRules, ProgrammeRules, RulesVersion
from enrolments.rulebook import Permission, Question, Refusal, RequestType, Rulebook, request_type
from enrolments.services import rules
from paperwork.working_days import add_working_days, is_working_day, working_days_between
from tests import factories
from tests.factories import days

ASKED = Question(
    purpose="elective",
    faculty=1,
    programme=2,
    host=3,
    host_country="AU",
    host_is_home=False,
    course_for_honours=True,
)
BOOK = Rulebook(portal={"board_for_elective": True, "credit_cap": "30", "decision_days": 5})


@pytest.mark.parametrize(
    ("purpose", "at_home", "excluded", "request_"),
    [
        ("honours", False, False, RequestType.HONOURS),
        ("honours", True, True, RequestType.HONOURS),
        ("extracurricular", False, False, RequestType.EXTRACURRICULAR),
        ("extracurricular", True, False, RequestType.EXTRACURRICULAR),
        ("extracurricular", False, True, RequestType.EXTERNAL),
        ("extracurricular", True, True, RequestType.REPLACEMENT),
        ("elective", True, False, RequestType.REPLACEMENT),
        ("minor", True, False, RequestType.REPLACEMENT),
        ("elective", False, False, RequestType.EXTERNAL),
        ("minor", False, True, RequestType.EXTERNAL),
    ],
)
def test_request_type(purpose: str, at_home: bool, excluded: bool, request_: RequestType) -> None:
    assert request_type(purpose, course_is_home=at_home, no_extracurricular=excluded) == request_


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({}, None),
        ({"purpose": "extracurricular", "faculty": 7}, Refusal.NO_EXTRACURRICULAR),
        ({"purpose": "extracurricular"}, None),
        ({"purpose": "honours"}, None),
        ({"purpose": "honours", "course_for_honours": False}, Refusal.NOT_FOR_HONOURS),
        ({"purpose": "honours", "in_honours": False}, Refusal.NOT_IN_HONOURS),
    ],
)
def test_refusals(change: dict[str, object], refusal: Refusal | None) -> None:
    book = replace(BOOK, faculties={"7": {"no_extracurricular": True}})

    assert book.answer(replace(ASKED, **change)).refusal == refusal


@pytest.mark.parametrize(
    ("country", "said", "needed"),
    [
        ("NL", None, False),
        ("CH", None, False),
        ("AU", None, True),
        ("US", None, True),
        ("HK", None, True),
        ("AU", False, False),
        ("DE", True, True),
    ],
)
def test_consent(country: str, said: bool | None, needed: bool) -> None:
    book = replace(BOOK, hosts={"3": {"needs_consent": said}})

    assert book.answer(replace(ASKED, host_country=country)).needs_consent is needed


def test_the_nearest_rule_leads_and_the_lowest_cap_counts() -> None:
    book = replace(
        BOOK,
        faculties={"1": {"board_for_elective": False, "credit_cap": "15", "decision_days": None}},
        programmes={"2": {"board_for_elective": True, "credit_cap": "20"}},
        hosts={"3": {"credit_cap": "6"}},
    )

    answer = book.answer(ASKED)

    assert answer.permission == Permission.BOARD
    assert (answer.credit_cap, answer.host_cap) == (Decimal(15), Decimal(6))
    assert answer.decision_days == 5
    assert replace(book, programmes={}).answer(ASKED).permission == Permission.RECOMMENDED


def test_every_change_of_a_rule_makes_a_version(db: None) -> None:
    rules.forget()
    faculty = factories.FacultyFactory.create()
    before = rules.version_of(rules.rulebook())

    rules.save_rules(FacultyRules(faculty=faculty, credit_cap=Decimal("7.5")))
    after = rules.version_of(rules.rulebook())
    row = FacultyRules.objects.get()
    row.credit_cap = None
    rules.save_rules(row)
    programme = factories.ProgrammeFactory.create(faculty=faculty)
    rules.save_rules(ProgrammeRules(programme=programme, board_days=20))
    rules.save_rules(HostRules(university=factories.UniversityFactory.create(), credit_cap=6))
    rules.save_rules(PortalRules.now())

    assert before != after
    assert after.rules["faculties"][str(faculty.pk)]["credit_cap"] == "7.5"
    assert rules.rulebook().programmes[str(programme.pk)]["board_days"] == 20
    assert RulesVersion.objects.count() >= 4


def test_the_same_rules_are_one_version(db: None) -> None:
    rules.forget()

    assert rules.version_of(rules.rulebook()) == rules.version_of(rules.rulebook())
    assert RulesVersion.objects.count() == 1


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("day", "works"),
        [
            ("2027-04-27", False),  # King's Day
            ("2027-12-25", False),
            ("2027-03-29", False),  # Easter Monday
            ("2027-05-06", False),  # Ascension
            ("2027-05-05", True),  # Liberation Day is a holiday once in five years
            ("2027-05-08", False),  # a Saturday
            ("2027-05-10", True),
        ],
    )
    def test_dutch_holidays(self, day: str, works: bool) -> None:
        assert is_working_day(type(days(0)).fromisoformat(day)) is works

    def test_adding_goes_around_weekends_and_holidays(self) -> None:
        day = type(days(0)).fromisoformat

        assert add_working_days(day("2027-04-23"), 3) == day("2027-04-29")  # Fri; 27th is free
        assert add_working_days(day("2027-04-24"), 0) == day("2027-04-26")
        assert working_days_between(day("2027-04-23"), day("2027-04-29")) == 3
        assert working_days_between(day("2027-04-29"), day("2027-04-23")) == -3
