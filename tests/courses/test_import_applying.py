"""What differs, and what applying it writes."""

from __future__ import annotations

import threading
import time
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.imports import applying
from courses.imports.comparing import CHANGED, NEW, VANISHED, Comparison, digest
from courses.imports.merging import merge
from courses.imports.rules import broken_rules
from courses.models import Course, Edition, ImportRun, PublicState, University
from courses.services.offer import offer_version
from courses.tasks import remove_old_imports
from tests import factories
from tests.races import at_once

pytestmark = pytest.mark.django_db
HEAD = "university,code,title,ec,about_en"


def take_in(text: str, name: str = "a.csv") -> ImportRun:
    taken = applying.take_in(name, text.encode(), by="Karin")
    assert taken.run is not None, taken.checked.faults
    return taken.run


def seen(run: ImportRun) -> str:
    run.refresh_from_db()
    return digest(applying.differences(run))


def kinds(found: Comparison) -> dict[str, str]:
    return {part.title: part.kind for part in found.parts}


@pytest.fixture
def solar() -> Course:
    university = factories.UniversityFactory.create(code="UQ")
    return factories.CourseFactory.create(
        university=university, code="SOL1", title="Solar Energy", ec=5, about_en="Sun."
    )


def test_new_changed_and_vanished(solar: Course) -> None:
    factories.CourseFactory.create(university=solar.university, title="Wind")
    factories.CourseFactory.create(title="Of another university")

    found = applying.differences(take_in(f"{HEAD}\nUQ,SOL1,Solar Energy,6,Sun.\nUQ,H,Water,3,\n"))

    assert kinds(found) == {"Solar Energy": CHANGED, "Water": NEW, "Wind": VANISHED}
    (change,) = found.entries[0].changes
    assert (change.column.name, change.old, change.new) == ("ec", "5", "6")
    assert [part.accepted for part in found.parts] == [True, True, False]


def test_apply_writes_what_is_accepted_and_nothing_else(solar: Course) -> None:
    wind = factories.CourseFactory.create(university=solar.university, title="Wind")
    version = offer_version()
    run = take_in(f"{HEAD}\nUQ,SOL1,Solar Energy,6,More sun.\nUQ,H,Water,3,\n")
    applying.choose(run, shown=[f"c{solar.pk}.ec"], accepted=[])

    counts = applying.apply(run, seen=seen(run), by="Karin")

    solar.refresh_from_db()
    wind.refresh_from_db()
    water = Course.objects.get(title="Water")
    assert (solar.ec, solar.about_en) == (Decimal(5), "More sun.")
    assert wind.state == PublicState.PUBLISHED
    assert (water.state, water.slug, water.published_at) == (PublicState.DRAFT, "water", None)
    assert counts == {"course_new": 1, "course_changed": 1, "fields": 1}
    assert offer_version() == version + 1
    run.refresh_from_db()
    assert (run.state, run.closed_by) == ("applied", "Karin")


def test_an_accepted_vanished_course_is_withdrawn(solar: Course) -> None:
    wind = factories.CourseFactory.create(university=solar.university, title="Wind")
    run = take_in(f"{HEAD}\nUQ,SOL1,Solar Energy,5,\n")
    applying.choose(run, shown=[f"c{wind.pk}"], accepted=[f"c{wind.pk}"])

    applying.apply(run, seen=seen(run), by="Karin")

    wind.refresh_from_db()
    assert wind.state == PublicState.WITHDRAWN
    assert kinds(applying.differences(run)) == {}


