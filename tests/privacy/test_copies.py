"""All one's own data in one download: asked for, complete, one's own alone, and gone again."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as portal
from django.db import models
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from enrolments.models import Enrolment, Note, SavedCourse
from paperwork.models import Event, Notice, Owed
from paperwork.press import NotMadeError, press
from paperwork.services.events import record
from privacy.models import DataCopy
from privacy.services import copies
from privacy.tasks import every_night, make_copy, sweep_copies
from tests import factories
from tests.enrolments.cases import case_in, student_of
from tests.grades.rows import transcript_of
from tests.privacy.test_opened import file_about
from tests.races import at_once

type SignIn = Callable[[User], Client]
PAGE = "/en/account/data/"
OTHER = "Wiebke Andersdotter"


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def student(db: None, files: Path) -> User:
    user = student_of(factories.FacultyFactory.create(), name="Noor Visser", language="en")
    case = case_in("enrolled", student=user, motivation="=1+1 because I want to")
    other = factories.StudentFactory.create(name=OTHER)
    Note.objects.create(enrolment=case, author=other, text="Secret among us")
    record(case, "approve", by=factories.UserFactory.create(name="Cor"), role="coordinator")
    file = file_about(case, "board.png", given_by=user)
    record(file, "opened", by=factories.UserFactory.create(name="Opener"), role="coordinator")
    transcript_of(case)
    SavedCourse.objects.create(student=user, course=factories.CourseFactory.create(title="Saved"))
    case_in("submitted", student=other, edition=case.edition)
    return user


def made(user: User) -> zipfile.ZipFile:
    copy = copies.ask(user)
    make_copy(str(copy.pk))
    copy.refresh_from_db()
    assert copy.state == Owed.State.DONE
    return zipfile.ZipFile(Path(portal.MEDIA_ROOT) / copy.file)


def signed_in_again(client: Client) -> None:
    client.post("/en/account/reauthenticate/", {"password": factories.PASSWORD})


def test_all_of_it_is_in_it_and_nothing_of_others(student: User) -> None:
    found = made(student)

    names = set(found.namelist())
    data = json.loads(found.read("data.json"))
    kinds = {kind["name"]: kind for kind in data["kinds"]}
    assert {"READ ME.txt", "overview.pdf", "data.json", "csv/history.csv"} <= names
    assert found.read("overview.pdf").startswith(b"%PDF")
    assert kinds["enrolments.enrolment"]["rows"][0]["motivation"] == "=1+1 because I want to"
    assert [row["who"] for row in kinds["history"]["rows"]].count("Cor") == 1
    assert [row["opened_by"] for row in kinds["files"]["rows"]].count("Opener") == 1
    assert kinds["enrolments.savedcourse"]["rows"][0]["course"] == "Saved"
    assert len([name for name in names if name.startswith("files/")]) == 2
    assert set(data["files"]) <= names
    everything = b"".join(found.read(name) for name in names if not name.endswith(".pdf")).decode(
        errors="replace"
    )
    assert "Noor Visser" in everything  # so names would be seen
    assert OTHER not in everything
    assert "Secret among us" not in everything
    assert student.password not in everything


def test_a_file_is_in_it_byte_for_byte(student: User) -> None:
    found = made(student)

    data = {Path(name).suffix: found.read(name) for name in found.namelist() if "files/" in name}
    given = student.attachments.first()
    assert data[".png"] == (Path(portal.MEDIA_ROOT) / given.file).read_bytes()


def test_tables_calculate_nothing(student: User) -> None:
    table = made(student).read("csv/enrolments.enrolment.csv").decode("utf-8-sig")

    row = next(csv.DictReader(io.StringIO(table)))
    assert row["motivation"] == "'=1+1 because I want to"


def test_each_field_is_in_it_or_says_why_not(student: User) -> None:
    data = json.loads(made(student).read("data.json"))

    kind = next(kind for kind in data["kinds"] if kind["name"] == "enrolments.enrolment")
    fields = {
        field.name for field in Enrolment._meta.concrete_fields if field.related_model is not User
    }
    assert set(kind["rows"][0]) | set(kind["left_out"]) == fields
    assert isinstance(Enrolment._meta.get_field("motivation"), models.TextField)


def test_of_staff_nothing_about_students_is_in_it(student: User) -> None:
    noor = factories.MemberFactory.create(role=Role.OFFICE, name="Opal Office", language="en")
    case = Enrolment.objects.get(student=student)
    record(case, "reject", by=noor, role="office", reason=f"Unlike {OTHER}")
    notice = Notice(key="k", kind="test", recipient=noor, email="", language="en", text=OTHER)
    notice.save()
    file_about(case, f"{OTHER}.png", given_by=noor)

    found = made(noor)

    everything = b"".join(found.read(n) for n in found.namelist() if n[-3:] != "pdf").decode()
    assert "Opal Office" in everything
    assert "rejected the application" in everything
    assert OTHER not in everything
    assert case.reference not in everything
    assert "files/" not in "".join(found.namelist())


def test_it_asks_to_sign_in_once_more(sign_in: SignIn, student: User) -> None:
    client = sign_in(student)

    asked = client.post(f"{PAGE}new/")

    assert asked.url.startswith("/en/account/reauthenticate/")
    assert not DataCopy.objects.exists()
    signed_in_again(client)
    client.post(f"{PAGE}new/")
    assert DataCopy.objects.get().user == student


def test_it_is_downloaded_by_its_owner_alone_and_that_is_written_down(
    sign_in: SignIn, student: User
) -> None:
    made(student)
    copy = DataCopy.objects.get()
    address = f"{PAGE}{copy.pk}/"
    client = sign_in(student)
    assert client.get(address).url.startswith("/en/account/reauthenticate/")
    signed_in_again(client)

    answer = client.get(address)

    body = b"".join(answer.streaming_content)
    assert zipfile.ZipFile(io.BytesIO(body)).testzip() is None
    assert answer.headers["Content-Type"] == "application/zip"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert Event.objects.about(copy).get(action="opened").actor == student
    assert copy.name in client.get(PAGE).content.decode()
    for role in (Role.OFFICE, Role.AUDITOR):
        other = factories.MemberFactory.create(role=role)
        client = sign_in(other)
        signed_in_again(client)
        assert client.get(address).status_code == 404


def test_one_that_was_given_up_is_tried_again_by_the_office(
    student: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = sign_in(factories.MemberFactory.create(role=Role.OFFICE))
    page, again = "/en/office/background/", "/en/office/background/again/"

    def fail(*_all: object) -> None:
        raise MemoryError

    def given_up() -> DataCopy:
        with monkeypatch.context() as patch:
            patch.setattr(copies, "pack", fail)
            copy = copies.ask(student)
            DataCopy.objects.filter(pk=copy.pk).update(attempts=5)
            make_copy(str(copy.pk))
        copy.refresh_from_db()
        assert copy.state == Owed.State.DEAD
        return copy

    copy = given_up()
    shown = office.get(page, {"what": "copies"}).text.split("<main")[1]
    assert "MemoryError" in shown
    assert 'what=copies&amp;kind=copy&amp;view=stopped"' in shown
    assert "came to a stop" in office.get("/en/office/").text
    assert student.name not in shown
    assert not DataCopy.objects.for_background_work(student).exists()
    answer = office.post(again, {"what": "copies", "pk": copy.pk}, follow=True)
    assert "It is tried again" in answer.text
    assert Event.objects.about(copy).filter(action="try_again").exists()
    sweep_copies()
    copy.refresh_from_db()
    assert copy.state == Owed.State.DONE

    copy = given_up()
    copies.ask(student)  # whose owner asks anew
    copy.refresh_from_db()
    assert copy.state == Owed.State.CANCELLED
    DataCopy.objects.filter(pk=copy.pk).update(state=Owed.State.DEAD)  # given up after that
    assert office.post(again, {"what": "copies", "pk": copy.pk}).status_code == 409
    assert office.post(again, {"what": "copies", "all": "1"}, follow=True).status_code == 200


def test_its_owner_hears_when_it_is_ready(student: User) -> None:
    made(student)

    notice = Notice.objects.get(kind="privacy.copy_ready")
    assert notice.recipient == student
    assert notice.link == PAGE


def test_it_goes_after_its_days(student: User, files: Path) -> None:
    made(student)
    copy = DataCopy.objects.get()
    every_night()
    assert (files / copy.file).exists()

    with time_machine.travel(timezone.now() + timedelta(days=8)):
        every_night()

    assert not DataCopy.objects.exists()
    assert not (files / copy.file).exists()
    assert Event.objects.filter(action="delete_copy", subject_kind="privacy.datacopy").exists()


def test_three_a_day_and_one_at_once(student: User, client: Client, sign_in: SignIn) -> None:
    first = copies.ask(student)
    assert copies.ask(student) == first
    DataCopy.objects.update(state=Owed.State.CANCELLED)
    for _number in range(2):
        copies.ask(student)
        DataCopy.objects.update(state=Owed.State.CANCELLED)

    with pytest.raises(copies.TooManyError):
        copies.ask(student)


def test_one_that_cannot_be_made_is_tried_again_and_leaves_nothing(
    student: User, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_sheet: object) -> None:
        raise NotMadeError("out of memory")

    monkeypatch.setattr(press(), "make", fails)
    copy = copies.ask(student)
    make_copy(str(copy.pk))
    copy.refresh_from_db()
    assert (copy.state, copy.error) == (Owed.State.NEW, "out of memory")
    assert list((files / "copies").iterdir()) == []
    monkeypatch.undo()

    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        sweep_copies()

    copy.refresh_from_db()
    assert copy.state == Owed.State.DONE


@pytest.mark.django_db(transaction=True)
def test_of_several_workers_one_makes_it(files: Path) -> None:
    copy = copies.ask(factories.UserFactory.create())

    at_once([lambda: make_copy(str(copy.pk))] * 3)

    copy.refresh_from_db()
    assert copy.attempts == 1
    assert Notice.objects.filter(kind="privacy.copy_ready").count() == 1
