"""A transcript comes: from the student, from a coordinator, from the host; and a newer one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from enrolments.models import Enrolment
from grades.models import Transcript
from grades.services import chasing, reading, receiving
from grades.services.actions import ActionError
from paperwork import limited
from paperwork.models import Attachment, Event, Notice
from tests.enrolments.cases import Cast
from tests.grades.papers import paper_of, upload
from tests.grades.rows import transcript_of, verified
from tests.paperwork.files.samples import photo, plain

type SignIn = Callable[[User], Client]


def path_of(case: Enrolment, rest: str = "") -> str:
    return f"/en/exchange/{case.reference}/transcript/{rest}"


class TestStudent:
    def test_sends_one(self, cast: Cast, case: Enrolment, sign_in: SignIn) -> None:
        client = sign_in(cast.owner)
        assert "Send your transcript" in client.get(path_of(case)).content.decode()

        sent = {"papers": upload(paper_of(case)), "grade": "5.5"}
        answer = client.post(path_of(case), sent)

        assert answer.status_code == 302
        row = Transcript.objects.get()
        assert (row.source, row.version, row.grade_typed) == ("student", 1, "5.5")
        assert row.findings["found"]["grade"]["text"] == "5.5"
        page = client.get(answer.url).content.decode()
        for words in ("has arrived", case.reference, "transcript.pdf", "A copy of this goes to"):
            assert words in page
        kinds = set(Notice.objects.values_list("kind", "recipient"))
        assert ("grades.transcript_received", cast.owner.pk) in kinds
        assert ("grades.transcript_to_verify", cast.coordinator.pk) in kinds
        assert b"".join(client.get(path_of(case, f"files/{row.file_id}/"))).startswith(b"%PDF")

    def test_is_no_longer_asked_for_it(self, cast: Cast, case: Enrolment) -> None:
        chasing.chase_now(chasing.due_on(case))
        wanted = Notice.objects.filter(kind="grades.transcript_wanted", recipient=cast.owner)
        assert wanted.to_do().exists()

        receiving.receive(case, [upload(paper_of(case))], by=cast.host)

        assert not wanted.to_do().exists()

    def test_a_wrong_field_keeps_the_file(
        self, cast: Cast, case: Enrolment, sign_in: SignIn
    ) -> None:
        client = sign_in(cast.owner)
        answer = client.post(path_of(case), {"papers": upload(paper_of(case)), "grade": ""})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "These files are here" in page
        assert "Type the grade as it stands" in page
        token = answer.context["form"].fields["papers"].widget.all_kept[0][1]

        answer = client.post(path_of(case), {"papers-kept": [token], "grade": "5.5"})

        assert answer.status_code == 302
        assert Transcript.objects.get().file.name == "transcript.pdf"

    def test_photographs_become_one_pdf(self, cast: Cast, case: Enrolment, sign_in: SignIn) -> None:
        photos = [upload(photo(), "one.jpg"), upload(photo("PNG"), "two.png")]

        answer = sign_in(cast.owner).post(path_of(case), {"papers": photos, "grade": "A-"})

        assert answer.status_code == 302, answer.context["form"].errors
        row = Transcript.objects.get()
        assert row.file is not None
        assert (row.file.content_type, row.file.pages) == ("application/pdf", 2)
        assert row.findings == {"has_text": False, "found": {}}
        kept = Attachment.objects.about(row).filter(purpose="transcript")
        assert sorted(kept.values_list("name", flat=True)) == ["one.jpg", "two.png"]

    @pytest.mark.parametrize(
        ("papers", "said"),
        [
            ([], "Choose the transcript"),
            ([b"not a file of ours"], "not a PDF, a JPEG or a PNG"),
            ([plain(), plain()], "not both"),
        ],
    )
    def test_what_is_not_taken(
        self, cast: Cast, case: Enrolment, sign_in: SignIn, papers: list[bytes], said: str
    ) -> None:
        sent: dict[str, Any] = {"grade": "5", "papers": [upload(one) for one in papers]}
        answer = sign_in(cast.owner).post(path_of(case), sent)

        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert not Transcript.objects.exists()

    def test_not_before_the_course(self, cast: Cast, case: Enrolment, sign_in: SignIn) -> None:
        Enrolment.objects.filter(pk=case.pk).update(state="approved")

        assert sign_in(cast.owner).get(path_of(case)).status_code == 302


def test_a_newer_one_supersedes(cast: Cast, case: Enrolment) -> None:
    first = verified(case, cast.coordinator)

    second = receiving.receive(case, [upload(paper_of(case))], by=cast.owner)

    first.refresh_from_db()
    assert (first.state, second.state, second.version) == ("superseded", "received", 2)
    assert first.verified_by == cast.coordinator, "the history stays"
    assert Event.objects.about(first).filter(action="supersede").exists()


@pytest.mark.parametrize(
    ("who", "source"),
    [
        ("owner", "student"),
        ("coordinator", "coordinator"),
        ("host", "partner"),
        ("office", "partner"),
        ("other_coordinator", ""),
        ("other_student", ""),
        ("honours", ""),
        ("administration", ""),
        ("exams", ""),
        ("other_host", ""),
        ("auditor", ""),
    ],
)
def test_who_may_give(cast: Cast, case: Enrolment, who: str, source: str) -> None:
    by = cast.people()[who]
    if not source:
        with pytest.raises(ActionError):
            receiving.receive(case, [upload(plain())], by=by)
        assert not Transcript.objects.exists()
        return

    assert receiving.receive(case, [upload(plain())], by=by).source == source


def test_a_coordinator_adds_what_came_by_mail(cast: Cast, case: Enrolment, sign_in: SignIn) -> None:
    answer = sign_in(cast.coordinator).post(
        f"/en/desk/{case.reference}/transcript/add/", {"papers": upload(paper_of(case))}
    )

    assert answer.url.endswith(f"/desk/{case.reference}/transcript/")
    assert Transcript.objects.get().given_by == cast.coordinator
    told = Notice.objects.get(kind="grades.transcript_received")
    assert str(cast.coordinator) in told.text


def test_what_was_not_read_is_read_later(
    cast: Cast, case: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(limited, "read_file", lambda *_args: limited.Said({"no": "too_complex"}))
        row = receiving.receive(case, [upload(paper_of(case))], by=cast.owner)
    assert row.read_at is None

    assert reading.read_what_was_left() == 1
    row.refresh_from_db()
    assert row.findings["has_text"]
    assert reading.read_what_was_left() == 0


def test_the_case_says_what_is_up_to_the_student(
    cast: Cast, case: Enrolment, sign_in: SignIn
) -> None:
    client, home = sign_in(cast.owner), case.get_absolute_url().replace("/nl/", "/en/")
    assert "With the transcript of" in client.get(home).content.decode()
    assert "With the transcript of" in client.get("/en/exchange/").content.decode()

    transcript_of(case)

    page = client.get(home).content.decode()
    assert "With the transcript of" not in page
    assert "Your transcript arrived on" in page
