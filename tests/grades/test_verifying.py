"""Verifying, returning, correcting, undoing: who may, what is kept, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from enrolments.models import Enrolment
from grades import form
from grades.dutch import understood
from grades.models import Registration, Result, Transcript
from grades.services import receiving, verifying
from grades.services.actions import ACTIONS, ActionError, StaleError, actions_for
from grades.services.verifying import Statement
from paperwork.models import Event, Notice
from paperwork.services.notices import UNDO
from tests.enrolments.cases import Cast, make_cast
from tests.grades.papers import paper_of, upload
from tests.grades.registering import moved
from tests.grades.rows import finished, transcript_of, verified
from tests.races import at_once


def statement(case: Enrolment, recorded: str = "8", **other: Any) -> Statement:
    values: dict[str, Any] = {
        "grade_printed": "5.5",
        "credits_printed": "5 ECTS",
        "title_printed": case.edition.course.title,
        "dated_on": case.edition.ends_on,
        "recorded": understood(recorded),
        "ec": Decimal(5),
    } | other
    return Statement(**values)


def registration() -> Registration:
    return Registration.objects.current().select_related(*form.SHOWN).get()


ALLOWED = {
    ("elective", "received", "verify", "coordinator"),
    ("elective", "received", "keep", "coordinator"),
    ("elective", "received", "return", "coordinator"),
    ("elective", "verified", "correct", "coordinator"),
    ("honours", "received", "verify", "honours"),
    ("honours", "received", "keep", "honours"),
    ("honours", "received", "return", "honours"),
    ("honours", "verified", "correct", "honours"),
}


@pytest.mark.parametrize("purpose", ["elective", "honours"])
def test_who_may_do_what(cast: Cast, purpose: str) -> None:
    case = finished(cast, purpose=purpose)
    row = verified(case, cast.coordinator)
    found = set()
    for state in ("received", "verified", "returned", "superseded"):
        row.state = state
        for who, user in cast.people().items():
            found |= {(purpose, state, name, who) for name in actions_for(user, row)}
        assert actions_for(None, row) == []

    assert found == {one for one in ALLOWED if one[0] == purpose}


def test_verifying_records_the_result(cast: Cast, case: Enrolment) -> None:
    row = transcript_of(case)

    event = verifying.verify(row, statement(case, "7,5"), by=cast.coordinator)

    result = Result.objects.get()
    assert (result.grade, result.passed, result.transcript) == (Decimal("7.5"), True, row)
    assert (row.state, row.verified_by) == ("verified", cast.coordinator)
    assert event.details == {"result": result.pk}
    told = Notice.objects.get(kind="grades.transcript_verified")
    assert told.recipient == cast.owner
    assert told.due_at > timezone.now(), "not heard of while it can be taken back"


def test_a_fail_says_so_kindly(cast: Cast, case: Enrolment) -> None:
    verifying.verify(transcript_of(case), statement(case, "4"), by=cast.coordinator)

    assert not Result.objects.get().passed
    assert "niets te registreren" in Notice.objects.get(kind="grades.transcript_verified").text


@pytest.mark.parametrize(
    "other",
    [
        {"dated_on": timezone.localdate() - timedelta(days=400)},
        {"dated_on": timezone.localdate() + timedelta(days=1)},
        {"ec": Decimal(0)},
        {"ec": Decimal(60)},
    ],
)
def test_the_impossible_is_refused(cast: Cast, case: Enrolment, other: dict[str, Any]) -> None:
    row = transcript_of(case)

    with pytest.raises(ActionError):
        verifying.verify(row, statement(case, **other), by=cast.coordinator)

    assert not Result.objects.exists()
    assert not Event.objects.about(row).exists()


def test_a_return_needs_a_reason(cast: Cast, case: Enrolment) -> None:
    row = transcript_of(case)
    with pytest.raises(ActionError):
        verifying.send_back(row, by=cast.coordinator, reason=" ")

    verifying.send_back(row, by=cast.coordinator, reason="Of somebody else.")

    assert (row.state, row.reason) == ("returned", "Of somebody else.")
    told = Notice.objects.get(kind="grades.transcript_returned")
    assert told.asks
    assert "Of somebody else." in told.text


def test_a_correction_is_a_new_row(cast: Cast, case: Enrolment) -> None:
    row = transcript_of(case)
    verifying.verify(row, statement(case), by=cast.coordinator)
    with pytest.raises(ActionError):
        verifying.correct(row, statement(case, "9"), by=cast.coordinator, reason="")

    verifying.correct(row, statement(case, "9"), by=cast.coordinator, reason="A typo.")

    first, second = Result.objects.order_by("pk")
    assert (first.grade, first.current) == (8, False)
    assert (second.grade, second.current, second.replaces) == (9, True, first)
    assert second.reason == "A typo."


class TestUndo:
    def test_within_ten_seconds_all_is_as_before(self, cast: Cast, case: Enrolment) -> None:
        row = transcript_of(case)
        event = verifying.verify(row, statement(case), by=cast.coordinator)

        verifying.undo(event, row, by=cast.coordinator)

        assert (row.state, row.verified_by) == ("received", None)
        assert not Result.objects.exists()
        assert Notice.objects.get(kind="grades.transcript_verified").state == "cancelled"

    def test_who_had_it_to_verify_has_it_again(self, cast: Cast, case: Enrolment) -> None:
        row = receiving.receive(case, [upload(paper_of(case))], by=cast.owner)
        asked = Notice.objects.filter(kind="grades.transcript_to_verify").to_do()
        event = verifying.verify(row, statement(case), by=cast.coordinator)
        assert not asked.exists()

        verifying.undo(event, row, by=cast.coordinator)

        assert asked.get().recipient == cast.coordinator

    def test_the_result_before_holds_again(self, cast: Cast, case: Enrolment) -> None:
        verifying.verify(transcript_of(case), statement(case), by=cast.coordinator)
        row = receiving.receive(case, [upload(paper_of(case))], by=cast.owner)
        event = verifying.verify(row, statement(case, "9"), by=cast.coordinator, reason="A resit.")

        verifying.undo(event, row, by=cast.coordinator)

        assert Result.objects.current().get().grade == 8

    def test_not_when_its_registration_was_sent_with_it(self, cast: Cast, case: Enrolment) -> None:
        verifying.verify(transcript_of(case), statement(case), by=cast.coordinator)
        moved(registration(), "file", "decide", cast=cast)
        row = receiving.receive(case, [upload(paper_of(case))], by=cast.owner)
        event = verifying.verify(row, statement(case, "9"), by=cast.coordinator, reason="A resit.")
        moved(registration(), "send", cast=cast)

        with pytest.raises(StaleError):
            verifying.undo(event, row, by=cast.coordinator)

        assert registration().result.grade == 9

    def test_not_later_not_by_others_not_after_more(self, cast: Cast, case: Enrolment) -> None:
        row = transcript_of(case)
        event = verifying.verify(row, statement(case), by=cast.coordinator)
        with pytest.raises(ActionError):
            verifying.undo(event, row, by=cast.auditor)
        old = Event.objects.get(pk=event.pk)
        old.at -= UNDO
        with pytest.raises(ActionError):
            verifying.undo(old, row, by=cast.coordinator)
        receiving.receive(case, [upload(paper_of(case))], by=cast.owner)
        row.refresh_from_db()
        with pytest.raises(StaleError):
            verifying.undo(event, row, by=cast.coordinator)
        assert Result.objects.current().exists()


def test_replaced_while_it_is_verified(cast: Cast, case: Enrolment) -> None:
    row = transcript_of(case)
    mine = Transcript.objects.select_related("enrolment__edition").get(pk=row.pk)
    receiving.receive(case, [upload(paper_of(case))], by=cast.owner)

    with pytest.raises(StaleError):
        verifying.verify(mine, statement(case), by=cast.coordinator)

    assert not Result.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_verify_at_once_one_does(transactional_db: None) -> None:
    cast = make_cast()
    case = finished(cast, purpose="elective")
    row = transcript_of(case)

    def by_one() -> object:
        mine = Transcript.objects.select_related("enrolment__edition__course").get(pk=row.pk)
        return verifying.verify(mine, statement(case), by=cast.coordinator)

    outcome = at_once([by_one, by_one])

    assert sum(isinstance(one, Event) for one in outcome) == 1, outcome
    assert Result.objects.count() == 1


def test_every_action_has_its_words() -> None:
    assert all(action.label and action.done for action in ACTIONS.values())


@pytest.mark.parametrize("days", [-1, 1])
def test_an_exam_lies_between_the_courses_begin_and_the_result(
    cast: Cast, case: Enrolment, days: int
) -> None:
    edition = case.edition
    day = edition.starts_on if days < 0 else edition.ends_on
    said = statement(case, exam_on=day + timedelta(days=days))
    with pytest.raises(ActionError, match="tentamen"):
        verifying.verify(transcript_of(case), said, by=cast.coordinator)
    assert not Result.objects.exists()
