"""The files of a case at the desk: for every kind of case, where they belong, and by link."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from enrolments.models import Enrolment
from enrolments.models.enrolment import Kind
from enrolments.services import agreements
from paperwork.models import Attachment
from paperwork.services.files import keep
from tests.enrolments.cases import case_of, make_cast
from tests.paperwork.files import samples

type SignIn = Callable[[User], Client]


def give(case: Enrolment, purpose: str, name: str) -> Attachment:
    upload = SimpleUploadedFile(name, samples.plain())
    return keep(upload, purpose=purpose, by=case.student, about=case)


@pytest.mark.parametrize("kind", [Kind.OUTGOING, Kind.OWN, Kind.INCOMING])
def test_whoever_decides_opens_what_the_student_sent(db: None, sign_in: SignIn, kind: str) -> None:
    cast = make_cast(kind)
    case = case_of(cast, "submitted", purpose="" if kind == Kind.INCOMING else "elective")
    file = give(case, "answer", "proof.pdf")
    client = sign_in(cast.home if kind == Kind.INCOMING else cast.coordinator)

    page = client.get(f"/en/desk/{case.reference}/").text

    address = f"/en/desk/{case.reference}/files/{file.pk}/"
    assert page.count(f'href="{address}?') == 2  # its name, and its first page
    assert client.get(address).status_code == 200
    assert "has sent no file" not in page


def test_the_boards_letter_stands_with_the_board_and_all_else_below(
    db: None, sign_in: SignIn
) -> None:
    cast = make_cast()
    case = case_of(cast, "submitted", purpose="elective", board="asked")
    give(case, "board_permission", "letter.pdf")
    give(case, "answer", "proof.pdf")

    page = sign_in(cast.coordinator).get(f"/en/desk/{case.reference}/").text

    board, files = page.index('id="board"'), page.index('id="files"')
    assert board < page.index("letter.pdf") < files < page.index("proof.pdf")


def test_without_a_file_there_is_no_section(db: None, sign_in: SignIn) -> None:
    cast = make_cast(Kind.INCOMING)
    case = case_of(cast, "submitted")

    assert 'id="files"' not in sign_in(cast.home).get(f"/en/desk/{case.reference}/").text


def test_a_signed_copy_can_be_opened(db: None, sign_in: SignIn) -> None:
    cast = make_cast()
    case = case_of(cast, "enrolled")
    upload = SimpleUploadedFile("signed.pdf", samples.plain())
    agreements.attach_signed(case, upload, by=cast.office)
    file = Attachment.objects.get()
    client = sign_in(cast.office)

    page = client.get(f"/en/desk/{case.reference}/agreement/").text

    address = f"/en/desk/{case.reference}/files/{file.pk}/"
    assert f'href="{address}"' in page
    assert client.get(address).status_code == 200
