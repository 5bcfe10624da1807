"""A batch: claimed, made in the background, sent once, and its files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from grades import form
from grades.models import Batch, Registration, RegistrationState, Result
from grades.services import batches
from grades.services.registration_actions import ActionError
from paperwork import making
from paperwork.models import Document, Event, Notice
from tests.enrolments.cases import Cast, make_cast
from tests.grades.registering import moved, opened

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

    text = client.get(f"{path}csv").content.decode("utf-8-sig")
    head, line = csv.reader(io.StringIO(text))
    cells = dict(zip(head, line, strict=True))
    assert len(head) == len(form.FIELDS)
    assert cells["ec:decimal"] == "5"
    assert cells["dated_on:date"] == row.result.dated_on.isoformat()
    assert cells["title:text"] == '\'=HYPERLINK("x")'
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{path}xlsx").content)).active
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
