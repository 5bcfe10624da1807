"""A batch: claimed, made in the background, sent once, and its files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, Role, User
from enrolments.models import Purpose
from grades import form, tasks
from grades.models import Batch, Registration, RegistrationState, Result
from grades.services import batches, honours, registering
from grades.services.registration_actions import ActionError
from paperwork import making
from paperwork.models import Document, Event, Notice
from tests import factories
from tests.enrolments.cases import Cast, make_cast
from tests.grades.registering import fresh, moved, opened, quiet, result_of

pytestmark = pytest.mark.django_db
S = RegistrationState
type SignIn = Callable[[User], Client]


def prepared(cast: Cast, number: int = 2) -> list[Registration]:
    return [moved(opened(cast), "file", "decide", cast=cast) for _number in range(number)]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that were made, without a press."""
    done: list[str] = []

    def make(pk: str) -> None:
        done.append(pk)
        rows = Document.objects.filter(pk=pk)
        rows.update(state=Document.State.DONE, file=f"documents/{pk}.pdf", sha256="0" * 64)

    monkeypatch.setattr(making, "make", make)
    return done


def test_a_batch_is_sent_once_whatever_interrupts_it(
    made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = make_cast()
    rows = prepared(cast, 3)
    batch = batches.begin(cast.faculty, [row.pk for row in rows], by=cast.coordinator)
    real, killed = batches.registering.act, []

    def dies_at_the_second(*args: object, **kwargs: object) -> object:
        killed.append(1)
        if len(killed) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(batches.registering, "act", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        batches.work(batch.pk)
    assert Event.objects.filter(action="send").count() == 1  # half way

    assert batches.unfinished() == []  # somebody may be at it
    quiet(batch)
    assert batches.unfinished() == [batch.pk]
    assert batches.work(batch.pk)
    assert batches.work(batch.pk)  # once more changes nothing
    batch.refresh_from_db()
    assert (batch.state, batch.total, batch.done) == (Batch.State.SENT, 3, 3)
    assert Event.objects.filter(action="send").count() == 3
    assert len(made) == len(set(made)) == 3
    told = Notice.objects.filter(recipient=cast.administration)
    assert [notice.kind for notice in told] == ["grades.registration_batch"]
    assert Document.objects.filter(kind="grades.cover").count() == 1


def test_no_second_chain_begins_while_one_is_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = make_cast()
    rows = prepared(cast)
    batch = batches.begin(cast.faculty, [row.pk for row in rows], by=cast.coordinator)
    next_turns: list[int] = []
    monkeypatch.setattr(tasks.make_batch, "apply_async", lambda *_a, **_k: next_turns.append(1))
    monkeypatch.setattr(making, "make", lambda _pk: None)  # a press that takes long

    tasks.make_batch(str(batch.pk))
    tasks.every_minute()
    assert len(next_turns) == 1

    quiet(batch)
    tasks.every_minute()
    assert len(next_turns) == 2


def told(user: User) -> list[str]:
    rows = Notice.objects.filter(recipient=user, kind="grades.registration_left_out")
    return [row.text for row in rows]


def to_honours(cast: Cast, row: Registration) -> None:
    change = honours.ask(fresh(row), Purpose.HONOURS, "It fits.", by=cast.coordinator)
    honours.answer(change, agreed=True, by=cast.honours)


def refuse(cast: Cast, row: Registration) -> None:
    registering.act(fresh(row), "refuse", by=cast.coordinator, reason="Not now.")


def fail(cast: Cast, row: Registration) -> None:
    before = row.result
    Result.objects.filter(pk=before.pk).update(current=False)
    fields: dict[str, Any] = {
        "transcript": before.transcript,
        "replaces": before,
        "reason": "A typo.",
    }
    failed = result_of(
        row.enrolment, cast.coordinator, mark="O", grade=None, passed=False, **fields
    )
    registering.open_registration(failed)


@pytest.mark.parametrize(
    ("leave", "why"),
    [
        (to_honours, "het gaat nu een andere weg."),
        (refuse, "het verzoek is geweigerd."),
        (fail, "het resultaat is gecorrigeerd."),
    ],
)
def test_what_leaves_a_batch_holds_it_up_in_nothing(
    made: list[str], leave: Callable[[Cast, Registration], None], why: str, sign_in: SignIn
) -> None:
    cast = make_cast()
    gone, stays = prepared(cast)
    batch = batches.begin(cast.faculty, [gone.pk, stays.pk], by=cast.coordinator)
    leave(cast, gone)

    assert batches.work(batch.pk)

    batch.refresh_from_db()
    assert (batch.state, batch.total, batch.done) == (Batch.State.SENT, 1, 1)
    assert fresh(stays).state == S.SENT
    assert [row.pk for row in batches.rows_of(batch)] == [stays.pk]
    cover = Document.objects.get(kind="grades.cover")
    assert [row[0] for row in cover.data["rows"]] == [stays.enrolment.reference]
    assert told(cast.coordinator) == [f"- {gone.enrolment.reference}: {why}"]


def test_an_empty_batch_says_so(made: list[str], sign_in: SignIn) -> None:
    cast = make_cast()
    (row,) = prepared(cast, 1)
    batch = batches.begin(cast.faculty, [row.pk], by=cast.coordinator)
    Document.objects.about(row).filter(kind="grades.registration").update(state="dead")

    assert batches.work(batch.pk)

    assert "formulier kon niet worden gemaakt" in told(cast.coordinator)[0]
    page = sign_in(cast.coordinator).get(f"/en/desk/registrations/batches/{batch.pk}/")
    assert "Nothing was sent" in page.content.decode()
    assert "being made" not in page.content.decode()


def test_what_came_back_is_no_longer_in_the_files(made: list[str], sign_in: SignIn) -> None:
    cast = make_cast()
    rows = prepared(cast)
    batch = batches.begin(cast.faculty, [row.pk for row in rows], by=cast.coordinator)
    batches.work(batch.pk)
    registering.act(fresh(rows[0]), "back", by=cast.administration, reason="Which course?")

    page = sign_in(cast.administration).get(f"/en/desk/registrations/batches/{batch.pk}/")
    assert "1 of them has come back or was corrected since" in page.content.decode()
    assert rows[0].enrolment.reference not in page.content.decode()


def test_who_coordinates_some_programmes_opens_what_they_made(sign_in: SignIn) -> None:
    cast = make_cast()
    (row,) = prepared(cast, 1)
    some = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=cast.faculty)
    programme = row.enrolment.programme
    assert programme is not None
    Membership.objects.get(user=some).programmes.add(programme)
    client = sign_in(User.objects.get(pk=some.pk))

    answer = client.post("/en/desk/registrations/batches/new/", {"row": [row.pk]}, follow=True)
    assert answer.status_code == 200
    assert row.enrolment.reference in answer.content.decode()
    theirs = Batch.objects.create(faculty=cast.faculty, number=7, made_by=cast.coordinator)
    page = f"/en/desk/registrations/batches/{theirs.pk}/"
    assert client.get(page).status_code == 404  # holds more than their programmes
    assert theirs not in Batch.objects.visible_to(User.objects.get(pk=cast.owner.pk))


def test_without_an_administration_it_says_who_records_it(made: list[str], sign_in: SignIn) -> None:
    cast = make_cast()
    cast.administration.memberships.all().delete()
    row = moved(opened(cast), "file", "decide", cast=cast)
    client, new = sign_in(cast.coordinator), "/en/desk/registrations/batches/new/"
    assert "there is nobody yet: the programme office hears that." in client.get(new).text
    second = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=cast.faculty)
    assert "Another coordinator than who verified a result records" in client.get(new).text

    batch = batches.begin(cast.faculty, [row.pk], by=cast.coordinator)
    while not batches.work(batch.pk):
        pass

    page = client.get(f"/en/desk/registrations/batches/{batch.pk}/").text
    assert "1 registration was sent." in page
    assert "This faculty has no administration in the portal." in page
    told = Notice.objects.get(kind="grades.registration_batch")
    assert told.recipient == second


