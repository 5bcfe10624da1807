"""A host sends transcripts: matched by number or name, and the rest settled by a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from enrolments.models import Enrolment
from grades.models import Transcript
from grades.reading.finding import Sought
from grades.reading.matching import Candidate, matches
from grades.services import sending
from paperwork.models import Attachment, Notice
from paperwork.services.files import sweep
from tests.enrolments.cases import Cast, student_of
from tests.grades.papers import paper, paper_of, upload
from tests.grades.rows import finished, verified

type SignIn = Callable[[User], Client]
PAGE, SETTLE = "/en/partner/transcripts/", "/en/partner/transcripts/settle/"


def another(cast: Cast, name: str = "Ilse de Boer") -> Enrolment:
    """A second student of the same host, in another course."""
    cast.owner = student_of(cast.faculty, name=name)
    return finished(cast, purpose="elective")


def names(cast: Cast, *papers: bytes) -> list[tuple[str, str]]:
    files = [upload(one, f"{number}.pdf") for number, one in enumerate(papers)]
    outcome = sending.send_many(files, by=cast.host)
    return [(one.case.reference if one.case else "", one.why) for one in outcome]


def test_several_at_once(cast: Cast, case: Enrolment, sign_in: SignIn) -> None:
    other = another(cast)
    client = sign_in(cast.host)
    assert "2 students wait" in client.get(PAGE).content.decode()
    unknown = paper([["Name:", "Nobody Whom We Know"]])
    files = [
        upload(paper_of(case, name="Unreadable"), "by number.pdf"),
        upload(paper_of(other, number="77"), "by name.pdf"),
        upload(unknown, "unknown.pdf"),
        upload(b"no pdf", "broken.pdf"),
    ]

    page = client.post(PAGE, {"papers": files}, follow=True).content.decode()

    rows = {row.enrolment_id: row for row in Transcript.objects.all()}
    assert set(rows) == {case.pk, other.pk}
    assert rows[case.pk].source == "partner"
    assert "2 transcripts are kept" in page
    assert "broken.pdf: This is not a PDF" in page
    assert "Of 1 file we do not know whose it is" in page

    waiting = Attachment.objects.get(purpose=sending.UNSETTLED)
    settled = client.post(SETTLE, {f"file-{waiting.pk}": case.reference}, follow=True)
    assert "Whose are these?" not in settled.content.decode()
    assert Transcript.objects.filter(enrolment=case).counting().get().version == 2


def test_the_same_again_changes_nothing(cast: Cast, case: Enrolment) -> None:
    content = paper_of(case)
    assert names(cast, content) == [(case.reference, "")]
    assert names(cast, content)[0][1]
    assert Transcript.objects.count() == 1


def test_what_was_verified_is_replaced_by_a_person_alone(cast: Cast, case: Enrolment) -> None:
    verified(case, cast.coordinator)

    assert names(cast, paper_of(case)) == [("", "")]
    assert len(sending.unsettled(cast.host)) == 1


def test_thrown_away(cast: Cast, case: Enrolment) -> None:
    names(cast, paper([["Nobody"]]))
    file = sending.unsettled(cast.host)[0]

    sending.settle({str(file.pk): "drop"}, by=cast.host)

    assert not sending.unsettled(cast.host)


def test_a_file_waits_two_weeks_and_its_sender_hears_it(cast: Cast, case: Enrolment) -> None:
    names(cast, paper([["Nobody"]]))

    def aged(**age: int) -> None:
        Attachment.objects.update(given_at=timezone.now() - timedelta(**age))

    aged(hours=20)
    assert sending.remind() == 0
    aged(days=3)
    assert (sending.remind(), sending.remind()) == (1, 1)
    assert Notice.objects.get(kind="grades.transcripts_unsettled").recipient == cast.host
    assert sweep()["unclaimed"] == 0
    aged(days=10)
    sending.remind()
    assert Notice.objects.filter(kind="grades.transcripts_unsettled").count() == 2

    aged(days=13, hours=23)
    assert sweep()["unclaimed"] == 0
    aged(days=14, hours=1)
    assert sweep()["unclaimed"] == 1


def test_of_others_nothing_is_seen_or_taken(cast: Cast, case: Enrolment, sign_in: SignIn) -> None:
    names(cast, paper([["Nobody"]]))
    file = sending.unsettled(cast.host)[0]
    client = sign_in(cast.other_host)

    assert str(case.student) not in client.get(PAGE).content.decode()
    assert client.get(f"/en/partner/transcripts/files/{file.pk}/").status_code == 404
    client.post(SETTLE, {f"file-{file.pk}": case.reference})
    assert not Transcript.objects.exists()


@pytest.mark.parametrize("files", [26, 200])
def test_too_many_at_once(cast: Cast, case: Enrolment, sign_in: SignIn, files: int) -> None:
    many = [upload(b"%PDF", f"{number}.pdf") for number in range(files)]

    answer = sign_in(cast.host).post(PAGE, {"papers": many})

    assert answer.status_code == 413
    assert "You chose more than 25 files. Nothing was kept." in answer.content.decode()
    assert not Attachment.objects.filter(given_by=cast.host).exists()


MEN = [
    Candidate("a", Sought("Jan de Wit", "s1234567", "Rome", "H1")),
    Candidate("b", Sought("Jan de Wit", "s7654321", "Greece", "H2")),
    Candidate("c", Sought("Li Wu", "s12", "Rome", "H1")),
]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Student 1234567 of ours", ["a"]),
        ("s7654321.", ["b"]),
        ("WIT, Jan de", ["a", "b"]),
        ("Jan de Wit H2 Greece", ["b"]),
        ("Wu Li", ["c"]),
        ("12", []),
        ("Nobody", []),
    ],
)
def test_whose_it_is(words: str, found: list[str]) -> None:
    placed = [
        [word, 0.1 + 0.1 * at, 0.1, 0.17 + 0.1 * at, 0.12, False]
        for at, word in enumerate(words.split())
    ]

    assert [one.key for one in matches([placed], MEN)] == found