def test_a_vanished_university_is_left_or_ends_today(solar: Course) -> None:
    """A file with several universities speaks of them all; with one, of that one."""
    home = factories.HomeUniversityFactory.create(code="LEI")
    left, ended = (factories.UniversityFactory.create(code=code) for code in ("ANU", "EPFL"))
    factories.UniversityFactory.create(code="OLD", participating_until=factories.days(-1))
    head, both = "code,name,city,country,time_zone", (solar.university, home)
    rows = [f"{u.code},{u.name},{u.city},{u.country},{u.time_zone}" for u in both]
    alone = applying.take_in("a.csv", "\n".join([head, rows[0] + "x"]).encode(), by="Karin")
    run = take_in("\n".join([head, *rows]))
    found = applying.differences(run)

    assert alone.run is None or VANISHED not in kinds(applying.differences(alone.run)).values()
    assert kinds(found) == {left.name: VANISHED, ended.name: VANISHED}
    assert [part.accepted for part in found.parts] == [False, False]

    applying.choose(run, shown=["uANU", "uEPFL"], accepted=["uEPFL"])
    counts = applying.apply(run, seen=seen(run), by="Karin")

    for row in (left, ended, home, solar):
        row.refresh_from_db()
    assert counts == {"university_vanished": 1}
    assert (left.participating_until, home.participating_until) == (None, None)
    assert ended.participating_until == timezone.localdate()
    assert solar.state == PublicState.PUBLISHED
    assert kinds(applying.differences(run)) == {left.name: VANISHED}


def test_again_there_is_nothing_to_change(solar: Course) -> None:
    text = f"{HEAD}\nUQ,SOL1,Solar Energy,6,=1+1\nUQ,H,Water,3,\n"
    run = take_in(text)
    applying.apply(run, seen=seen(run), by="Karin")

    again = take_in(text)

    assert applying.differences(again).entries == []
    assert (again.state, again.counts) == ("applied", {})


def test_an_empty_cell_changes_nothing(solar: Course) -> None:
    assert take_in(f"{HEAD}\nUQ,SOL1,Solar Energy,,\n").state == "applied"


def test_editions_come_and_go_and_keep_their_sessions(solar: Course) -> None:
    kept = factories.EditionFactory.create(course=solar)
    gone = factories.EditionFactory.create(course=solar, starts_on=factories.days(200))
    ended = factories.EditionFactory.create(course=solar, starts_on=factories.days(-400))
    factories.LiveSessionFactory.create(edition=kept)
    text = "university,code,title,starts_on,ends_on,period,places,live_sessions\n"
    text += f"UQ,SOL1,Solar Energy,{kept.starts_on},{kept.ends_on},spring,30,di 8:00-9:00\n"
    text += "UQ,SOL1,,2099-02-01,2099-06-01,spring,20,fri 10:00-11:30 required\n"
    run = take_in(text)
    (entry,) = applying.differences(run).entries
    assert {(e.title, e.kind) for e in entry.editions} == {
        (str(kept.starts_on), CHANGED),
        ("2099-02-01", NEW),
        (str(gone.starts_on), VANISHED),
    }
    assert ended.ends_on < timezone.localdate()

    applying.choose(run, shown=[f"e{gone.pk}"], accepted=[f"e{gone.pk}"])
    applying.apply(run, seen=seen(run), by="Karin")

    kept.refresh_from_db()
    gone.refresh_from_db()
    new = Edition.objects.get(starts_on=date(2099, 2, 1))
    assert (kept.places, gone.state, new.state) == (30, "withdrawn", "draft")
    assert str(kept.live_sessions.get()) == "dinsdag 08:00"
    assert new.live_sessions.get().required


def test_a_title_means_the_course_that_is_not_withdrawn(solar: Course) -> None:
    Course.objects.filter(pk=solar.pk).update(state=PublicState.WITHDRAWN, code="")
    again = factories.CourseFactory.create(university=solar.university, title=solar.title, ec=5)

    found = applying.differences(take_in("university,title,ec\nUQ,Solar Energy,6\n"))

    assert [entry.row for entry in found.entries] == [again]


def test_a_row_that_changed_meanwhile_is_not_overwritten(solar: Course) -> None:
    run = take_in(f"{HEAD}\nUQ,SOL1,Solar Energy,6,\n")
    looked_at = seen(run)
    Course.objects.filter(pk=solar.pk).update(ec=7)

    with pytest.raises(applying.StaleImportError):
        applying.apply(run, seen=looked_at, by="Karin")

    run.refresh_from_db()
    solar.refresh_from_db()
    assert (run.state, solar.ec) == ("open", 7)
    applying.apply(run, seen=seen(run), by="Karin")
    solar.refresh_from_db()
    assert solar.ec == 6