def test_what_is_missing_is_named_and_stays_behind() -> None:
    cast = make_cast()
    good, bad = prepared(cast)
    Result.objects.filter(pk=bad.result_id).update(title_printed="")

    ready = {one.row.pk: one.missing for one in batches.dry_run(cast.faculty, by=cast.coordinator)}
    assert ready == {good.pk: [], bad.pk: ["Titel van het vak, zoals gedrukt"]}
    with pytest.raises(ActionError):
        batches.begin(cast.faculty, [bad.pk], by=cast.coordinator)
    batch = batches.begin(cast.faculty, [good.pk, bad.pk], by=cast.coordinator)
    assert batch.total == 1
    with pytest.raises(ActionError):  # it is in a batch already
        batches.begin(cast.faculty, [good.pk], by=cast.coordinator)


def test_a_form_that_cannot_be_made_is_left_out(made: list[str]) -> None:
    cast = make_cast()
    rows = prepared(cast)
    batch = batches.begin(cast.faculty, [row.pk for row in rows], by=cast.coordinator)
    Document.objects.about(rows[0]).filter(kind="grades.registration").update(state="dead")

    while not batches.work(batch.pk):
        pass
    batch.refresh_from_db()
    assert (batch.total, batch.done) == (1, 1)
    states = dict(Registration.objects.values_list("pk", "state"))
    assert states == {rows[0].pk: S.PREPARED, rows[1].pk: S.SENT}


