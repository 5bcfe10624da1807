"""The auditor's pages: what happened, filtered and as a file; whether anybody changed it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from paperwork.models import ChainCheck, Event
from paperwork.services import chain
from paperwork.services.events import record
from privacy import casefile, trail
from privacy.services import deleting, retention
from tests import factories
from tests.enrolments.cases import case_in
from tests.grades.rows import finish, result_of, transcript_of

type SignIn = Callable[[User], Client]
EVENTS, SEALS = "/en/office/audit/", "/en/office/audit/seals/"


@pytest.fixture
def auditor(sign_in: SignIn) -> Client:
    return sign_in(factories.MemberFactory.create(role=Role.AUDITOR))


def rows(client: Client, **filters: str) -> list[dict[str, str]]:
    """The events as the file has them."""
    answer = client.get(f"{EVENTS}export/", filters)
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_it_says_who_did_what_to_which_case(auditor: Client) -> None:
    case = case_in("submitted")
    noor = factories.UserFactory.create(name="Noor Visser")
    record(case, "approve", by=noor, role="coordinator", from_state="submitted", reason="Past.")

    page = auditor.get(EVENTS).content.decode()

    for word in ("Noor Visser", "exchange coordinator", "Approved the application", case.reference):
        assert word in page


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, {"approve", "opened", "publish"}),
        ({"who": "visser"}, {"approve"}),
        ({"what": "enrolments.enrolment"}, {"approve"}),
        ({"what": "paperwork.attachment:opened"}, {"opened"}),
        ({"what": "courses.course:nothing"}, {"approve", "opened", "publish"}),  # left out
        ({"first": "2026-01-01"}, {"approve", "opened", "publish"}),
        ({"last": "2026-01-01"}, set()),
        ({"last": "not a day"}, {"approve", "opened", "publish"}),
        ({"reference": "vx-22222"}, {"approve", "opened"}),  # and the file of the case
        ({"reference": "VX-99999"}, set()),
        ({"who": "sam", "reference": "VX-22222"}, {"opened"}),
    ],
)
def test_filters(auditor: Client, filters: dict[str, str], expected: set[str]) -> None:
    case = case_in("submitted")
    type(case).objects.filter(pk=case.pk).update(reference="VX-22222")
    file = factories.AttachmentFactory.create(
        subject_kind="enrolments.enrolment", subject_id=case.pk
    )
    record(case, "approve", by=factories.UserFactory.create(name="Noor Visser"))
    record(file, "opened", by=factories.UserFactory.create(name="Sam"))
    record(case.edition.course, "publish", by=factories.UserFactory.create(name="Ada"))

    before = {"begin", "submit"}  # how the case came about
    found = rows(auditor, **filters)
    assert {row["action"] for row in found} - before == expected
    page = auditor.get(EVENTS, filters)
    assert page.status_code == 200
    assert page.context["page_obj"].paginator.count == len(found)


def test_everything_of_a_case_is_found_by_its_reference(db: None) -> None:
    over = finish(case_in("submitted"))
    transcript = transcript_of(over)
    result = result_of(over, factories.UserFactory.create())
    other = transcript_of(finish(case_in("submitted")))

    found = casefile.references(
        [
            ("enrolments.enrolment", over.pk),
            ("grades.transcript", transcript.pk),
            ("grades.result", result.pk),
            ("grades.transcript", other.pk),
            ("courses.course", over.edition.course_id),
        ]
    )

    assert found == {
        ("enrolments.enrolment", over.pk): over.reference,
        ("grades.transcript", transcript.pk): over.reference,
        ("grades.result", result.pk): over.reference,
        ("grades.transcript", other.pk): other.enrolment.reference,
    }


def test_what_names_a_case_is_found_and_goes_with_it(office: User) -> None:
    case, other = (finish(case_in("submitted")) for _number in range(2))
    hold = retention.place_hold(
        case=case, person=None, reason="-", until=factories.days(9), by=office
    )
    retention.lift(hold, by=office)
    for one in (case, other):
        record(case.edition, "result_back", by=office, details={"case": one.reference})
    named = {"place_hold", "lift_hold", "result_back"}

    found = trail.found(office, {"reference": f" {case.reference.lower()} "})

    assert named <= set(found.values_list("action", flat=True))
    if connection.vendor == "sqlite":  # the other reads a small table as a whole anyhow
        assert "SCAN" not in found.order_by().explain()
        assert "SCAN" in Event.objects.filter(details__case=case.reference).order_by().explain()
    deleting.delete_case(case)
    left = Event.objects.filter(action__in=named)
    assert [event.details["case"] for event in left] == [other.reference]


def test_every_row_that_leads_to_a_case_is_known() -> None:
    """A model that is given a case later belongs in casefile.LEADS."""
    from django.apps import apps

    from enrolments.models import Enrolment

    direct = {
        model._meta.label_lower
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if getattr(field, "related_model", None) is Enrolment and not field.auto_created
    }

    assert direct <= casefile.LEADS.keys()


def test_a_page_asks_as_much_for_fifty_as_for_five(auditor: Client) -> None:
    def happen(times: int) -> None:
        for _number in range(times):
            case = case_in("submitted", factories.EditionFactory.create())
            file = factories.AttachmentFactory.create(
                subject_kind="enrolments.enrolment", subject_id=case.pk
            )
            record(file, "opened", by=None)

    auditor.get(EVENTS)  # what a session asks once
    asked = []
    for times in (2, 24):
        happen(times)
        with CaptureQueriesContext(connection) as queries:
            lines = auditor.get(EVENTS).context["lines"]
        asked.append(len(queries))

    assert len(lines) == 50
    assert asked[0] == asked[1] <= 10


def test_the_file_is_harmless(auditor: Client) -> None:
    record(case_in("submitted"), "approve", by=None, reason="=1+1")

    (row,) = rows(auditor, what="enrolments.enrolment:approve")

    assert row["reason"] == "'=1+1"


def test_the_page_of_seals(auditor: Client, settings: Any, tmp_path: Any) -> None:
    settings.SEALS_FILE = tmp_path / "seals.jsonl"
    assert "Nobody has looked yet" in auditor.get(SEALS).content.decode()
    record(case_in("submitted"), "approve", by=None)
    chain.seal()

    assert auditor.post(f"{SEALS}check/").status_code == 302
    assert "a check is under way" in auditor.get(SEALS).content.decode()
    chain.check(ChainCheck.objects.get())

    page = auditor.get(SEALS).content.decode()
    assert "Intact: everything is as it was written." in page
    said = [json.loads(line) for line in b"".join(auditor.get(f"{SEALS}file/")).splitlines()]
    assert [line["number"] for line in said] == [1]


def test_the_page_names_what_was_changed(auditor: Client) -> None:
    ChainCheck.objects.create(
        done_at=timezone.now() - timedelta(hours=1),
        faults=1,
        found=[{"kind": "event_missing", "number": 1582}],
    )

    page = auditor.get(SEALS).content.decode()

    assert "One thing is not as it was written." in page
    assert "Event 1582 was sealed and is gone" in page