def test_another_row_that_changed_meanwhile_does_not_matter(solar: Course) -> None:
    run = take_in(f"{HEAD}\nUQ,SOL1,Solar Energy,6,\n")
    looked_at = seen(run)
    Course.objects.filter(pk=solar.pk).update(about_nl="Zon.")

    assert applying.apply(run, seen=looked_at, by="Karin")["fields"] == 1


def test_what_breaks_a_rule_is_refused_as_a_whole(solar: Course) -> None:
    Course.objects.filter(pk=solar.pk).update(level="bachelor", level_number=200)
    run = take_in("university,code,title,level\nUQ,SOL1,Solar Energy,master\nUQ,H,Water,\n")

    with pytest.raises(applying.RefusedError) as refused:
        applying.apply(run, seen=seen(run), by="Karin")

    assert [problem.row for problem in refused.value.problems] == ["Solar Energy"]
    assert not Course.objects.filter(title="Water").exists()
    assert ImportRun.objects.get(pk=run.pk).state == "open"


def test_a_code_that_another_course_has_is_refused(solar: Course) -> None:
    factories.CourseFactory.create(university=solar.university, code="W", slug="wind")
    run = take_in("university,address,code,title\nUQ,wind,SOL1,Wind\n")

    with pytest.raises(applying.RefusedError):
        applying.apply(run, seen=seen(run), by="Karin")


def test_a_closed_import_is_closed(solar: Course) -> None:
    run = take_in(f"{HEAD}\nUQ,SOL1,Solar Energy,6,\n")
    applying.discard(run, by="Karin")

    for act in (
        lambda: applying.discard(run, by="Karin"),
        lambda: applying.choose(run, shown=[], accepted=[]),
        lambda: applying.apply(run, seen=seen(run), by="Karin"),
    ):
        with pytest.raises(applying.ClosedError):
            act()


def test_old_imports_that_nobody_applied_are_removed(solar: Course) -> None:
    old, young = (take_in(f"{HEAD}\nUQ,SOL1,Solar Energy,{n},\n") for n in (6, 7))
    ImportRun.objects.filter(pk=old.pk).update(uploaded_at=timezone.now() - timedelta(31))

    remove_old_imports()

    assert list(ImportRun.objects.all()) == [young]


UNIVERSITIES = "code,name,city,country,time_zone"


