"""What is given out can be taken in again, and no spreadsheet calculates with it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Role, User
from courses.imports import applying, exporting
from courses.imports.columns import SHEETS, names, tidy
from courses.models import Course, PublicState
from courses.spreadsheets import defuse, undefuse
from tests import factories

pytestmark = pytest.mark.django_db
BEGINNINGS = "=+-@\t\r\n|%＝＋－＠"
FORMATS = ["json", "csv", "xlsx"]

# Texts that a spreadsheet, a separator or a quote could make something else of.
nasty = st.one_of(
    # What a form lets in: neither half a character nor NUL, which PostgreSQL does not keep.
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60),
    st.builds(
        "".join,
        st.lists(
            st.sampled_from([*BEGINNINGS, "'", '"', ";", ",", "1", "a", " ", "\ufeff", "_x000D_"]),
            max_size=8,
        ),
    ),
)


def written(suffix: str) -> bytes:
    sheets = exporting.offer()
    if suffix == "csv":
        sheets = {"courses": sheets["courses"]}
    return content_of(exporting.download(sheets, "offer", suffix))


def content_of(answer: HttpResponse) -> bytes:
    return b"".join(answer)


@pytest.mark.parametrize("suffix", FORMATS)
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(title=nasty, about=nasty, code=st.text("=-+'0123456789AB", max_size=8))
def test_out_and_in_again_changes_nothing(suffix: str, title: str, about: str, code: str) -> None:
    Course.objects.all().delete()
    factories.CourseFactory.create(title=tidy(title) or "x", about_en=about, code=tidy(code))

    taken = applying.take_in(f"offer.{suffix}", written(suffix), by="Karin")

    assert taken.run is not None, taken.checked.faults
    assert applying.differences(taken.run).entries == []


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_whole_offer_out_and_in_again(suffix: str, language: str) -> None:
    course = factories.CourseFactory.create(ec="7.5", host_credits="2.25", honours=True)
    for number in range(3):
        edition = factories.EditionFactory.create(
            course=course, starts_on=factories.days(30 * number), resit_offered=number == 1
        )
        factories.LiveSessionFactory.create(edition=edition, required=number == 2)
    factories.CourseFactory.create(title="=cmd|'/c calc'!A1", about_nl="- een\n- twee", code="007")

    with translation.override(language):
        taken = applying.take_in(f"offer.{suffix}", written(suffix), by="Karin")

    assert taken.run is not None, taken.checked.faults
    assert applying.differences(taken.run).entries == []


@given(st.lists(nasty, max_size=3).map("".join))
def test_defused_texts_come_back(text: str) -> None:
    assert undefuse(defuse(text)) == text
    assert undefuse(text) == text or text.startswith("'")


@pytest.mark.parametrize(
    "text", ["=1", "+1+1", "-1+1", "@x", "\t=1", "\r=1", "\n=1", "|x", "%0A", "＝1", "＠x", " =1"]
)
def test_what_a_spreadsheet_would_calculate_is_defused(text: str) -> None:
    assert defuse(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "-5,0", "3.5", "Solar", "'s nachts", "a=1", ""])
def test_what_it_would_not_calculate_stays(text: str) -> None:
    assert defuse(text) == text


def test_csv_has_a_mark_and_what_a_dutch_spreadsheet_expects() -> None:
    factories.CourseFactory.create(ec="7.5", title="=1+1")

    content = written("csv")

    assert content.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert (row["ec"], row["title"]) == ("7,5", "'=1+1")
    assert list(row) == names(SHEETS["courses"])


def test_a_workbook_holds_text_where_a_formula_could_be() -> None:
    from openpyxl import load_workbook

    factories.CourseFactory.create(title="=1+1")

    sheet = load_workbook(io.BytesIO(written("xlsx")))["courses"]

    cell = sheet.cell(2, names(SHEETS["courses"]).index("title") + 1)
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_withdrawn_courses_stay_out() -> None:
    factories.CourseFactory.create(title="Gone", state=PublicState.WITHDRAWN)
    factories.CourseFactory.create(title="Here")

    assert [row["title"] for row in exporting.offer()["courses"]] == ["Here"]


def test_queries_do_not_grow(django_assert_num_queries: Callable[..., object]) -> None:
    for number in (1, 3):
        factories.EditionFactory.create_batch(number)
        with django_assert_num_queries(4):
            exporting.offer()


def test_the_examples_can_be_filled_in() -> None:
    sheets = {kind: exporting.example(kind) for kind in SHEETS}

    taken = applying.take_in(
        "a.xlsx", content_of(exporting.download(sheets, "offer", "xlsx")), by="Karin"
    )

    assert taken.checked.faults == []


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("?format=json", "application/json"),
        ("?format=csv", "text/csv; charset=utf-8"),
        ("?format=csv&kind=universities", "text/csv; charset=utf-8"),
        ("?format=xlsx", exporting.TYPES["xlsx"]),
    ],
)
def test_auditors_may_export(sign_in: Callable[[User], Client], query: str, kind: str) -> None:
    client = sign_in(factories.MemberFactory.create(role=Role.AUDITOR))

    answer = client.get(f"/nl/office/export/{query}")

    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("query", ["", "?format=exe", "?format=csv&kind=people", "?format=%00"])
def test_nonsense_leads_to_the_page(
    sign_in: Callable[[User], Client], office: User, query: str
) -> None:
    assert sign_in(office).get(f"/nl/office/export/{query}").status_code == 302
