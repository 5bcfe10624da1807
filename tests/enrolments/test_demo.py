"""The demo's applications: every state, books that balance, and work for everybody."""

from __future__ import annotations

import accounts.demo
import courses.demo
import enrolments.demo
from accounts.models import User
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Kind
from enrolments.rulebook import needs_consent
from enrolments.services import places
from paperwork.models import Event, Notice, Owed


def test_the_demo_has_work_for_everybody(db: None) -> None:
    courses.demo.load()
    accounts.demo.make_people()
    enrolments.demo.load()
    before = Enrolment.objects.count(), Event.objects.count()
    enrolments.demo.load()

    assert (Enrolment.objects.count(), Event.objects.count()) == before
    assert places.imbalances() == []
    states = set(Enrolment.objects.values_list("state", flat=True))
    assert states == set(State) - {State.EXPIRED}
    sent = Enrolment.objects.exclude(submitted_at=None)
    asked = {
        (case.kind == Kind.OUTGOING and needs_consent({}, case.edition.course.university.country))
        is (case.consent_at is not None)
        for case in sent.select_related("edition__course__university")
    }
    assert asked == {True}
    assert 0 < sent.exclude(consent_at=None).count() < sent.count()
    assert not Notice.objects.exclude(state=Owed.State.DONE).exists()
    for who, state in {
        "coordinator-fgw": State.SUBMITTED,
        "coordinator-fsw": State.SUBMITTED,
        "honours": State.SUBMITTED,
        "partner-epfl": State.APPROVED,
        "office": State.APPROVED,
        "administration": State.FINISHED,
        "exams": State.ENROLLED,
    }.items():
        user = User.objects.get(email=f"{who}@demo.example")
        assert Enrolment.objects.all().for_desk(user).filter(state=state).count() > 1, who
    for who in ("student", "fsw", "honours-student", "leiden-course", "incoming"):
        assert Enrolment.objects.filter(student__email=f"{who}@demo.example").count() > 1, who
