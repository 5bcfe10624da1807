"""The demo's messages: everybody has some, once, and none that looks forgotten."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Role
from paperwork import demo
from paperwork.models import Notice, Owed
from paperwork.registry import NOTICES, NoticeKind
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NOTICES, "demo", NoticeKind("demo", "Demo", "paperwork/notices/demo"))


def test_everybody_has_messages_once() -> None:
    factories.CourseFactory.create(title="Côte d'Azur & <b>")
    student = factories.StudentFactory.create(email="s@demo.example", language="nl")
    office = factories.MemberFactory.create(role=Role.OFFICE, email="o@demo.example")
    stranger = factories.UserFactory.create()

    demo.make_notices()
    before = list(Notice.objects.order_by("pk").values())
    demo.make_notices()

    assert list(Notice.objects.order_by("pk").values()) == before
    mine = Notice.objects.visible_to(student)
    assert mine.filter(read_at=None).exists()
    assert mine.exclude(read_at=None).exists()
    assert mine.to_do().get().until
    assert "Côte d'Azur & <b>" in mine.get(link="/nl/courses/").text
    assert Notice.objects.visible_to(office).to_do().exists()
    assert not Notice.objects.visible_to(stranger).exists()


def test_nothing_waits_that_should_have_gone_long_ago() -> None:
    factories.CourseFactory.create()
    factories.StudentFactory.create(email="s@demo.example")
    started = timezone.now()

    demo.make_notices()

    assert Notice.objects.filter(state=Owed.State.DEAD).count() == 1
    assert Notice.objects.unfinished().exists()  # to be mailed when the worker starts
    assert not Notice.objects.unfinished().filter(due_at__lt=started).exists()