def test_of_each_university_only_what_differs_is_written(
    solar: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    uq, anu = solar.university, factories.UniversityFactory.create(code="ANU")
    rows = [
        f"UQ,{uq.name},Elsewhere,{uq.country},{uq.time_zone}",
        f"ANU,Another,{anu.city},{anu.country},{anu.time_zone}",
    ]
    run = take_in("\n".join([UNIVERSITIES, *rows]))
    mark = seen(run)

    def edited(found: Comparison) -> list[Any]:
        University.objects.filter(pk=anu.pk).update(city="Edited")
        return merge(found)

    monkeypatch.setattr(applying, "merge", edited)
    applying.apply(run, seen=mark, by="Karin")

    for row in (uq, anu):
        row.refresh_from_db()
    assert (uq.city, anu.name, anu.city) == ("Elsewhere", "Another", "Edited")


@pytest.mark.django_db(transaction=True)
def test_a_university_that_a_colleague_edits_at_that_moment_is_not_overwritten() -> None:
    uq = factories.UniversityFactory.create(code="UQ", city="Brisbane")
    run = take_in(f"{UNIVERSITIES}\nUQ,{uq.name},Elsewhere,{uq.country},{uq.time_zone}\n")
    mark, begun = seen(run), threading.Event()

    def edit() -> None:
        with transaction.atomic():
            University.objects.filter(pk=uq.pk).update(city="Edited")
            begun.set()
            time.sleep(0.5)

    def apply() -> None:
        begun.wait(5)
        applying.apply(run, seen=mark, by="Karin")

    outcomes = at_once([edit, apply])

    uq.refresh_from_db()
    assert isinstance(outcomes[1], applying.StaleImportError), outcomes
    assert uq.city == "Edited"


def big(rows: int, ec: int) -> str:
    lines = [f"UQ,C{n},Course {n},{ec},About {n}." for n in range(rows)]
    return "\n".join([HEAD, *lines])


def test_queries_do_not_grow_with_rows(solar: Course) -> None:
    def asked(rows: int) -> int:
        run = take_in(big(rows, 5))
        with CaptureQueriesContext(connection) as queries:
            applying.differences(run)
        return len(queries)

    assert asked(1) == asked(30) <= 5


def test_a_thousand_rows_within_seconds(solar: Course) -> None:
    for ec in (5, 6):  # all new, then all changed
        started = time.monotonic()
        run = take_in(big(1000, ec))
        counts = applying.apply(run, seen=seen(run), by="Karin")
        took = time.monotonic() - started
        print(f"1,000 rows {counts}: {took:.1f} s")
        assert took < 20
    assert Course.objects.filter(ec=6).count() == 1000


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once() -> None:
    """Both change the same field: one is applied, the other waits and is told of the difference."""
    university = factories.UniversityFactory.create(code="UQ")
    solar = factories.CourseFactory.create(university=university, code="SOL1", ec=5)
    runs = [take_in(f"{HEAD}\nUQ,SOL1,{solar.title},{ec},\n") for ec in (6, 7)]
    marks = [seen(run) for run in runs]

    outcomes = at_once(
        [
            partial(applying.apply, run, seen=mark, by="Karin")
            for run, mark in zip(runs, marks, strict=True)
        ]
    )

    told = [o for o in outcomes if isinstance(o, applying.StaleImportError)]
    assert len(told) == 1, outcomes
    states = sorted(ImportRun.objects.values_list("state", flat=True))
    assert states == ["applied", "open"]


@pytest.mark.django_db(transaction=True)
def test_one_import_applied_twice_at_once() -> None:
    factories.UniversityFactory.create(code="UQ")
    run = take_in(f"{HEAD}\nUQ,SOL1,Solar,6,\n")
    mark = seen(run)

    outcomes = at_once([lambda: applying.apply(run, seen=mark, by="Karin")] * 4)

    assert sum(isinstance(o, dict) for o in outcomes) == 1, outcomes
    assert sum(isinstance(o, applying.ClosedError) for o in outcomes) == 3, outcomes
    assert Course.objects.count() == 1


EDITIONS = [
    {"ends_on": factories.days(10)},
    {"applications_open_on": factories.days(50)},
    {"assessment": "assignment"},
    {"assessment": "assignment", "exam_kind": "", "exam_on": None},
    {"places": 1, "taken": 2},
    {"exam_on": factories.days(1)},
    {"exam_on": None, "withdraw_until": None, "places": None},
    {"resit_on": factories.days(100)},
    {"period": "winter"},
    {},
]


@pytest.mark.parametrize("values", EDITIONS, ids=str)
def test_the_rules_say_what_the_database_says(values: dict[str, Any]) -> None:
    edition = factories.EditionFactory.build(course=factories.CourseFactory.create(), **values)
    try:
        with transaction.atomic():
            edition.save()
        refused = False
    except IntegrityError:
        refused = True

    assert bool(broken_rules(edition)) is refused


def test_university_and_its_courses_in_one_file() -> None:
    text = '{"universities":[{"code":"NEW1","name":"New","city":"Rome","country":"Italië",'
    text += '"time_zone":"Europe/Rome"}],"courses":[{"university":"NEW1","title":"Solar"}]}'
    run = take_in(text, "a.json")
    applying.choose(run, shown=["uNEW1"], accepted=[])
    with pytest.raises(applying.RefusedError):
        applying.apply(run, seen=seen(run), by="Karin")

    applying.choose(run, shown=["uNEW1"], accepted=["uNEW1"])
    applying.apply(run, seen=seen(run), by="Karin")

    new = University.objects.get(code="NEW1")
    assert (new.country, new.courses.get().title) == ("IT", "Solar")
    try:
        new.full_clean()
    except ValidationError as error:  # pragma: no cover
        pytest.fail(str(error))
