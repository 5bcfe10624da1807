"""A form that takes a file: wrong ones are refused at the field, and none is lost on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from paperwork.forms.files import SALT
from paperwork.models import Attachment
from paperwork.services.files import keep
from paperwork.uploads import CheckedUpload, Found
from tests import factories
from tests.paperwork.files.conftest import upload
from tests.paperwork.files.giving import ForgetfulForm
from tests.paperwork.files.samples import HOSTILE, photo

pytestmark = pytest.mark.urls("tests.paperwork.files.giving")

Given = Callable[..., Any]
WORDS = "Enough words"


@pytest.fixture
def student(db: None) -> User:
    return factories.StudentFactory.create()


@pytest.fixture
def give(student: User, sign_in: Callable[[User], Client]) -> Given:
    client = sign_in(student)
    return lambda **fields: client.post("/giving/", fields)


def token_in(answer: Any, name: str = "letter") -> str:
    found = re.search(rf'name="{name}-kept" value="([^"]+)"', answer.content.decode())
    assert found, "the page does not hold the file"
    return found[1]


def waiting_for(student: User) -> Attachment:
    checked = CheckedUpload(upload(), Found("application/pdf", 1))
    return keep(checked, purpose="", by=student)


def token_for(attachment: Attachment, whose: object) -> str:
    return signing.dumps([str(attachment.pk), str(whose)], salt=SALT)


def test_a_file_survives_a_mistake_in_another_field(give: Given, student: User) -> None:
    failed = give(words="few", letter=upload(name="Brief van de commissie.pdf"))

    assert failed.status_code == 422
    assert "Brief van de commissie.pdf" in failed.content.decode()
    assert not Attachment.objects.get().is_claimed

    sent = give(words=WORDS, **{"letter-kept": token_in(failed)})

    assert sent.status_code == 302
    kept = Attachment.objects.get()
    assert kept.is_claimed
    assert (kept.purpose, kept.given_by) == ("letter", student)


def test_it_survives_more_than_one_mistake(give: Given) -> None:
    first = give(words="few", letter=upload())
    second = give(words="", **{"letter-kept": token_in(first)})

    assert give(words=WORDS, **{"letter-kept": token_in(second)}).status_code == 302
    assert Attachment.objects.count() == 1


def test_another_file_takes_its_place(give: Given) -> None:
    failed = give(words="few", letter=upload(name="one.pdf"))

    give(words=WORDS, letter=upload(name="two.pdf"), **{"letter-kept": token_in(failed)})

    assert [kept.name for kept in Attachment.objects.exclude(purpose="")] == ["two.pdf"]


def test_a_refused_one_stands_at_its_field_and_is_not_kept(give: Given) -> None:
    answer = give(words=WORDS, letter=upload(HOSTILE["script"][0]()))
    page = answer.content.decode()

    assert answer.status_code == 422
    assert re.search(r'id="id_letter_error">.*?een script', page, re.DOTALL)
    assert 'aria-invalid="true"' in page
    assert not Attachment.objects.exists()


def test_what_is_typed_stays_beside_a_refused_file(give: Given) -> None:
    page = give(words=WORDS, letter=upload(b"zip")).content.decode()

    assert f'value="{WORDS}"' in page
    assert "Dit is geen pdf." in page


def test_a_missing_one_is_asked_for(give: Given) -> None:
    assert "Kies een bestand." in give(words=WORDS).content.decode()


def test_a_photograph_is_no_letter_but_may_be_a_picture(give: Given) -> None:
    refused = give(words=WORDS, letter=SimpleUploadedFile("photo.pdf", photo()))
    assert "Dit is een foto" in refused.content.decode()

    assert give(words=WORDS, letter=upload(), picture=upload(photo())).status_code == 302
    assert set(Attachment.objects.values_list("purpose", flat=True)) == {"letter", "picture"}


def test_an_optional_one_can_be_left_out_again(give: Given) -> None:
    failed = give(words="few", letter=upload(), picture=upload(photo()))
    again = {
        "letter-kept": token_in(failed),
        "picture-kept": token_in(failed, "picture"),
        "picture-without": "on",
    }

    assert give(words=WORDS, **again).status_code == 302
    assert [kept.purpose for kept in Attachment.objects.exclude(subject_kind="")] == ["letter"]


@pytest.mark.parametrize("wrong", ["changed", "somebody else's", "swept", "claimed", "too old"])
def test_a_token_is_good_for_its_giver_and_file_alone(
    give: Given, student: User, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = waiting_for(student)
    token = token_for(waiting, student.pk)
    match wrong:
        case "changed":
            token = f"x{token}"
        case "somebody else's":
            other = factories.StudentFactory.create()
            token = token_for(waiting_for(other), other.pk)
        case "swept":
            Attachment.objects.all().delete()
        case "claimed":
            Attachment.objects.update(subject_kind="accounts.user", subject_id=student.pk)
        case _:
            monkeypatch.setattr("paperwork.forms.files.UNCLAIMED_FOR", timedelta(seconds=-1))

    answer = give(words=WORDS, **{"letter-kept": token})

    assert answer.status_code == 422
    assert "Kies het opnieuw." in answer.content.decode()


def test_a_good_token_would_do(give: Given, student: User) -> None:
    token = token_for(waiting_for(student), student.pk)

    assert give(words=WORDS, **{"letter-kept": token}).status_code == 302


def test_a_photograph_kept_elsewhere_does_not_become_a_letter(give: Given, student: User) -> None:
    checked = CheckedUpload(upload(photo()), Found("image/jpeg", 1))
    kept = keep(checked, purpose="", by=student)

    answer = give(words=WORDS, **{"letter-kept": token_for(kept, student.pk)})

    assert "Dit is een foto" in answer.content.decode()


def test_a_form_may_check_without_keeping(student: User) -> None:
    form = ForgetfulForm({}, {"letter": upload()})

    assert form.is_valid()
    assert not Attachment.objects.exists()
    assert keep(form.cleaned_data["letter"], purpose="letter", by=student, about=student).is_claimed


def test_the_field_tells_phones_what_it_takes(sign_in: Callable[[User], Client], db: None) -> None:
    page = sign_in(factories.StudentFactory.create()).get("/giving/").content.decode()

    assert 'accept="application/pdf"' in page
    assert 'accept="application/pdf,image/jpeg,image/png"' in page
    assert page.count("_too_large") == 2


def test_two_at_once_claim_one_file_once(transactional_db: None) -> None:
    from tests.races import at_once

    student = factories.StudentFactory.create()
    waiting = waiting_for(student)
    Attachment.objects.update(given_at=timezone.now())
    from paperwork.uploads import KeptUpload

    results = at_once(
        [lambda: keep(KeptUpload(waiting), purpose="letter", by=student, about=student)] * 4
    )

    assert sum(isinstance(result, Attachment) for result in results) == 1
