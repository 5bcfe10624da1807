"""A host without an account sends its transcripts by a link: its own alone, and so many a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from enrolments.models import Enrolment, HostLink
from enrolments.services import hosting
from grades.models import Transcript
from grades.services import sending, transcript_links
from paperwork import quotas
from paperwork.models import Attachment, Event, Notice
from paperwork.sealing import unseal
from tests.enrolments.cases import Cast
from tests.grades.papers import paper, paper_of, upload
from tests.grades.test_sending import another

type SignIn = Callable[[User], Client]
ADA = {"name": "Ada"}


def path_of(notice: Notice) -> str:
    return unseal(notice.sealed_link).partition("\t")[0]


def send(cast: Cast, case: Enrolment) -> str:
    """A link for the host of `case`, sent by the office; its address."""
    host = case.edition.course.university
    transcript_links.ask(host, email="registry@host.example", language="en", by=cast.office)
    return path_of(Notice.objects.latest("created_at"))


def test_the_office_asks_a_host(cast: Cast, case: Enrolment, sign_in: SignIn) -> None:
    office = sign_in(cast.office)
    host = case.edition.course.university
    assert f"/desk/transcripts/hosts/{host.pk}/" in office.get("/en/desk/transcripts/awaited/").text

    sent = office.post(
        f"/en/desk/transcripts/hosts/{host.pk}/",
        {"email": "registry@host.example", "language": "en"},
        follow=True,
    )

    assert "The link has been sent to registry@host.example." in sent.text
    letter = Notice.objects.get(kind="grades.transcripts_awaited_outside")
    assert letter.email == "registry@host.example"
    assert "You need no account" in letter.text
    link = HostLink.objects.get()
    assert hosting.find(path_of(letter).split("/")[3]) is None, "it opens no list of students"
    assert Client().get(path_of(letter)).status_code == 200
    office.post(f"/en/office/hosts/links/{link.pk}/revoke/")
    assert Client().get(path_of(letter)).status_code == 410
    assert Event.objects.about(link).count() == 2


def test_many_at_once_and_the_rest_settled(cast: Cast, case: Enrolment, client: Client) -> None:
    other = another(cast)
    base = send(cast, case)
    page = client.get(base)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "2 students wait" in page.text
    papers = [
        upload(paper_of(case), "one.pdf"),
        upload(paper_of(other), "two.pdf"),
        upload(paper([["Name:", "Nobody Whom We Know"]]), "unknown.pdf"),
    ]
    assert client.post(base, {"papers": papers, "name": " "}).status_code == 422
    assert not Transcript.objects.exists()

    for one in papers:
        one.seek(0)
    sent = client.post(base, {"papers": papers} | ADA, follow=True).text

    assert "2 transcripts are kept" in sent
    rows = Transcript.objects.filter(enrolment__in=[case, other])
    code = case.edition.course.university.code
    assert {(row.source, row.given_by_name) for row in rows} == {("partner", f"Ada ({code})")}
    event = Event.objects.about(rows[0]).get(action="receive")
    assert (event.actor_name, event.role) == (f"Ada ({code})", "host")

    waiting = Attachment.objects.get(purpose=sending.UNSETTLED)
    assert client.get(f"{base}files/{waiting.pk}/").status_code == 200
    chosen = {f"file-{waiting.pk}": case.reference}
    assert client.post(f"{base}settle/", chosen).status_code == 422
    client.post(f"{base}settle/", chosen | ADA)
    assert Transcript.objects.filter(enrolment=case).counting().get().version == 2
    assert HostLink.objects.get().name == "Ada"


def test_of_others_nothing_is_seen_or_taken(cast: Cast, case: Enrolment, client: Client) -> None:
    base = send(cast, case)
    client.post(base, {"papers": [upload(paper([["Nobody"]]))]} | ADA)
    file = Attachment.objects.get(purpose=sending.UNSETTLED)
    theirs = cast.other_host.memberships.get().university
    transcript_links.ask(theirs, email="x@other.example", language="en", by=cast.office)
    other = path_of(Notice.objects.latest("created_at"))

    assert str(case.student) not in client.get(other).text
    assert client.get(f"{other}files/{file.pk}/").status_code == 404
    client.post(f"{other}settle/", {f"file-{file.pk}": case.reference} | ADA)
    client.post(other, {"papers": [upload(paper_of(case))]} | ADA)
    assert not Transcript.objects.exists()


@pytest.mark.parametrize("ended", ["expires_at", "revoked_at"])
def test_a_link_that_has_ended_takes_nothing(
    cast: Cast, case: Enrolment, client: Client, ended: str
) -> None:
    base = send(cast, case)
    client.post(base, {"papers": [upload(paper([["Nobody"]]))]} | ADA)
    file = Attachment.objects.get(purpose=sending.UNSETTLED)
    HostLink.objects.update(**{ended: timezone.now() - timedelta(seconds=1)})

    assert client.post(base, {"papers": [upload(paper_of(case))]} | ADA).status_code == 410
    for path in (f"{base}settle/", f"{base}anew/" if ended == "revoked_at" else f"{base}settle/"):
        assert client.post(path, {f"file-{file.pk}": case.reference} | ADA).status_code == 410
    assert client.get(f"{base}files/{file.pk}/").status_code == 410
    assert not Transcript.objects.exists()


def test_all_links_of_a_university_share_a_quota(
    cast: Cast, case: Enrolment, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas, "STAFF_QUOTA", quotas.Quota(2, quotas.MEGABYTE))
    for _time in range(2):
        papers = [upload(paper([["Nobody", str(_time)]]))]
        assert client.post(send(cast, case), {"papers": papers} | ADA).status_code == 302

    over = client.post(send(cast, case), {"papers": [upload(paper_of(case))]} | ADA)

    assert over.status_code == 422
    assert Attachment.objects.filter(purpose=sending.UNSETTLED).count() == 2


def test_files_that_wait_are_asked_about_where_they_came_from(
    cast: Cast, case: Enrolment, client: Client
) -> None:
    client.post(send(cast, case), {"papers": [upload(paper([["Nobody"]]))]} | ADA)
    Attachment.objects.update(given_at=timezone.now() - timedelta(days=2))

    assert (sending.remind(), sending.remind()) == (1, 1)

    letters = Notice.objects.filter(kind="grades.transcripts_awaited_outside")
    assert letters.count() == 2
    last = letters.latest("created_at")
    assert last.email == "registry@host.example"
    assert "Whose are these?" in client.get(path_of(last)).text
