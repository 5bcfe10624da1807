"""The agreement of a placement: owed with the confirmation, renewed when it says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses.models import Edition
from enrolments.models import Enrolment, Purpose, State
from enrolments.models.enrolment import Board, Kind
from enrolments.services import acting, agreements
from enrolments.services.actions import ActionError
from paperwork.models import Attachment, Document, Event
from paperwork.rendering import html_of
from tests.enrolments.cases import Cast, case_of, fresh, make_cast
from tests.paperwork.files.samples import plain


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def placed(cast: Cast, **fields: object) -> Enrolment:
    """A case that the host has just confirmed."""
    said = {"purpose": Purpose.ELECTIVE, "shared_items": ["name", "email"]} | fields
    case = case_of(cast, State.APPROVED, **said)
    acting.act(case, "confirm", by=cast.host if case.kind == Kind.OUTGOING else cast.office)
    return fresh(case)


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("mail.pdf", plain())


def test_says_who_decided_what_in_the_students_language(cast: Cast) -> None:
    User.objects.filter(pk=cast.owner.pk).update(language="en", name="<b>Noor</b>")

    case = placed(
        cast,
        board=Board.GIVEN,
        board_name="Dr. A. Bord",
        board_reference="EC-7",
        board_decided_on=timezone.localdate(),
        home_approved_by=cast.coordinator,
        home_approved_at=timezone.now(),
    )

    document = Document.objects.get()
    assert (document.kind, document.key, document.version) == ("agreement", case.reference, 1)
    assert (document.language, document.title) == ("en", f"Agreement {case.reference}")
    text = html_of(document)
    said = ["Dr. A. Bord", "EC-7", "Elective", "External education", "name, e-mail address"]
    said += [str(cast.coordinator), str(cast.host), "&lt;b&gt;Noor"]
    assert [words for words in said if words not in text] == []
    assert "<b>Noor" not in text


def test_is_owed_with_the_confirmation_or_not_at_all(cast: Cast) -> None:
    case = case_of(cast, State.APPROVED, purpose=Purpose.ELECTIVE)
    with pytest.raises(ActionError):
        acting.act(fresh(case), "confirm", by=cast.other_host)
    assert not Document.objects.exists()


def test_an_incoming_student_reads_nothing_of_our_board(db: None) -> None:
    cast = make_cast(Kind.INCOMING)
    placed(cast, purpose="")
    text = html_of(Document.objects.get())
    assert "examencommissie" not in text
    assert "uSis" not in text
    assert "Je thuisuniversiteit beslist" in text


def test_a_new_version_when_it_says_otherwise_and_only_then(cast: Cast) -> None:
    case = placed(cast)
    assert agreements.renew_changed() == 0
    assert agreements.renew_agreement(case, by=cast.coordinator) is None
    later = case.edition.ends_on + timedelta(days=7)
    Edition.objects.filter(pk=case.edition_id).update(ends_on=later)

    assert [agreements.renew_changed() for _night in range(2)] == [1, 0]

    first, second = Document.objects.order_by("version")
    assert (first.replaced_at is None, second.replaced_at) == (False, None)
    assert first.data["facts"]["ends_on"] != second.data["facts"]["ends_on"] == later.isoformat()
    Enrolment.objects.update(purpose=Purpose.MINOR)
    assert agreements.renew_agreement(fresh(case), by=cast.office) is not None
    assert Event.objects.about(case).filter(action="agreement").count() == 2


def test_a_night_looks_at_thousands_as_at_one(cast: Cast) -> None:
    """Case by case it took longer than a task may, and the last ones were never looked at."""
    queries = []
    for more in (1, 5):
        cases = [placed(cast) for _each in range(more)]
        with CaptureQueriesContext(connection) as asked:
            assert agreements.renew_changed() == 0
        queries.append(len(asked))
    assert queries[0] == queries[1]
    # What differs is locked, one by one: there the number grows.
    Enrolment.objects.filter(pk__in=[case.pk for case in cases[:3]]).update(year=5)
    with CaptureQueriesContext(connection) as asked:
        assert agreements.renew_changed() == 3
    assert len(asked) > queries[1] + 3


@pytest.mark.parametrize("who", ["owner", "other_coordinator", "administration", "host", "auditor"])
def test_others_neither_renew_nor_sign(cast: Cast, who: str) -> None:
    case = placed(cast)
    with pytest.raises(ActionError):
        agreements.renew_agreement(case, by=getattr(cast, who))
    with pytest.raises(ActionError):
        agreements.attach_signed(case, pdf(), by=getattr(cast, who))
    assert not Attachment.objects.exists()


def test_it_no_longer_counts_when_the_placement_ends(cast: Cast) -> None:
    case = placed(cast)
    acting.act(fresh(case), "decline", by=cast.host, reason="No course.")
    assert Document.objects.get().withdrawn_at is not None
    assert agreements.renew_changed() == 0


def test_a_placement_that_ends_meanwhile_gets_no_new_agreement(cast: Cast) -> None:
    """The portal's own night read the case before the host declined."""
    case = placed(cast)
    before = fresh(case)
    acting.act(case, "decline", by=cast.host, reason="No course.")
    Edition.objects.update(ends_on=case.edition.ends_on + timedelta(days=7))
    assert before.state == State.ENROLLED, "the control: what was read says that it stands"

    with pytest.raises(ActionError):
        agreements.renew_agreement(before, by=None)

    assert not Document.objects.filter(withdrawn_at=None).exists()
    assert not Event.objects.about(case).filter(action="agreement").exists()


