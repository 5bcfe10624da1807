"""Documents in the office: listed, made as a test, followed, opened, made again, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from paperwork.models import Document, Event
from tests import factories
from tests.factories import DocumentFactory

LIST = "/nl/office/documents/"
type SignIn = Callable[[User], Client]


@pytest.fixture
def desk(sign_in: SignIn, office: User) -> Client:
    return sign_in(office)


def page_of(document: Document, rest: str = "") -> str:
    return f"{LIST}{document.pk}/{rest}"


def html(client: Client, path: str, **headers: str) -> str:
    return client.get(path, headers=headers or None).content.decode()


def test_the_list_asks_as_much_for_three_as_for_one(desk: Client, office: User) -> None:
    counts = []
    desk.get(LIST)  # what a session's first request asks
    for _number in range(2):
        DocumentFactory.create(asked_by=office)
        if counts:
            DocumentFactory.create(asked_by=factories.UserFactory.create())
        with CaptureQueriesContext(connection) as asked:
            desk.get(LIST)
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 12


def test_the_list_is_filtered_by_its_address(desk: Client) -> None:
    made = DocumentFactory.create(title="Made letter")
    DocumentFactory.create(title="Waiting form", kind="form", state="new")
    DocumentFactory.create(title="Dead letter", state="dead", error="out of memory")

    def shown(query: str) -> set[str]:
        page = html(desk, f"{LIST}?{query}")
        return {t for t in ("Made letter", "Waiting form", "Dead letter") if t in page}

    assert shown("") == {"Made letter", "Waiting form", "Dead letter"}
    assert shown("state=made") == {"Made letter"}
    assert shown("state=waiting") == {"Waiting form"}
    assert shown("state=dead") == {"Dead letter"}
    assert shown("kind=form") == {"Waiting form"}
    assert shown("q=dead") == {"Dead letter"}
    assert shown(f"q={made.code_in_groups.lower()}") == {"Made letter"}
    assert shown("kind=nonsense&state=nonsense&page=99") == shown("")


def test_the_list_has_pages(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paperwork.views.documents.PAGE", 1)
    DocumentFactory.create_batch(2)

    assert "Pagina 2 van 2" in html(desk, f"{LIST}?page=2")


def test_an_empty_list_says_why_and_what_to_do(desk: Client) -> None:
    assert "Er is nog geen document gemaakt" in html(desk, LIST)
    assert "Geen document past bij deze filters" in html(desk, f"{LIST}?q=x")
    assert "Geen document staat hier" in html(desk, f"{LIST}?state=dead")


def test_htmx_gets_the_results_alone(desk: Client) -> None:
    assert html(desk, LIST, HX_Request="true").lstrip().startswith('<div id="results"')


@pytest.mark.parametrize("kind", ["letter", "form"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_test_document_is_owed(desk: Client, office: User, kind: str, language: str) -> None:
    response = desk.post(f"{LIST}test/", {"kind": kind, "language": language})
    document = Document.objects.get()

    assert response.headers["Location"] == page_of(document)
    assert (document.kind, document.language, document.state) == (kind, language, "new")
    assert (document.version, document.asked_by) == (1, office)


def test_what_was_not_chosen_is_said_at_the_field(desk: Client) -> None:
    response = desk.post(f"{LIST}test/", {"kind": "nonsense"})

    assert response.status_code == 422
    assert not Document.objects.exists()


def test_a_document_that_waits_is_followed(desk: Client) -> None:
    """With htmx it asks again by itself until it is made; without, a link does."""
    document = DocumentFactory.create(state="new")
    page = html(desk, page_of(document))
    assert 'data-hx-trigger="every 2s"' in page
    assert f'<a href="{page_of(document)}">Kijk opnieuw</a>' in page

    Document.objects.update(state="done", file="documents/x.pdf", sha256="0" * 64)
    part = html(desk, page_of(document), HX_Request="true")
    assert part.lstrip().startswith('<div id="progress"')
    assert "every 2s" not in part
    assert f'href="{page_of(document, "open/")}"' in part


def test_a_made_document_is_opened(desk: Client) -> None:
    document = DocumentFactory.create(content=b"%PDF-1.7 this one")
    response = desk.get(page_of(document, "open/"))

    assert b"".join(response) == b"%PDF-1.7 this one"
    assert response.headers["Content-Type"] == "application/pdf"
    assert Event.objects.about(document).get().action == "opened"
    assert desk.get(page_of(DocumentFactory.create(state="new"), "open/")).status_code == 404


def test_made_again_it_is_the_next_version_and_only_once(desk: Client) -> None:
    document = DocumentFactory.create()
    first, second = desk.post(page_of(document, "again/")), desk.post(page_of(document, "again/"))
    newer = Document.objects.get(version=2)

    assert first.headers["Location"] == page_of(newer)
    assert second.status_code == 409
    assert Document.objects.count() == 2
    assert "versie 1" in html(desk, page_of(newer))


def test_one_that_was_given_up_is_tried_again(desk: Client) -> None:
    document = DocumentFactory.create(state="dead", error="out of memory", attempts=6)
    assert "out of memory" in html(desk, page_of(document))

    assert desk.post(page_of(document, "retry/")).status_code == 302
    assert desk.post(page_of(document, "retry/")).status_code == 409
    document.refresh_from_db()
    assert (document.state, document.attempts) == ("new", 0)


def test_withdrawing_is_asked_first_and_done_once(desk: Client) -> None:
    document = DocumentFactory.create()
    assert document.title in html(desk, page_of(document, "withdraw/"))
    document.refresh_from_db()
    assert document.withdrawn_at is None

    assert desk.post(page_of(document, "withdraw/")).status_code == 302
    assert desk.post(page_of(document, "withdraw/")).status_code == 409
    document.refresh_from_db()
    assert document.withdrawn_at


def test_an_auditor_reads_and_changes_nothing(sign_in: SignIn) -> None:
    auditor = sign_in(factories.MemberFactory.create(role=Role.AUDITOR))
    document, dead = DocumentFactory.create(), DocumentFactory.create(state="dead")

    opened = auditor.get(page_of(document, "open/"))
    assert opened.status_code == 200
    assert b"".join(opened)
    for page in (
        html(auditor, LIST),
        html(auditor, page_of(document)),
        html(auditor, page_of(dead)),
    ):
        main = page.partition("<main")[2]
        assert 'method="post"' not in main
        assert "withdraw/" not in main
        assert "documents/test/" not in main


def test_what_does_not_exist_is_404(desk: Client) -> None:
    assert desk.get(f"{LIST}{uuid4()}/").status_code == 404
