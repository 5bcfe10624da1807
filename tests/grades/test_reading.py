"""Reading transcripts: pure, with words as the limited process gives them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grades.dutch import GradeError, understood
from grades.reading import values
from grades.reading.comparing import COMPARERS, Expected, Verdict, compare
from grades.reading.finding import Read, Sought, read

SAME, NEAR, DIFFERS, FOUND = Verdict.SAME, Verdict.NEAR, Verdict.DIFFERS, Verdict.FOUND
SOUGHT = Sought("Zoë de Vries", "s1234567", "Machine learning for physicists", "CS-433")


def page(*lines: str, tall: float = 0.01) -> list[list[Any]]:
    """Words of a page: each line at a height of its own, `|` between columns of a fifth."""
    words = []
    for number, line in enumerate(lines):
        top = 0.05 + number * 0.02
        for column, cell in enumerate(line.split("|")):
            left = 0.05 + column * 0.18
            for word in cell.split():
                right = left + 0.006 * len(word)
                words.append([word, left, top, right, top + tall, False])
                left = right + 0.003
    return words


EPFL = page(
    "ECOLE POLYTECHNIQUE",
    "Nom|DE VRIES Zoé",
    "No SCIPER|345678",
    "Code|Course|Grade|ECTS|Date",
    "CS-101|Something else|4.25|6|12.01.2026",
    "CS-433|Machine learning for|5.5|4.00|28.01.2026",
    "|physicists",
    "Lausanne, 3 February 2026",
)
LABELLED = page(
    "Name: Zoë de Vries",
    "Student number: s1234567",
    "Course: Machine learning for physicists (CS 433)",
    "Final grade: 5,5",
    "Credits: 4 ECTS",
    "Issued on: 3 February 2026",
)
WITHOUT_HEAD = page(
    "Zoë de Vries", "CS-433 Machine learning for physicists||A-|7.50 ECTS|2026-01-28"
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (
            EPFL,
            {
                "name": "DE VRIES Zoé",
                "number": "345678",
                "title": "Machine learning for physicists",
                "code": "CS-433",
                "grade": "5.5",
                "credits": "4.00",
                "date": "28.01.2026",
            },
        ),
        (
            LABELLED,
            {
                "name": "Zoë de Vries",
                "number": "s1234567",
                "code": "CS 433",
                "grade": "5,5",
                "credits": "4 ECTS",
                "date": "3 February 2026",
            },
        ),
        (
            WITHOUT_HEAD,
            {
                "title": "Machine learning for physicists",
                "code": "CS-433",
                "grade": "A-",
                "credits": "7.50 ECTS",
                "date": "2026-01-28",
            },
        ),
    ],
    ids=["a table", "labels", "no head"],
)
def test_what_is_found(words: list[Any], found: dict[str, str]) -> None:
    said = read([words], SOUGHT)

    assert {name: said.found[name].text for name in found if name in said.found} == found
    assert Read.from_json(said.as_json()) == said


def test_the_place_is_the_value_s() -> None:
    grade = read([[], EPFL], SOUGHT).found["grade"]

    assert grade.page == 2
    assert 0.35 < grade.box.left < grade.box.right < 0.5
    assert 0.14 < grade.box.top < grade.box.bottom < 0.17


def test_another_course_is_not_taken_for_it() -> None:
    other = page("Zoë de Vries", "Code|Course|Grade|ECTS", "HIS-1|History of Rome|5|6")

    assert "grade" not in read([other], SOUGHT).found


def test_a_scan_has_no_text() -> None:
    said = read([[]], SOUGHT)

    assert not said.has_text
    assert said.found == {}


EXPECTED = Expected(
    name="Zoë de Vries",
    number="s1234567",
    title="Machine learning for physicists",
    code="CS-433",
    credits=(Decimal("7.5"), Decimal(4)),
    begins=date(2025, 9, 15),
    today=date(2026, 2, 10),
    grade_typed="7,5",
)


@pytest.mark.parametrize(
    ("field", "found", "verdict"),
    [
        ("name", "Zoë de Vries", SAME),
        ("name", "ZOË DE VRIES", SAME),
        ("name", "Zoe de Vries", NEAR),
        ("name", "DE VRIES Zoé", NEAR),
        ("name", "Zoë Maria de Vries", NEAR),
        ("name", "Zoë de Boer", DIFFERS),
        ("name", "Sanne de Vries", DIFFERS),
        ("number", "1234567", SAME),
        ("number", "345678", FOUND),
        ("title", "Machine learning for physicists", SAME),
        ("title", "MACHINE LEARNING FOR PHYSICISTS", NEAR),
        ("title", "Machine-learning for physicist", NEAR),
        ("title", "History of Rome", DIFFERS),
        ("code", "CS-433", SAME),
        ("code", "cs 433", NEAR),
        ("code", "CS-434", DIFFERS),
        ("credits", "7.50 ECTS", SAME),
        ("credits", "7.5", SAME),
        ("credits", "7,50", NEAR),
        ("credits", "4 units", SAME),
        ("credits", "6", DIFFERS),
        ("credits", "0", DIFFERS),
        ("credits", "60 ECTS", DIFFERS),
        ("grade", "7,5", SAME),
        ("grade", "7.5", NEAR),
        ("grade", "7.50", NEAR),
        ("grade", "5.5", DIFFERS),
        ("date", "28.01.2026", FOUND),
        ("date", "1 September 2025", DIFFERS),
        ("date", "2026-03-01", DIFFERS),
    ],
)
def test_how_it_compares(field: str, found: str, verdict: Verdict) -> None:
    said, words = COMPARERS[field](found, EXPECTED)

    assert said == verdict
    assert verdict not in {DIFFERS} or words, "a difference is told in words"


def test_signs_of_letters_count() -> None:
    typed = EXPECTED._replace(grade_typed="A-")

    assert COMPARERS["grade"]("A\u2212", typed)[0] == NEAR
    assert COMPARERS["grade"]("A", typed)[0] == DIFFERS
    assert COMPARERS["grade"]("A+", typed)[0] == DIFFERS


def test_all_fields_have_a_check() -> None:
    checks = {check.field: check for check in compare(read([EPFL], SOUGHT), EXPECTED)}

    assert list(checks) == ["name", "number", "title", "code", "grade", "credits", "date"]
    assert checks["name"].verdict == NEAR
    assert checks["grade"].verdict == DIFFERS
    scan = compare(read([[]], SOUGHT), EXPECTED)
    assert {check.verdict for check in scan} == {Verdict.MISSING}
    assert "scan" in scan[0].words


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("28.01.2026", date(2026, 1, 28)),
        ("28/1/2026", date(2026, 1, 28)),
        ("Lausanne, le 3 février 2026", date(2026, 2, 3)),
        ("3rd February 2026", date(2026, 2, 3)),
        ("Feb 3, 2026", date(2026, 2, 3)),
        ("3 maart 2026", date(2026, 3, 3)),
        ("2026-02-30", None),
        ("31.11.2026", None),
        ("Semester 1", None),
    ],
)
def test_dates(text: str, day: date | None) -> None:
    assert values.date_in(text) == day


WORDS = st.lists(
    st.tuples(
        st.text(min_size=1, max_size=12),
        *(st.floats(0, 1) for _side in range(4)),
        st.booleans(),
    ),
    max_size=40,
)


@settings(max_examples=60)
@given(st.lists(WORDS, max_size=3))
def test_no_page_is_too_odd(pages: list[Any]) -> None:
    """Whatever stands on the pages: something is said about each field, and it can be kept."""
    said = read(pages, SOUGHT)

    assert Read.from_json(said.as_json()) == said
    assert len(compare(said, EXPECTED)) == 7


@settings(max_examples=100)
@given(st.text(max_size=20))
def test_names_are_like_themselves(name: str) -> None:
    assert COMPARERS["name"](name, EXPECTED._replace(name=name))[0] == SAME
    assert COMPARERS["grade"](name, EXPECTED._replace(grade_typed=name))[0] in {SAME, FOUND}


@settings(max_examples=100)
@given(st.one_of(st.text(max_size=6), st.decimals(0, 12, places=2).map(str)))
def test_no_grade_off_the_scale_is_understood(typed: str) -> None:
    try:
        said = understood(typed)
    except GradeError:
        return
    if said.grade is not None:
        assert 1 <= said.grade <= 10
        assert not 5 < said.grade < 6
        assert said.grade == round(said.grade, 1)
    else:
        assert said.mark in {"V", "P", "O", "F"}
