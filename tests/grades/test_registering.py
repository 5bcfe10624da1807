"""From a result to uSis: what is asked, by whom, in which order, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Role, User
from courses.models import Faculty
from enrolments.models import FacultyRules, Purpose
from enrolments.models.enrolment import Kind
from enrolments.services import rules
from grades import form, proposing
from grades.models import Registration, RegistrationState
from grades.services import registering, registration_papers
from grades.services.registration_actions import ACTIONS, ActionError, StaleError, actions_for
from paperwork.models import Document, Event, Notice
from tests import factories
from tests.enrolments.cases import make_cast
from tests.grades.registering import finished, fresh, moved, opened, result_of, today

pytestmark = pytest.mark.django_db
S = RegistrationState
Route = Registration.Route


@pytest.mark.parametrize(
    ("purpose", "kind", "without", "expected"),
    [
        ("elective", Kind.OUTGOING, False, "extern_onderwijs"),
        ("minor", Kind.OUTGOING, False, "extern_onderwijs"),
        ("elective", Kind.OWN, False, "vervanging"),
        ("extracurricular", Kind.OUTGOING, False, "extracurriculair"),
        ("extracurricular", Kind.OUTGOING, True, "extern_onderwijs"),
        ("extracurricular", Kind.OWN, True, "vervanging"),
        ("honours", Kind.OUTGOING, False, ""),
    ],
)
def test_the_type_is_the_first_row_that_applies(
    purpose: str, kind: str, without: bool, expected: str
) -> None:
    cast = make_cast(kind)
    Faculty.objects.filter(pk=cast.faculty.pk).update(no_extracurricular=without)
    rules.forget()
    row = opened(cast, purpose=purpose)

    assert (row.request_type, row.proposed_type) == (expected, expected)
    assert row.route == (Route.HONOURS if purpose == "honours" else Route.PETITION)
    assert proposing.why(row.enrolment)
    assert ("extracurriculair" in proposing.allowed_for(row.enrolment)) is not without
    assert row.verified_by == registering.verifier_of(row.result)


def test_nothing_is_registered_of_a_fail_or_of_somebody_elses_student() -> None:
    cast = make_cast()
    case = finished(cast)
    failed = result_of(case, cast.coordinator, passed=False, grade=Decimal(4))
    guest = make_cast(Kind.INCOMING)
    of_guest = result_of(finished(guest), guest.office)

    assert registering.open_registration(failed) is None
    assert registering.open_registration(of_guest) is None
    assert not Registration.objects.exists()


def test_a_registration_goes_from_request_to_found() -> None:
    cast = make_cast()
    row = opened(cast)
    petition = Document.objects.get(kind="grades.petition")
    assert row.state == S.REQUESTED
    assert Notice.objects.filter(kind="grades.registration_to_file", recipient=cast.owner).exists()

    row = moved(row, "file", "decide", cast=cast)
    paper = registration_papers.paper_of(row)
    assert paper is not None
    assert (row.state, paper.kind, paper.language) == (S.PREPARED, "grades.registration", "nl")
    assert petition.language == cast.owner.language

    row = moved(row, "send", "take", "register", cast=cast)
    assert row.state == S.REGISTERED
    assert row.registered_by == cast.administration
    assert Notice.objects.filter(kind="grades.registration_done", recipient=cast.owner).exists()

    registering.act(row, "reconcile", by=cast.administration)
    assert fresh(row).state == S.RECONCILED
    actions = [event.action for event in registering.history(row)]
    assert actions == ["open", "file", "decide", "send", "take", "register", "reconcile"]


def test_the_form_has_every_field_in_the_language_of_the_faculty() -> None:
    cast = make_cast()
    rules.save_rules(FacultyRules(faculty=cast.faculty, paper_language="en"))
    row = moved(opened(cast), "file", "decide", cast=cast)
    paper = registration_papers.paper_of(row)

    assert paper is not None
    assert paper.language == "en"
    data = Document.objects.get(pk=paper.pk).data
    said = {
        name: value for group in data["groups"] for line in group["rows"] for name, value in line
    }
    with_words = {str(field.label) for field in form.FIELDS}
    assert len(said) == len(with_words) == len(form.FIELDS)
    assert said["Course title, as printed"] == "Introduction to Quantum Computing"
    assert said["Credits of the host"] == "5 ECTS"
    assert said["Result to record"] == "8"
    assert data["annexes"][0]["name"] == "picture.png"
    assert form.missing(row) == []


def test_two_people_say_so_the_service_and_the_database() -> None:
    cast = make_cast()
    row = moved(opened(cast), "file", "decide", "send", cast=cast)
    verifier = cast.coordinator
    factories.MembershipFactory.create(
        user=verifier, role=Role.ADMINISTRATION, faculty=cast.faculty
    )
    verifier = User.objects.get(pk=verifier.pk)

    assert "register" not in actions_for(verifier, row)
    with pytest.raises(ActionError, match="collega"):
        registering.act(row, "register", by=verifier, also={"registered_on": today()})
    done = {"state": "registered", "registered_on": today()}
    rows = Registration.objects.filter(pk=row.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**done, registered_by=verifier)
    assert rows.update(**done, registered_by=cast.administration) == 1  # the control


def test_where_there_is_no_administration_a_colleague_records_it() -> None:
    cast = make_cast()
    colleague = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=cast.faculty)
    row = moved(opened(cast), "file", "decide", "send", cast=cast)
    assert "register" not in actions_for(colleague, row)

    cast.administration.memberships.all().delete()

    assert "register" in actions_for(colleague, row)
    assert "register" not in actions_for(cast.coordinator, row)


def test_another_type_needs_a_reason_that_is_kept_and_must_be_allowed() -> None:
    cast = make_cast()
    Faculty.objects.filter(pk=cast.faculty.pk).update(no_extracurricular=True)
    rules.forget()
    row = moved(opened(cast), "file", cast=cast)

    for kind, why, said in (
        ("vervanging", "", "waarom"),
        ("extracurriculair", "It fits.", "faculteit"),
    ):
        also = {"request_type": kind, "override_reason": why}
        with pytest.raises(ActionError, match=said):
            registering.act(row, "choose", by=cast.coordinator, also=also)
        row = fresh(row)
    registering.act(
        row,
        "choose",
        by=cast.coordinator,
        also={"request_type": "vervanging", "override_reason": "It replaces Logic."},
    )
    row = fresh(row)

    assert (row.request_type, row.proposed_type) == ("vervanging", "extern_onderwijs")
    assert row.override_reason == "It replaces Logic."
    assert row.filed_on is None  # what was filed was of another type
    assert Document.objects.filter(kind="grades.petition").count() == 2


def test_days_that_cannot_be_are_refused_in_words() -> None:
    cast = make_cast()
    row = opened(cast)

    for day in (today() + timedelta(days=1), row.result.dated_on - timedelta(days=1)):
        with pytest.raises(ActionError):
            registering.act(row, "file", by=cast.owner, also={"filed_on": day})
    with pytest.raises(ActionError, match="nog niet"):
        registering.act(row, "decide", by=cast.coordinator, also={"board_decided_on": today()})
    assert fresh(row).state == S.REQUESTED
    assert not Event.objects.filter(action__in=["file", "decide"]).exists()


def test_of_two_clicks_the_second_changes_nothing() -> None:
    cast = make_cast()
    row = opened(cast)
    stale = fresh(row)
    registering.act(row, "file", by=cast.owner, also={"filed_on": today()})

    with pytest.raises(StaleError):
        registering.act(stale, "file", by=cast.owner, also={"filed_on": today()})
    assert Event.objects.filter(action="file").count() == 1


@pytest.mark.parametrize("sent", [False, True])
def test_a_corrected_result_takes_the_registration_along(sent: bool) -> None:
    cast = make_cast()
    row = moved(opened(cast), "file", "decide", *(["send"] if sent else []), cast=cast)
    before = row.result
    type(before).objects.filter(pk=before.pk).update(current=False)
    after = result_of(
        row.enrolment,
        cast.coordinator,
        transcript=before.transcript,
        grade=Decimal(7),
        replaces=before,
        reason="A typing error.",
    )
    again = registering.open_registration(after)

    assert again is not None
    assert again.result == after
    assert again.board_decided_on == today()
    if sent:
        assert again.pk != row.pk
        assert fresh(row).current is False
        assert Notice.objects.filter(kind="grades.registration_corrected").exists()
    else:
        assert (again.pk, again.state) == (row.pk, S.PREPARED)
        versions = Document.objects.filter(kind="grades.registration").order_by("version")
        assert [paper.data["facts"]["result"] for paper in versions] == ["8", "7"]


def test_a_result_that_is_taken_back_takes_its_registration_along() -> None:
    row = opened()
    registering.forget_registration(row.result)

    assert not Registration.objects.exists()
    assert not Notice.objects.filter(kind="grades.registration_to_file", state="new").exists()
    assert not Document.objects.unfinished().exists()


def test_a_refusal_has_a_reason_and_can_be_asked_once_more() -> None:
    cast = make_cast()
    row = moved(opened(cast), "file", cast=cast)
    with pytest.raises(ActionError):
        registering.act(row, "refuse", by=cast.coordinator)
    row = moved(row, "refuse", cast=cast)
    assert (row.state, row.refusal) == (S.REFUSED, "Because.")
    row = moved(row, "again", cast=cast)
    assert (row.state, row.filed_on, row.refusal) == (S.REQUESTED, None, "")


def test_who_may_do_what_is_the_same_for_everybody_else() -> None:
    cast = make_cast()
    row = opened(cast)
    strangers = [
        *(cast.other_student, cast.other_coordinator, cast.honours, cast.administration),
        *(cast.exams, cast.host, cast.home, cast.office, cast.auditor),
    ]
    for state in S:
        row.state = state
        assert {name for who in strangers for name in actions_for(who, row)} <= {
            "take",
            "back",
            "register",
            "amend",
            "reconcile",
        }
        assert actions_for(cast.other_coordinator, row) == []
    assert set(ACTIONS) >= {"file", "decide", "send", "register"}


def test_honours_is_never_in_the_queue_of_the_administration() -> None:
    cast = make_cast()
    row = moved(opened(cast, purpose=Purpose.HONOURS), "prepare", "send", cast=cast)

    assert row.state == S.SENT
    assert row.request_type == ""
    seen = Registration.objects.visible_to(cast.administration)
    assert not seen.exists()
    assert actions_for(cast.administration, row) == []
    with pytest.raises(ActionError):
        registering.act(row, "register", by=cast.honours, also={"registered_on": today()})
    row = moved(row, "register", cast=cast)
    assert row.state == S.REGISTERED


def test_a_student_asks_in_one_click_where_the_faculty_takes_our_form(
    sign_in: object, client: Client
) -> None:
    cast = make_cast()
    rules.save_rules(FacultyRules(faculty=cast.faculty, own_form=True))
    row = opened(cast)
    client = sign_in(cast.owner)  # type: ignore[operator]
    address = f"/nl/exchange/{row.enrolment.reference}/registration/"

    assert "verzoek" in client.get(address).content.decode()
    assert client.post(f"{address}file/").status_code == 302
    assert fresh(row).filed_on == today()
    assert client.post(f"{address}file/").status_code == 409


def test_the_form_names_who_confirmed_a_result_of_ours() -> None:
    cast = make_cast(Kind.OWN)
    row = opened(cast, kind=Kind.OWN)
    assert row.result.confirmed_by is not None

    (signed, *_others) = form.data_of(row, "en", kind="registration")["signatures"]

    assert signed["name"] == str(row.result.confirmed_by)
    assert signed["role"].startswith("confirmed the result on")