def test_its_files_hold_every_field_and_calculate_nothing(sign_in: SignIn) -> None:
    import openpyxl

    cast = make_cast()
    (row,) = prepared(cast, 1)
    Result.objects.filter(pk=row.result_id).update(title_printed='=HYPERLINK("x")')
    batch = batches.begin(cast.faculty, [row.pk], by=cast.coordinator)
    client = sign_in(cast.coordinator)
    path = f"/nl/desk/registrations/batches/{batch.pk}/list."

    text = b"".join(client.get(f"{path}csv")).decode("utf-8-sig")
    head, line = csv.reader(io.StringIO(text))
    cells = dict(zip(head, line, strict=True))
    assert len(head) == len(form.FIELDS)
    assert cells["ec:decimal"] == "5"
    assert cells["dated_on:date"] == row.result.dated_on.isoformat()
    assert cells["title:text"] == '\'=HYPERLINK("x")'
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(f"{path}xlsx")))).active
    assert sheet is not None
    titles = {cell.value: cell.column for cell in sheet[1]}
    cell = sheet.cell(2, titles["Titel van het vak, zoals gedrukt"])
    assert (cell.value, cell.data_type) == ('=HYPERLINK("x")', "s")
    assert sheet.cell(2, titles["Studiepunten (EC)"]).data_type == "n"


def test_the_page_of_a_batch_shows_how_far_it_is(sign_in: SignIn, made: list[str]) -> None:
    cast = make_cast()
    rows = prepared(cast)
    client = sign_in(cast.coordinator)
    page = client.get("/en/desk/registrations/batches/new/").content.decode()
    assert page.count('name="row"') == 2
    data = {"row": [row.pk for row in rows]}
    answer = client.post("/en/desk/registrations/batches/new/", data)
    assert answer.status_code == 302
    assert "0 of 2 forms are made" in client.get(answer.url).content.decode()  # type: ignore[attr-defined]
    batches.work(Batch.objects.get().pk)
    done = client.get(answer.url, headers={"HX-Request": "true"}).content.decode()  # type: ignore[attr-defined]
    assert "2 registrations were sent" in done
    assert "hx-get" not in done
    assert client.get("/en/desk/registrations/batches/").status_code == 200