def test_the_desk_renews_opens_and_keeps_a_signed_copy(
    cast: Cast, sign_in: Callable[[User], Client]
) -> None:
    case = placed(cast)
    client, base = sign_in(cast.coordinator), f"/en/desk/{case.reference}/"
    assert "is being made" in client.get(f"{base}agreement/").text
    pk = Document.objects.get().pk
    assert client.get(f"{base}documents/{pk}/").status_code == 404

    client.post(f"{base}agreement/renew/")
    assert Document.objects.count() == 1
    wrong = client.post(
        f"{base}agreement/signed/", {"copy": SimpleUploadedFile("x.pdf", b"<html>")}
    )
    assert wrong.status_code == 422
    client.post(f"{base}agreement/signed/", {"copy": pdf()})
    kept = Attachment.objects.about(case).get()
    assert (kept.purpose, kept.given_by) == ("agreement_signed", cast.coordinator)
    assert "mail.pdf" in client.get(f"{base}agreement/").text
    stranger = sign_in(cast.other_coordinator)
    assert stranger.get(f"{base}agreement/").status_code == 404


@pytest.mark.parametrize(("answer", "state"), [("confirm", "enrolled"), ("decline", "declined")])
def test_the_office_passes_on_a_hosts_mail(
    cast: Cast, sign_in: Callable[[User], Client], answer: str, state: str
) -> None:
    case = case_of(cast, State.APPROVED, purpose=Purpose.ELECTIVE)
    client, url = sign_in(cast.office), f"/en/desk/{case.reference}/host-answer/"
    today = timezone.localdate()
    sent = {"answer": answer, "answered_on": today.isoformat(), "reason": "It is full."}
    assert client.get(url).status_code == 200
    for wrong in (
        sent,
        {**sent, "answered_on": (today + timedelta(days=1)).isoformat(), "mail": pdf()},
        {**sent, "answer": "decline", "reason": " ", "mail": pdf()},
    ):
        assert client.post(url, wrong).status_code == 422
        assert fresh(case).state == State.APPROVED

    client.post(url, {**sent, "mail": pdf()})

    assert fresh(case).state == state
    event = Event.objects.about(case).get(action="host_answer")
    kept = Attachment.objects.about(case).get(purpose="host_answer")
    assert event.details == {"answered_on": today.isoformat(), "file": str(kept.pk)}
    assert Event.objects.about(case).get(action=answer).role == "office"
    page = sign_in(cast.owner).get(f"/en/exchange/{case.reference}/").text
    assert "It is full." in page
    assert "mail.pdf" not in page  # it may be about others
    assert client.get(f"/en/exchange/{case.reference}/files/{kept.pk}/").status_code == 404


def test_a_student_reads_the_hosts_mail_when_the_office_says_so(
    cast: Cast, sign_in: Callable[[User], Client]
) -> None:
    case = case_of(cast, State.APPROVED, purpose=Purpose.ELECTIVE)
    day = timezone.localdate() - timedelta(days=3)
    sent = {"answer": "confirm", "answered_on": day.isoformat(), "for_student": "on"}
    sign_in(cast.office).post(f"/en/desk/{case.reference}/host-answer/", {**sent, "mail": pdf()})
    kept = Attachment.objects.about(case).get()
    here = f"/en/exchange/{case.reference}/"

    client = sign_in(cast.owner)
    page = client.get(here).text
    assert f"confirmed your place on {day.day} " in page
    assert f"{here}files/{kept.pk}/" in page
    assert client.get(f"{here}files/{kept.pk}/").status_code == 200
    assert sign_in(cast.other_student).get(f"{here}files/{kept.pk}/").status_code == 404
