"""Results of our own courses: two people, one by one or by list, and what comes of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Edition
from enrolments.models import Enrolment
from enrolments.services.actions import ActionError, StaleError
from grades import lists, records
from grades.dutch import understood
from grades.models import Registration, Result
from grades.services import own_results
from grades.services.own_results import Entry
from paperwork.models import Document, Notice
from paperwork.rendering import html_of
from tests import factories
from tests.enrolments.cases import case_in, student_of
from tests.grades.rows import finish

type SignIn = Callable[[User], Client]


@dataclass
class Scene:
    """An edition of ours that has ended, with students from a partner and one of Leiden."""

    edition: Edition
    incoming: Enrolment
    own: Enrolment
    enters: User
    confirms: User
    home: User

    def entry(self, result: str = "7.5", **fields: Any) -> Entry:
        today = timezone.localdate()
        return Entry(understood(result), **{"ec": Decimal(5), "dated_on": today, **fields})

    def entered(self, case: Enrolment, result: str = "7.5", **fields: Any) -> Result:
        made = own_results.enter(case, self.entry(result, **fields), by=self.enters)
        return Result.objects.select_related(*records.SHOWN).get(pk=made.pk)

    def confirmed(self, case: Enrolment, result: str = "7.5", **fields: Any) -> Result:
        entered = self.entered(case, result, **fields)
        own_results.confirm(entered, by=self.confirms)
        return entered

    def url(self, rest: str = "") -> str:
        return f"/nl/office/results/edition/{self.edition.pk}/{rest}"


def whole(case: Enrolment) -> Enrolment:
    return Enrolment.objects.select_related(
        "student", "home_university", "edition__course__university"
    ).get(pk=case.pk)


@pytest.fixture
def scene(db: None) -> Scene:
    member = factories.MemberFactory.create
    leiden = factories.HomeUniversityFactory.create()
    partner = factories.UniversityFactory.create()
    course = factories.CourseFactory.create(university=leiden, title="Dutch Perspectives")
    edition = factories.EditionFactory.create(course=course)
    guest = student_of(None, home_university=partner, name="Zoë Ní Dhuibhne", student_number="77A")
    own = student_of(factories.FacultyFactory.create(), student_number="s0123456")
    cases = [case_in("finished", edition, student, purpose="elective") for student in (guest, own)]
    incoming, own_case = (whole(finish(case)) for case in cases)
    return Scene(
        edition=incoming.edition,
        incoming=incoming,
        own=own_case,
        enters=member(role=Role.OFFICE),
        confirms=member(role=Role.OFFICE),
        home=member(role=Role.PARTNER, university=partner),
    )


def test_what_is_entered_holds_only_when_another_confirms_it(scene: Scene) -> None:
    result = scene.entered(scene.incoming)

    assert not result.current
    readers = (scene.incoming.student, scene.home)
    assert not any(Result.objects.visible_to(reader).exists() for reader in readers)
    assert not Document.objects.about(scene.incoming).filter(kind="records").exists()
    with pytest.raises(ActionError, match="Een ander dan"):
        own_results.confirm(result, by=scene.enters)

    own_results.confirm(result, by=scene.confirms)
    result.refresh_from_db()
    assert result.current
    assert all(Result.objects.visible_to(reader).exists() for reader in readers)
    kinds = set(Notice.objects.values_list("kind", "recipient"))
    assert ("grades.own_result", scene.incoming.student_id) in kinds
    assert ("grades.records_sent", scene.home.pk) in kinds
    with pytest.raises(StaleError):
        own_results.confirm(Result.objects.select_related(*records.SHOWN).get(), by=scene.confirms)


def test_the_database_refuses_one_person_for_both_and_two_that_wait(scene: Scene) -> None:
    result = scene.entered(scene.incoming)
    rows = Result.objects.filter(pk=result.pk)
    now = timezone.now()
    alone = {"confirmed_by": scene.enters, "confirmed_at": now}
    for wrong in (alone, {"current": True}, {"current": True, "confirmed_at": now}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
    assert rows.update(**{**alone, "confirmed_by": scene.confirms, "current": True}) == 1  # control
    rows.update(confirmed_by=None, confirmed_at=None, current=False)
    with pytest.raises(ActionError, match="wacht al"):
        scene.entered(scene.incoming, "8")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"dated_on": factories.days(1)}, "nog komen"),
        ({"dated_on": factories.days(-300)}, "voor het begin van het vak"),
        ({"ec": Decimal(0)}, "EC"),
        ({"ec": Decimal(60)}, "EC"),
        ({"exam_on": factories.days(3)}, "tentamen"),
        ({"exam_on": factories.days(-300)}, "tentamen"),
    ],
)
def test_what_cannot_be_is_refused(scene: Scene, fields: dict[str, Any], why: str) -> None:
    with pytest.raises(ActionError, match=why):
        scene.entered(scene.incoming, **fields)
    assert not Result.objects.exists()


def test_only_the_office_and_only_for_our_own_courses(scene: Scene) -> None:
    elsewhere = case_in("finished")
    for by, case in ((scene.home, scene.incoming), (scene.enters, elsewhere)):
        with pytest.raises(ActionError):
            own_results.enter(case, scene.entry(), by=by)


def test_a_correction_is_a_new_row_and_a_new_version(scene: Scene) -> None:
    first = scene.confirmed(scene.incoming)
    with pytest.raises(ActionError, match="waarom"):
        scene.entered(scene.incoming, "8")
    second = scene.entered(scene.incoming, "8", reason="Een punt vergeten")

    first.refresh_from_db()
    assert first.current  # until the other is confirmed
    own_results.confirm(second, by=scene.confirms)
    first.refresh_from_db()
    assert (first.current, first.recorded) == (False, "7,5")
    assert Result.objects.current().get().replaces_id == first.pk
    versions = Document.objects.about(scene.incoming).filter(kind="records").order_by("version")
    assert [document.replaced_at is None for document in versions] == [False, True]
    assert "This is a correction" in html_of(versions[1])


def test_the_transcript_of_records_says_what_it_must(scene: Scene) -> None:
    scene.confirmed(scene.incoming, "5", attempt="resit", exam_on=factories.days(-10))

    html = html_of(Document.objects.get(kind="records"))
    for said in (
        "Zoë Ní Dhuibhne",
        "77A",
        "Dutch Perspectives",
        "5 (not passed)",
        "5 EC (ECTS)",
        "resit",
        scene.incoming.home_university.name,
        "28 hours",
    ):
        assert said in html
    assert "Een" not in html


def test_of_a_student_of_leiden_the_registration_begins_as_a_replacement(scene: Scene) -> None:
    scene.confirmed(scene.own)

    assert not Document.objects.filter(kind="records").exists()
    registration = Registration.objects.get()
    assert (registration.request_type, registration.state) == ("vervanging", "requested")
    assert Notice.objects.filter(kind="grades.own_result", recipient=scene.own.student).exists()
    assert not Notice.objects.filter(kind="grades.records_sent").exists()


def test_without_an_account_at_the_home_university_the_office_sends_it(scene: Scene) -> None:
    scene.home.memberships.all().delete()
    scene.confirmed(scene.incoming)

    told = Notice.objects.filter(kind="grades.records_to_send").values_list("recipient", flat=True)
    assert set(told) == {scene.enters.pk, scene.confirms.pk}


def test_sent_back_it_is_gone_and_who_entered_it_knows(scene: Scene) -> None:
    result = scene.entered(scene.incoming)
    with pytest.raises(ActionError, match="waarom"):
        own_results.send_back(result, by=scene.confirms, reason=" ")
    own_results.send_back(result, by=scene.confirms, reason="Dat is de ander")

    assert not Result.objects.exists()
    back = Notice.objects.get(kind="grades.result_sent_back")
    assert back.recipient == scene.enters
    assert "Dat is de ander" in back.text
    scene.entered(scene.incoming, "8")


# --- By list --------------------------------------------------------------------------------------
HEAD = "student_number;name;result;date;reason\n"


def check(client: Client, scene: Scene, content: str | bytes, name: str = "r.csv") -> Any:
    raw = content.encode() if isinstance(content, str) else content
    data = {"file": SimpleUploadedFile(name, raw), "dated_on": timezone.localdate().isoformat()}
    return client.post(scene.url("check/"), data)


FAULTS = {
    "s999;;7;;": "Geen student van deze editie",
    ";Zoë;7;;": "geen studentnummer",
    "77A;;5.5;;": "tussen 5 en 6",
    "77A;;5,7;;": "tussen 5 en 6",
    "77A;;11;;": "1 tot",
    "77A;;7.25;;": "één cijfer achter",
    "77A;;zeven;;": "Nederlands cijfer",
    "77A;Iemand Anders;7;;": "is van Zoë Ní Dhuibhne",
    "77A;;7;31-02-2026;": "is geen datum",
    "77A;;7;2019-01-01;": "voor het begin van het vak",
    "77A;;7;;;8": "meer cellen",
}


def test_each_row_that_is_not_right_says_why(scene: Scene) -> None:
    for row, said in FAULTS.items():
        cells = lists.rows_of("r.csv", f"{HEAD}{row}\n".encode())
        (found,) = lists.check(scene.edition, cells, timezone.localdate())
        assert said in found.fault, row


def test_one_row_that_is_not_right_stops_the_whole_list(scene: Scene, sign_in: SignIn) -> None:
    rows = f"{HEAD}77A;;7;;\n77 a;;8;;\n0123456;Person;8;;\n"
    response = check(sign_in(scene.enters), scene, rows)

    assert response.status_code == 422
    assert [row.outcome for row in response.context["rows"]] == ["new", "fault", "new"]
    page = response.content.decode()
    assert "staat al in regel 2" in page
    assert 'name="list"' not in page
    assert not Result.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("student_number|result\n77A|7\n", "r.csv", "één cel"),
        ("nummer;punten\n77A;7\n", "r.csv", "kolommen result"),
        ("student_number;result\n", "r.csv", "geen rijen"),
        ("x", "r.pdf", ".csv of .xlsx"),
        (b"PK no workbook", "r.xlsx", "Excel"),
        ("student_number;result\n77A;\u00e9".encode("latin-1"), "r.csv", "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(
    scene: Scene, sign_in: SignIn, content: str | bytes, name: str, said: str
) -> None:
    response = check(sign_in(scene.enters), scene, content, name)

    assert response.status_code == 422
    assert said in response.content.decode()


def workbook(*rows: tuple[Any, ...]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_list_is_previewed_and_then_entered_as_a_whole(scene: Scene, sign_in: SignIn) -> None:
    client = sign_in(scene.enters)
    dated = timezone.now().replace(tzinfo=None) - timedelta(days=2)
    content = workbook(
        ("Studentnummer", "Cijfer", "Datum"), ("77A", 7.5, dated), (123456.0, "v", None)
    )
    preview = check(client, scene, content, "Uitslag.xlsx")

    assert preview.status_code == 200
    assert "2 resultaten kunnen worden ingevoerd" in preview.content.decode()
    assert not Result.objects.exists()
    sealed = preview.context["sealed"]
    entered = client.post(scene.url("enter/"), {"list": sealed}, follow=True)
    assert "2 resultaten zijn ingevoerd" in entered.content.decode()
    assert [result.recorded for result in Result.objects.order_by("pk")] == ["7,5", "V"]
    assert Result.objects.get(grade=7.5).dated_on == dated.date()
    # A second click enters nothing twice.
    again = client.post(scene.url("enter/"), {"list": sealed})
    assert again.status_code == 409
    assert Result.objects.count() == 2
    forged = client.post(scene.url("enter/"), {"list": sealed + "x"}, follow=True)
    assert "opnieuw" in forged.content.decode()

    own = client.get(scene.url()).content.decode()
    assert own.count("door jou ingevoerd") == 2
    assert "checked" not in own
    client = sign_in(scene.confirms)
    page = client.get(scene.url()).content.decode()
    assert page.count("checked") == 2
    ticked = {"result": list(Result.objects.values_list("pk", flat=True))}
    said = client.post(scene.url("confirm/"), ticked, follow=True).content.decode()
    assert "2 resultaten zijn bevestigd" in said
    assert Result.objects.current().count() == 2


def test_a_list_again_changes_nothing_and_a_correction_needs_its_reason(
    scene: Scene, sign_in: SignIn
) -> None:
    today = timezone.localdate()
    scene.confirmed(scene.incoming)
    client = sign_in(scene.enters)

    same = check(client, scene, f"{HEAD}77A;;7,5;{today};\n").content.decode()
    assert "staat er al" in same
    assert 'name="list"' not in same
    assert "reden van de correctie" in check(client, scene, f"{HEAD}77A;;8;;\n").content.decode()
    correction = check(client, scene, f"{HEAD}77A;;8;;Vergeten\n")
    assert [row.outcome for row in correction.context["rows"]] == ["correction"]


def test_one_by_one_with_what_somebody_else_did_meanwhile(scene: Scene, sign_in: SignIn) -> None:
    client = sign_in(scene.enters)
    address = f"/nl/office/results/{scene.incoming.reference}/"
    typed = {"result": "8", "ec": "5", "dated_on": timezone.localdate(), "attempt": "first"}

    wrong = client.post(address, {**typed, "result": "5.5", "seen": ""})
    assert wrong.status_code == 422
    assert "tussen 5 en 6" in wrong.content.decode()
    assert client.post(address, {**typed, "seen": ""}).status_code == 302
    stale = client.post(address, {**typed, "result": "9", "seen": ""})
    assert stale.status_code == 409
    assert "Je had getypt: 9" in stale.content.decode()
    own_results.confirm(Result.objects.select_related(*records.SHOWN).get(), by=scene.confirms)
    assert client.post(address, {**typed, "result": "9", "seen": ""}).status_code == 409
    assert Result.objects.count() == 1


def test_the_student_and_the_home_university_fetch_it(scene: Scene, sign_in: SignIn) -> None:
    scene.confirmed(scene.incoming)
    made = factories.DocumentFactory.create(
        kind="records",
        key="another",
        title="Transcript of records",
        subject_kind="enrolments.enrolment",
        subject_id=scene.incoming.pk,
    )
    where = f"{scene.incoming.reference}/{made.pk}/"

    client = sign_in(scene.home)
    page = client.get("/nl/partner/results/").content.decode()
    assert "7,5" in page
    assert f"/nl/partner/results/{where}" in page
    assert client.get(f"/nl/partner/results/{where}").status_code == 200
    client = sign_in(factories.MemberFactory.create(role=Role.PARTNER))
    assert "7,5" not in client.get("/nl/partner/results/").content.decode()
    assert client.get(f"/nl/partner/results/{where}").status_code == 404
    client = sign_in(scene.incoming.student)
    assert made.title in client.get(f"/nl/exchange/{scene.incoming.reference}/").content.decode()
    assert client.get(f"/nl/partner/results/{where}").status_code == 403


def test_the_exam_day_alone_can_be_corrected(scene: Scene) -> None:
    held = scene.confirmed(scene.own, exam_on=factories.days(-21))
    same = {"dated_on": held.dated_on, "reason": "Another day."}
    with pytest.raises(ActionError, match="al"):
        scene.entered(scene.own, exam_on=factories.days(-21), **same)
    scene.confirmed(scene.own, exam_on=factories.days(-22), **same)
    assert Result.objects.get(enrolment=scene.own, current=True).exam_on == factories.days(-22)


def test_a_list_that_says_no_exam_day_leaves_it_as_it_is(scene: Scene) -> None:
    held = scene.confirmed(scene.own, exam_on=factories.days(-30))
    cells = {"line": "2", "number": scene.own.student_number, "result": "7.5"}
    says = {"exam_on": factories.days(-29).isoformat(), "reason": "Another day."}
    checked = [lists.check(scene.edition, [one], held.dated_on) for one in (cells, cells | says)]
    assert [rows[0].outcome for rows in checked] == [lists.SAME, lists.CORRECTION]
