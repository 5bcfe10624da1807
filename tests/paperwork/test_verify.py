"""Is this document genuine? What anybody may learn who holds one, and nothing more."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from paperwork.forms import verify as forms
from paperwork.models import Document
from paperwork.models.document import LETTERS, code_as_typed, new_code
from tests.factories import DocumentFactory

CONTENT = b"%PDF-1.7 what the letter says"


@pytest.fixture
def letter(db: None) -> Document:
    return DocumentFactory.create(content=CONTENT, created_at=datetime(2027, 4, 14, 9, tzinfo=UTC))


def path_of(code: str, language: str = "nl") -> str:
    return f"/{language}/verify/{code}/"


def text_of(response: HttpResponse) -> str:
    main = response.content.decode().partition("<main")[2].partition("</main")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def check(client: Client, document: Document, content: bytes) -> HttpResponse:
    file = SimpleUploadedFile("letter.pdf", content, "application/pdf")
    return client.post(path_of(document.code), {"file": file})


# --- The code -------------------------------------------------------------------------------------
def test_a_code_cannot_be_guessed_and_has_no_letters_that_look_alike() -> None:
    assert len({new_code() for _number in range(1000)}) == 1000
    assert len(LETTERS) ** len(new_code()) >= 2**80
    assert not set("OILU") & set(LETTERS)


@pytest.mark.parametrize(
    "typed",
    [
        "7KQ2-M0XD-9HTB-VW41",
        "7kq2m0xd9htbvw41",
        " 7KQ2 M0XD 9HTB VW41 ",
        "7KQ2.MOXD–9HTB/VW4I",
        "7KQ2-M0XD-9HTB-VW4l",
    ],
)
def test_a_code_from_paper_is_understood(typed: str) -> None:
    assert code_as_typed(typed) == "7KQ2M0XD9HTBVW41"


@pytest.mark.parametrize(
    "typed", ["", "7KQ2", "7KQ2-M0XD-9HTB-VW4U", "7KQ2-M0XD-9HTB-VW411", "７KQ2M0XD9HTBVW41"]
)
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert code_as_typed(typed) == ""


# --- What is said ---------------------------------------------------------------------------------
def test_a_visitor_learns_the_kind_the_day_and_that_it_counts(
    client: Client, letter: Document
) -> None:
    response = client.get(path_of(letter.code))
    text = text_of(response)

    assert response.status_code == 200
    assert "Soort document Brief" in text
    assert "Gemaakt op woensdag 14 april 2027" in text
    assert "Ja, dit is de huidige versie." in text


def test_nothing_personal_is_said(client: Client, letter: Document) -> None:
    """Neither its title nor its data, which name people."""
    Document.objects.update(data={"to": ["Secret Reader"]}, key="enrolment-4711")
    html = client.get(path_of(letter.code)).content.decode()

    for secret in ("Noor", "Secret Reader", "4711", letter.sha256, letter.file, str(letter.pk)):
        assert secret not in html


def test_one_that_was_replaced_or_withdrawn_says_so(client: Client, letter: Document) -> None:
    Document.objects.update(replaced_at=timezone.now())
    assert "Vervangen" in text_of(client.get(path_of(letter.code)))
    Document.objects.update(withdrawn_at=timezone.now())
    text = text_of(client.get(path_of(letter.code)))

    assert "Ingetrokken" in text
    assert "huidige versie" not in text


def test_it_is_said_in_the_language_of_the_address(client: Client, letter: Document) -> None:
    assert "Yes, this is the current version." in text_of(client.get(path_of(letter.code, "en")))


def test_no_search_engine_lists_it_and_no_cache_keeps_it(client: Client, letter: Document) -> None:
    for response in (
        client.get(path_of(letter.code)),
        client.get("/nl/verify/"),
        client.get(path_of("X")),
    ):
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert b'<meta name="robots" content="noindex">' in response.content
        assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("state", ["new", "leased", "dead"])
def test_what_was_not_made_is_on_nobodys_paper(
    client: Client, letter: Document, state: str
) -> None:
    Document.objects.update(state=state)

    assert client.get(path_of(letter.code)).status_code == 404


def test_an_unknown_code_gets_a_page_that_helps(client: Client, letter: Document) -> None:
    response = client.get(path_of(new_code()))

    assert response.status_code == 404
    assert "Geen document heeft deze code" in text_of(response)
    assert 'name="code"' in response.content.decode()


# --- The code, typed ------------------------------------------------------------------------------
def test_a_typed_code_leads_to_its_page(client: Client, letter: Document) -> None:
    response = client.get("/nl/verify/", {"code": letter.code_in_groups.lower()})

    assert response.status_code == 302
    assert response.headers["Location"] == path_of(letter.code)


@pytest.mark.parametrize("typed", ["", "12", "no code at all"])
def test_what_is_no_code_is_said_at_the_field(client: Client, db: None, typed: str) -> None:
    response = client.get("/nl/verify/", {"code": typed})

    assert response.status_code == 422
    assert 'id="id_code_error"' in response.content.decode()
    assert f'value="{typed}"' in response.content.decode() or not typed


def test_everybody_finds_it_in_the_footer(client: Client, db: None) -> None:
    assert 'href="/nl/verify/"' in client.get("/nl/").content.decode()


# --- The file -------------------------------------------------------------------------------------
def test_the_file_itself_is_genuine(client: Client, letter: Document) -> None:
    response = check(client, letter, CONTENT)

    assert response.status_code == 200
    assert "Het bestand is echt en ongewijzigd" in text_of(response)


@pytest.mark.parametrize("position", [0, len(CONTENT) // 2, len(CONTENT) - 1])
def test_one_bit_changed_is_not_the_file_any_more(
    client: Client, letter: Document, position: int
) -> None:
    changed = bytearray(CONTENT)
    changed[position] ^= 1
    response = check(client, letter, bytes(changed))

    assert "Dit is niet het bestand dat we maakten" in text_of(response)
    assert "echt en ongewijzigd" not in text_of(response)


def test_a_genuine_file_that_was_withdrawn_does_not_count(client: Client, letter: Document) -> None:
    Document.objects.update(withdrawn_at=timezone.now())
    text = text_of(check(client, letter, CONTENT))

    assert "echt en ongewijzigd" in text
    assert "Het geldt niet meer" in text


def test_no_file_is_said_at_the_field(client: Client, letter: Document) -> None:
    response = client.post(path_of(letter.code))

    assert response.status_code == 422
    assert 'id="id_file_error"' in response.content.decode()


def test_a_file_that_is_too_large_is_refused(
    client: Client, letter: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "LARGEST", 1000)

    assert check(client, letter, b"x" * 1001).status_code == 422
    assert check(client, letter, b"x" * 1000).status_code == 200


def test_a_file_is_hashed_piece_by_piece_and_kept_nowhere(
    client: Client, letter: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Larger than what Django keeps in memory: it would write it to a temporary file."""
    content = bytes(range(256)) * 20_000  # 5 MB
    kept = []
    monkeypatch.setattr(
        "django.core.files.uploadhandler.TemporaryUploadedFile", lambda *_a, **_k: kept.append(1)
    )
    Document.objects.update(sha256=forms.hashlib.sha256(content).hexdigest())

    assert "echt en ongewijzigd" in text_of(check(client, letter, content))
    assert kept == []


def test_it_needs_neither_a_session_nor_a_token(letter: Document) -> None:
    client = Client(enforce_csrf_checks=True)
    response = check(client, letter, CONTENT)

    assert response.status_code == 200
    assert response.cookies == {}


# --- Guessing -------------------------------------------------------------------------------------
def test_guessing_is_limited(client: Client, letter: Document) -> None:
    answers = [client.get(path_of(new_code())).status_code for _number in range(61)]

    assert answers == [404] * 60 + [429]
    assert client.get(path_of(letter.code)).status_code == 429  # else one could go on
    assert client.get(path_of(letter.code), REMOTE_ADDR="10.0.0.9").status_code == 200


def test_looking_at_what_exists_is_not(client: Client, letter: Document) -> None:
    for _number in range(70):
        assert client.get(path_of(letter.code)).status_code == 200


def test_a_minute_later_one_may_look_again(
    client: Client, letter: Document, time_machine: object
) -> None:
    for _number in range(60):
        client.get(path_of(new_code()))
    assert client.get(path_of(letter.code)).status_code == 429
    time_machine.move_to(timezone.now() + timedelta(seconds=61))  # type: ignore[attr-defined]

    assert client.get(path_of(letter.code)).status_code == 200
