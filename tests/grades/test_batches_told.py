"""Who hears of a batch: everybody who records some of it, once, until the last is dealt with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import Membership, Role, User
from grades.models import Batch, Registration, Result
from grades.services import batches, registering
from paperwork.models import Notice
from tests import factories
from tests.enrolments.cases import Cast, make_cast
from tests.grades.registering import fresh, moved
from tests.grades.test_batches import fail, made, prepared, to_honours

__all__ = ["made"]  # a fixture

pytestmark = pytest.mark.django_db


def told_to_record() -> list[tuple[str, str]]:
    """Who heard of what was sent, and by which message."""
    kinds = ["grades.registration_batch", "grades.registration_sent", "grades.registration_nobody"]
    rows = Notice.objects.filter(kind__in=kinds)
    return sorted(
        (row.kind.removeprefix("grades.registration_"), str(row.recipient)) for row in rows
    )


def some(cast: Cast, row: Registration) -> User:
    """A coordinator of the programme of `row` alone."""
    user = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=cast.faculty)
    assert row.enrolment.programme is not None
    Membership.objects.get(user=user).programmes.add(row.enrolment.programme)
    return User.objects.get(pk=user.pk)  # as another request reads it


def send_batch(cast: Cast, rows: list[Registration], by: User) -> None:
    batch = batches.begin(cast.faculty, [row.pk for row in rows], by=by)
    while not batches.work(batch.pk):
        pass


def test_a_batch_that_nobody_sees_as_a_whole_is_told_row_by_row(made: list[str]) -> None:
    cast = make_cast()
    cast.administration.memberships.all().delete()
    rows = prepared(cast)
    first, second = some(cast, rows[0]), some(cast, rows[0])
    cast.coordinator.memberships.all().delete()

    send_batch(cast, rows, first)

    assert told_to_record() == [("sent", str(second))] * 2


def test_who_verified_all_of_a_batch_is_not_asked_to_record_it(made: list[str]) -> None:
    cast = make_cast()
    cast.administration.memberships.all().delete()
    rows = prepared(cast)
    first, second = some(cast, rows[0]), some(cast, rows[0])

    send_batch(cast, rows, first)

    assert told_to_record() == [("sent", str(second))] * 2


def test_who_hears_of_the_whole_batch_hears_it_once(made: list[str]) -> None:
    cast = make_cast()
    cast.administration.memberships.all().delete()
    rows = prepared(cast)
    first = some(cast, rows[0])
    Registration.objects.filter(pk=rows[0].pk).update(verified_by=first)

    send_batch(cast, rows, first)

    # Of the other one only who made the batch can record the registration.
    assert told_to_record() == [("batch", str(cast.coordinator))]


def test_the_office_hears_when_nobody_records_any_of_a_batch(made: list[str]) -> None:
    cast = make_cast()
    cast.administration.memberships.all().delete()

    send_batch(cast, prepared(cast), cast.coordinator)

    assert told_to_record() == [("nobody", str(cast.office))]


def register(cast: Cast, row: Registration) -> None:
    moved(fresh(row), "register", cast=cast)


def send_back(cast: Cast, row: Registration) -> None:
    moved(fresh(row), "back", cast=cast)


@pytest.mark.parametrize("leave", [register, send_back, to_honours, fail])
def test_the_administration_is_asked_until_the_last_of_it_is_dealt_with(
    made: list[str], leave: Callable[[Cast, Registration], None]
) -> None:
    cast = make_cast()
    first, last = prepared(cast)
    batch = batches.begin(cast.faculty, [first.pk, last.pk], by=cast.coordinator)
    batches.work(batch.pk)
    asked = Notice.objects.filter(kind="grades.registration_batch").to_do()

    leave(cast, first)
    assert asked.get().recipient == cast.administration
    leave(cast, last)
    assert not asked.exists()


def test_a_correction_that_is_taken_back_asks_the_administration_again(made: list[str]) -> None:
    cast = make_cast()
    (row,) = prepared(cast, 1)
    batch = batches.begin(cast.faculty, [row.pk], by=cast.coordinator)
    batches.work(batch.pk)
    asked = Notice.objects.filter(kind="grades.registration_batch").to_do()
    fail(cast, row)
    assert not asked.exists()

    registering.forget_registration(Result.objects.current().get())

    assert asked.exists()


def test_nobody_is_asked_for_what_was_entered_before_the_batch_was_told(
    made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = make_cast()
    (row,) = prepared(cast, 1)
    batch = batches.begin(cast.faculty, [row.pk], by=cast.coordinator)
    finish = batches._finish

    def late(batch: Batch) -> bool:
        register(cast, row)
        return finish(batch)

    monkeypatch.setattr(batches, "_finish", late)
    batches.work(batch.pk)

    assert not Notice.objects.get(kind="grades.registration_batch").asks
