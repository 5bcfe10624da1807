"""The pages of registrations: the queue, one of them, and a student's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, Role, User
from enrolments.models.enrolment import Board
from grades import form
from grades.models import RegistrationState, Transcript
from grades.services import receiving, registering
from paperwork import making
from paperwork.models import Document, Event
from tests.enrolments.cases import make_cast
from tests.grades.papers import upload
from tests.grades.registering import finished, fresh, moved, opened, result_of, today
from tests.paperwork.files.samples import photo

pytestmark = pytest.mark.django_db
S = RegistrationState
type SignIn = Callable[[User], Client]


def post(client: Client, path: str, **data: str) -> int:
    return client.post(path, data).status_code


def test_a_coordinator_needs_two_clicks_after_verifying(sign_in: SignIn) -> None:
    """The decision is filled in with the permission in advance; then it is sent."""
    cast = make_cast()
    row = opened(cast, board=Board.GIVEN, board_decided_on=today(), board_reference="EC 2026-12")
    row = moved(row, "file", cast=cast)
    client = sign_in(cast.coordinator)
    path = f"/en/desk/registrations/{row.enrolment.reference}/"

    page = client.get(path).content.decode()
    given = dict(re.findall(r'name="(board_\w+)"[^>]*? value="([^"]*)"', page))
    given |= {n: v for v, n in re.findall(r'value="([^"]*)"[^>]*? name="(board_\w+)"', page)}
    assert given["board_reference"] == "EC 2026-12"
    assert post(client, f"{path}decide/", **given) == 302
    assert post(client, f"{path}send/") == 302
    assert fresh(row).state == S.SENT

    client = sign_in(cast.administration)
    assert row.enrolment.reference in client.get("/en/desk/registrations/").content.decode()
    data = {"registered_on": today().isoformat(), "usis_reference": "U-7"}
    assert post(client, f"{path}register/", **data) == 302
    assert (fresh(row).state, fresh(row).usis_reference) == (S.REGISTERED, "U-7")


def test_what_is_wrong_is_said_at_its_field_and_kept(sign_in: SignIn) -> None:
    cast = make_cast()
    row = moved(opened(cast), "file", "decide", "send", cast=cast)
    client = sign_in(cast.administration)
    path = f"/en/desk/registrations/{row.enrolment.reference}/register/"

    answer = client.post(path, {"registered_on": "2999-01-01", "usis_reference": "U-8"})
    assert answer.status_code == 422
    assert "yet to come" in answer.content.decode()
    assert "U-8" in answer.content.decode()
    stale = client.post(path, {"registered_on": today().isoformat(), "seen": "2020-01-01"})
    assert stale.status_code == 409
    assert fresh(row).state == S.SENT


def test_a_student_finds_every_text_and_says_when_it_is_filed(sign_in: SignIn) -> None:
    cast = make_cast()
    row = opened(cast)
    client = sign_in(cast.owner)
    path = f"/en/exchange/{row.enrolment.reference}/registration/"
    page = client.get(path).content.decode()

    for text in ("Extern onderwijs", "Introduction to Quantum Computing", "5 ECTS", "external"):
        assert text in page
    assert client.post(f"{path}file/", {"filed_on": "x"}).status_code == 422
    assert client.post(f"{path}file/", {"filed_on": today().isoformat()}).status_code == 302
    assert "examencommissie" in client.get(path.replace("/en/", "/nl/")).content.decode()
    case_page = client.get(f"/en/exchange/{row.enrolment.reference}/")
    assert case_page.status_code == 200


def test_the_evidence_is_one_pdf_with_the_transcript_in_it(
    sign_in: SignIn, settings: object, tmp_path: object
) -> None:
    import io

    import pikepdf

    cast = make_cast()
    row = opened(cast)
    document = Document.objects.get(kind="grades.petition")
    making.make(str(document.pk))
    document.refresh_from_db()
    assert document.state == Document.State.DONE, document.error
    client = sign_in(cast.owner)
    path = f"/en/exchange/{row.enrolment.reference}/registration/paper/{document.pk}/"
    answer = client.get(path)
    pdf = pikepdf.open(io.BytesIO(b"".join(answer)))  # type: ignore[arg-type]

    assert len(pdf.pages) == 2  # the form, and the page of the transcript
    assert pdf.Root.MarkInfo.Marked
    (name,) = pdf.attachments
    given = pdf.attachments[name].get_file().read_bytes()
    from paperwork import filing

    assert given == filing.path_of(row.result.transcript.file.file).read_bytes()  # type: ignore[union-attr]
    assert Event.objects.about(document).filter(action="opened", actor=cast.owner).exists()
    other = sign_in(cast.other_student)
    assert other.get(path).status_code == 404


def test_the_queue_asks_the_same_however_many_there_are(sign_in: SignIn) -> None:
    cast = make_cast()
    opened(cast)
    client = sign_in(cast.coordinator)
    client.get("/en/desk/registrations/")
    with CaptureQueriesContext(connection) as one:
        client.get("/en/desk/registrations/?view=all")
    for _number in range(3):
        opened(cast)
    with CaptureQueriesContext(connection) as many:
        page = client.get("/en/desk/registrations/?view=all").content.decode()

    assert "4 registrations" in page
    assert len(one) == len(many) <= 12


@pytest.mark.parametrize("view", ["mine", "late", "student", "board", "ready", "sent", "differs"])
def test_the_counts_are_those_of_the_lists(sign_in: SignIn, view: str) -> None:
    cast = make_cast()
    for steps in ([], ["file"], ["file", "decide"], ["file", "decide", "send"]):
        moved(opened(cast), *steps, cast=cast)
    expected = {"mine": 2, "student": 1, "board": 1, "ready": 1, "sent": 1}.get(view, 0)

    page = sign_in(cast.coordinator).get(f"/en/desk/registrations/?view={view}")
    assert page.context["page_obj"].paginator.count == expected
    assert len(page.context["rows"]) == expected


def test_the_photographs_themselves_are_there_for_the_administration(sign_in: SignIn) -> None:
    cast = make_cast()
    case = finished(cast)
    files = [upload(photo(), f"page {number}.jpg") for number in (1, 2)]
    shown = receiving.receive(case, files, by=cast.owner, grade_typed="5.5")
    Transcript.objects.filter(pk=shown.pk).update(
        state="verified", verified_by=cast.coordinator, verified_at=timezone.now()
    )
    row = registering.open_registration(result_of(case, cast.coordinator, transcript=shown))
    assert row is not None
    row = moved(fresh(row), "file", "decide", "send", cast=cast)
    client = sign_in(cast.administration)
    path = f"/en/desk/registrations/{case.reference}/"

    page = client.get(path).content.decode()
    assert "The transcript, as one PDF of its photographs" in page
    assert "Photograph 2, as it was received" in page
    assert client.get(f"{path}transcript/")["Content-Type"] == "application/pdf"
    assert client.get(f"{path}transcript/?photo=2")["Content-Type"] == "image/jpeg"
    for wrong in ("0", "3", "x", "-1"):
        assert client.get(f"{path}transcript/?photo={wrong}").status_code == 404
    annex = form.data_of(row, "en", kind="registration")["annexes"][0]
    assert "as one PDF of the photographs" in annex["title"]


def test_who_enters_it_is_named_as_it_is(sign_in: SignIn) -> None:
    """Where a faculty has nobody in administration a second coordinator records it."""
    cast = make_cast()
    row = moved(opened(cast), "file", "decide", "send", cast=cast)
    reference = row.enrolment.reference
    pages = (
        (cast.owner, f"/nl/exchange/{reference}/registration/"),
        (cast.owner, f"/nl/exchange/{reference}/"),
        (cast.coordinator, "/nl/desk/registrations/?view=sent"),
        (cast.coordinator, f"/nl/desk/registrations/{reference}/"),
    )

    def say(words: str) -> list[bool]:
        return [words in sign_in(who).get(path).content.decode().lower() for who, path in pages]

    with time_machine.travel(timezone.now() + timedelta(minutes=1)):  # no longer to be undone
        assert say("de onderwijsadministratie") == [True] * 4
        assert say("een tweede coördinator") == [False] * 4

        Membership.objects.filter(role=Role.ADMINISTRATION).delete()

        assert say("een tweede coördinator") == [True] * 4
        assert say("de onderwijsadministratie") == [False] * 4
