"""Who holds a link that expired asks for another.

It goes where the first went, once for each link, and no page says where that is.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from courses.models import ConfirmationRequest, SignedLink, University
from enrolments.models import BoardRequest, Enrolment, HostLink, PortalRules
from enrolments.models.enrolment import Board
from exams.models import ExamLink
from grades.models import HonoursLink, Registration
from paperwork.models import Event, Notice
from paperwork.sealing import unseal
from tests.world import build_world

ADDRESSES: dict[str, tuple[type[SignedLink], str]] = {
    "confirm:course": (ConfirmationRequest, "sent_to"),
    "board:decide": (BoardRequest, "email"),
    "host:students": (HostLink, "email"),
    "transcript-link:give": (HostLink, "email"),
    "exam-link:fix": (ExamLink, "email"),
    "paper-link:paper": (ExamLink, "email"),
    "honours:overview": (HonoursLink, "email"),
}
STORED = "stored.address@partner.example"


@pytest.fixture
def address(request: pytest.FixtureRequest, db: None) -> str:
    """The page of a link that expired yesterday, of the address with this name."""
    world = build_world()
    for model, field in ADDRESSES.values():
        expired = timezone.now() - timedelta(days=1)
        model._default_manager.update(**{"expires_at": expired, field: STORED})
    University.objects.update(contact_email=STORED)
    Enrolment.objects.update(board=Board.ASKED)
    Registration.objects.update(state="sent")
    rules = PortalRules.now()
    rules.honours_email = STORED
    rules.save()
    return world.path(request.param)


@pytest.mark.parametrize("address", ADDRESSES, indirect=True)
def test_a_new_link_goes_where_the_first_went_once(address: str, client: Client) -> None:
    over = client.get(address)
    assert over.status_code == 410
    assert f'action="{address}anew/"' in over.text
    owed, events = Notice.objects.count(), Event.objects.count()

    answer = client.post(f"{address}anew/")

    assert answer.status_code == 200
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    notice = Notice.objects.latest("created_at")
    assert (Notice.objects.count(), notice.email) == (owed + 1, STORED)
    assert Event.objects.count() > events
    path = unseal(notice.sealed_link).partition("\t")[0]
    assert path.split("/")[2] == address.split("/")[2]
    assert client.get(path).status_code == 200
    for text in (over.text, answer.text):
        assert STORED not in text
        assert path not in text

    assert client.post(f"{address}anew/").status_code == 410
    assert Notice.objects.count() == owed + 1
    assert "anew/" not in client.get(address).text


@pytest.mark.parametrize("address", ADDRESSES, indirect=True)
@pytest.mark.parametrize("why", ["works", "revoked"])
def test_only_one_that_is_too_old_brings_another(address: str, client: Client, why: str) -> None:
    now = timezone.now()
    for model, _field in ADDRESSES.values():
        if why == "works":
            model._default_manager.update(expires_at=now + timedelta(days=1))
        else:
            model._default_manager.update(revoked_at=now)
    owed = Notice.objects.count()

    client.post(f"{address}anew/")

    assert Notice.objects.count() == owed


@pytest.mark.parametrize("address", ["confirm:course", "honours:overview"], indirect=True)
def test_an_address_that_is_not_theirs_any_more_gets_nothing(address: str, client: Client) -> None:
    for model, field in (ADDRESSES["confirm:course"], ADDRESSES["honours:overview"]):
        model._default_manager.update(**{field: "gone@partner.example"})
    owed = Notice.objects.count()

    assert "anew/" not in client.get(address).text
    assert client.post(f"{address}anew/").status_code == 410
    assert Notice.objects.count() == owed


@pytest.mark.parametrize("address", ["board:decide"], indirect=True)
def test_what_is_decided_is_not_asked_again(address: str, client: Client) -> None:
    Enrolment.objects.update(board=Board.GIVEN)

    assert client.post(f"{address}anew/").status_code == 410
    assert not Notice.objects.filter(kind="enrolments.board_asked").exists()
