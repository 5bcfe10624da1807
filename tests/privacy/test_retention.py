"""Nothing goes that was not named before; what is on hold stays; the chain stays whole."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Edition
from enrolments.models import Enrolment, Note
from enrolments.services import places
from exams.models import Facility, Mark, SlotChoice, SlotOffer
from exams.services import facilities
from paperwork import verifying
from paperwork.models import Attachment, Document, Event, Notice, subject_of
from paperwork.services import chain
from paperwork.services.events import record
from paperwork.services.notices import owe_notice
from paperwork.services.settings import save_setting
from privacy import casefile
from privacy.models import DueRow, LegalHold, Preview
from privacy.services import deleting, retention
from privacy.terms import NOTHING_MONTHS, NOTICE_DAYS
from tests import factories
from tests.enrolments.cases import case_in
from tests.exams import sittings
from tests.grades.rows import finish, registration_of, result_of, verified
from tests.privacy.test_opened import file_about

type SignIn = Callable[[User], Client]
HOME = "/en/office/retention/"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    settings.SEALS_FILE = tmp_path / "seals.jsonl"
    return tmp_path


def rejected(days: int = 400) -> Enrolment:
    """A case that came to nothing so many days ago."""
    case = case_in("rejected")
    Enrolment.objects.filter(pk=case.pk).update(since=timezone.now() - timedelta(days=days))
    return case


def in_days(number: int) -> date:
    return timezone.localdate() + timedelta(days=number)


@pytest.mark.django_db
class TestNights:
    def test_the_first_night_names_and_a_later_one_deletes(self) -> None:
        case, young = rejected(), rejected(300)

        retention.run()

        preview = Preview.objects.get()
        assert preview.delete_on == in_days(7)
        assert preview.named == {"nothing": 1}
        assert [row.reference for row in preview.rows.all()] == [case.reference]
        retention.run(in_days(6))
        assert Enrolment.objects.filter(pk=case.pk).exists()
        retention.run(in_days(7))
        assert not Enrolment.objects.filter(pk=case.pk).exists()
        assert Enrolment.objects.filter(pk=young.pk).exists()
        preview.refresh_from_db()
        assert (preview.state, preview.deleted) == ("done", {"nothing": 1})
        assert not DueRow.objects.filter(preview=preview).exists()

    def test_what_was_not_named_stays_however_old(self) -> None:
        retention.name_due(in_days(-7))
        case = rejected(4000)

        for preview in Preview.objects.all():
            retention.carry_out(preview.pk, in_days(0))

        assert Enrolment.objects.filter(pk=case.pk).exists()

    def test_what_is_no_longer_due_stays(self, office: User) -> None:
        case = rejected()
        retention.run()
        save_setting(NOTHING_MONTHS, 24, seen=0, by=office)

        retention.run(in_days(7))

        assert Enrolment.objects.filter(pk=case.pk).exists()
        assert Preview.objects.get().deleted == {"nothing": 0}

    def test_the_office_sets_how_long_before(self, office: User) -> None:
        save_setting(NOTICE_DAYS, 21, seen=0, by=office)
        rejected()

        retention.run()

        assert Preview.objects.get().delete_on == in_days(21)

    def test_the_office_hears_of_it_in_words(self, office: User) -> None:
        rejected()
        retention.run()

        notice = Notice.objects.get(kind="privacy.will_be_deleted", recipient=office)
        assert "1 aanmelding" in notice.text or "1 application" in notice.text

    def test_twice_in_a_night_names_once(self) -> None:
        rejected()
        retention.run()
        retention.run()

        assert Preview.objects.count() == 1

    def test_what_the_office_holds_back_stays_until_it_is_released(self, office: User) -> None:
        case = rejected()
        retention.run()
        preview = Preview.objects.get()
        retention.hold_back(preview, "We look first.", by=office)
        retention.run(in_days(30))
        assert Enrolment.objects.filter(pk=case.pk).exists()

        preview.refresh_from_db()
        retention.release(preview, by=office)

        preview.refresh_from_db()
        retention.run(preview.delete_on)
        assert not Enrolment.objects.filter(pk=case.pk).exists()

    @pytest.mark.parametrize("of", ["case", "person"])
    def test_a_hold_keeps_it_and_its_end_lets_go(self, of: str, office: User) -> None:
        case = rejected()
        retention.run()
        which: dict[str, Any] = {"case": None, "person": None}
        which[of] = case if of == "case" else case.student
        hold = retention.place_hold(**which, reason="Appeal.", until=in_days(60), by=office)

        retention.run(in_days(7))

        assert Enrolment.objects.filter(pk=case.pk).exists()
        retention.run(in_days(20))
        assert not Preview.objects.open().exists()  # what is on hold is not even named
        retention.lift(hold, by=office)
        retention.run(in_days(21))
        retention.run(in_days(28))
        assert not Enrolment.objects.filter(pk=case.pk).exists()

    def test_a_hold_keeps_an_exam_facility_too(self, office: User) -> None:
        """It goes on a day of its own, not by the nightly run; an appeal may be about it."""
        held, other = (case_in("enrolled") for _number in range(2))
        for case in (held, other):
            Facility.objects.create(enrolment=case, own_room=True, delete_after=in_days(500))
        much_later = in_days(1500)
        hold = retention.place_hold(
            case=held, person=None, reason="Appeal.", until=much_later, by=office
        )

        assert facilities.delete_old(much_later) == 1  # the control: that of the other case

        assert [one.enrolment for one in Facility.objects.all()] == [held]
        retention.lift(hold, by=office)
        facilities.delete_old(much_later)
        assert not Facility.objects.exists()


def whole_case() -> Enrolment:
    """A finished case with something of each kind about it."""
    verifier = factories.MemberFactory.create(role=Role.COORDINATOR)
    case = finish(case_in("finished"))
    transcript = verified(case, verifier)
    first = result_of(case, verifier, transcript=transcript, current=False)
    result = result_of(case, verifier, transcript=transcript, replaces=first, reason="Typo.")
    registration = registration_of(result)
    Note.objects.create(enrolment=case, author=verifier, text="Noted.")
    facility = Facility.objects.create(
        enrolment=case, own_room=True, delete_after=factories.days(90)
    )
    file_about(facility, "decision.png")
    file_about(case, "board.png")
    kind, pk = subject_of(registration)
    factories.DocumentFactory.create(subject_kind=kind, subject_id=pk)
    record(case, "approve", by=verifier, role="coordinator", reason="Fine.")
    record(registration, "prepare", by=verifier, details={"case": case.reference})
    owe_notice("test", f"about-{case.pk}", case.student, {}, about=case)
    return case


@pytest.mark.django_db
class TestDeleting:
    def test_of_a_whole_case_nothing_is_left_and_the_chain_holds(self, files: Path) -> None:
        case, other = whole_case(), whole_case()
        record(other, "approve", by=None)
        events = Event.objects.count()
        subjects = casefile.subjects_of([case.pk])
        assert sum(len(numbers) for numbers in subjects.values()) > 8
        chain.seal()

        deleting.delete_case(case)

        about = casefile.about(subjects)
        for model in (Event, Notice, Document, Attachment):
            assert not model._default_manager.filter(about).exists(), model
        for kind, numbers in subjects.items():
            if kind in casefile.LEADS:
                assert not apps.get_model(kind)._default_manager.filter(pk__in=numbers).exists()
        assert places.imbalances() == []
        found = verifying.verify()
        assert found.faults == []
        assert found.let_go == events - Event.objects.count() > 0
        assert Enrolment.objects.filter(pk=other.pk).exists()
        assert Attachment.objects.filter(casefile.about(casefile.subjects_of([other.pk]))).exists()

    def test_an_event_deleted_another_way_breaks_the_chain(self) -> None:
        """The control of the test above."""
        case = whole_case()
        chain.seal()
        with pytest.raises(Exception, match="audit trail"):
            Event.objects.about(case).delete()

    def test_the_words_go_and_the_result_stays(self) -> None:
        case = whole_case()
        Enrolment.objects.filter(pk=case.pk).update(question="Why?", answer="So.")

        deleting.delete_words(case)

        case.refresh_from_db()
        assert (case.motivation, case.question, case.answer) == ("", "", "")
        assert not Note.objects.filter(enrolment=case).exists()
        assert not Attachment.objects.about(case).exists()
        assert case.transcripts.exists()
        assert case.results.exists()

    def test_an_exchange_goes_in_two_steps(self) -> None:
        case = whole_case()
        Edition.objects.filter(pk=case.edition_id).update(
            starts_on=factories.days(-1100),
            ends_on=factories.days(-900),
            exam_on=factories.days(-900),
            applications_open_on=factories.days(-1300),
            applications_close_on=factories.days(-1200),
            withdraw_until=factories.days(-1050),
        )
        retention.run()
        assert Preview.objects.get().named == {"words": 1}
        retention.run(in_days(7))
        case.refresh_from_db()
        assert case.motivation == ""

        retention.run(in_days(2000))
        retention.run(in_days(2007))

        assert not Enrolment.objects.filter(pk=case.pk).exists()

    def test_a_mark_goes_with_its_case_and_in_no_other_way_where_the_database_can_tell(
        self,
    ) -> None:
        case = finish(case_in("finished"))
        mark = a_mark(case)
        if connection.vendor == "postgresql":
            with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
                mark.delete()

        deleting.delete_case(case)

        assert not Mark.objects.exists()

    def test_the_moment_that_its_student_chose_counts_one_less(self) -> None:
        case = case_in("finished")
        other = case_in("finished", edition=case.edition)
        exam = sittings.ExamFactory.create(edition=case.edition)
        slot = SlotOffer.objects.create(
            exam=exam, starts_at=timezone.now() + timedelta(days=9), places=3, taken=2
        )
        for one in (case, other):
            SlotChoice.objects.create(slot=slot, exam=exam, enrolment=one)

        deleting.delete_case(case)

        slot.refresh_from_db()
        assert (slot.taken, slot.choices.get().enrolment) == (1, other)


def a_mark(case: Enrolment) -> Mark:
    exam = sittings.ExamFactory.create(edition=case.edition)
    seat = sittings.seat(sittings.SittingFactory.create(exam=exam), case)
    fields = {"sitting": seat.sitting, "seat": seat, "by_name": "Ira"}
    return Mark.objects.create(key=uuid.uuid4(), kind="present", at=timezone.now(), **fields)


@pytest.mark.django_db
class TestPages:
    def test_it_says_what_goes_when_and_lets_the_office_hold_it(
        self, sign_in: SignIn, office: User
    ) -> None:
        rejected()
        retention.run()
        client = sign_in(office)
        preview = Preview.objects.get()

        page = client.get(HOME).content.decode()
        assert "1 application that came to nothing" in page
        assert "12 months" in page
        assert "365 days" in page
        client.post(f"{HOME}{preview.pk}/hold/", {"reason": "We look first."})

        assert "We look first." in client.get(HOME).content.decode()
        again = client.post(f"{HOME}{preview.pk}/hold/", {"reason": "Me too."})
        assert again.status_code == 409
        client.post(f"{HOME}{preview.pk}/release/")
        preview.refresh_from_db()
        assert preview.state == "planned"
        actions = Event.objects.about(preview).order_by("pk").values_list("action", flat=True)
        assert list(actions) == ["name_due", "hold_back", "release"]

    def test_the_office_places_and_lifts_a_hold(self, sign_in: SignIn, office: User) -> None:
        case = rejected()
        client = sign_in(office)
        data = {"of": case.reference.lower(), "reason": "Appeal.", "until": str(in_days(30))}

        assert client.post(f"{HOME}holds/new/", {**data, "of": "VX-22222"}).status_code == 422
        late = {**data, "until": str(in_days(9999))}
        assert client.post(f"{HOME}holds/new/", late).status_code == 422
        client.post(f"{HOME}holds/new/", data)

        hold = LegalHold.objects.get()
        assert (hold.case, hold.placed_by) == (case, office)
        assert "Appeal." in client.get(HOME).content.decode()
        client.post(f"{HOME}holds/{hold.pk}/lift/")
        assert "Appeal." not in client.get(HOME).content.decode()
        assert client.post(f"{HOME}holds/{hold.pk}/lift/").status_code == 409

    @pytest.mark.parametrize("of", ["case", "person"])
    def test_a_hold_stands_on_the_case_for_those_who_may_see_it(
        self, of: str, sign_in: SignIn, office: User
    ) -> None:
        case = rejected()
        which: dict[str, Any] = {"case": None, "person": None}
        which[of] = case if of == "case" else case.student
        hold = retention.place_hold(**which, reason="An appeal.", until=in_days(30), by=office)
        rejected()
        coordinator = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=case.faculty)

        for where in ("", "data/"):
            page = sign_in(office).get(f"/en/desk/{case.reference}/{where}").content.decode()
            assert "nothing of it is deleted." in page
            assert f"Set by {office}" in page
            assert "An appeal." in page
            hidden = sign_in(coordinator).get(f"/en/desk/{case.reference}/{where}")
            assert hidden.status_code == 200
            assert "An appeal." not in hidden.content.decode()
        retention.lift(hold, by=office)
        page = sign_in(office).get(f"/en/desk/{case.reference}/data/").content.decode()
        assert "An appeal." not in page

    def test_an_address_holds_all_of_a_person(self, sign_in: SignIn, office: User) -> None:
        student = rejected().student
        data = {"of": student.email.upper(), "reason": "Appeal.", "until": str(in_days(30))}

        sign_in(office).post(f"{HOME}holds/new/", data)

        assert LegalHold.objects.get().person == student

    def test_lists_ask_as_much_for_many(self, sign_in: SignIn, office: User) -> None:
        client = sign_in(office)

        def more(number: int) -> None:
            for _one in range(number):
                case = rejected()
                LegalHold.objects.create(case=case, reason="x", until=in_days(9), placed_by=office)
                LegalHold.objects.create(
                    person=case.student, reason="x", until=in_days(9), placed_by=office
                )
                Preview.objects.create(delete_on=in_days(3), named={"nothing": 2})

        more(1)
        client.get(HOME)
        with CaptureQueriesContext(connection) as one:
            client.get(HOME)
        more(4)
        with CaptureQueriesContext(connection) as five:
            client.get(HOME)

        assert len(five) == len(one)
