"""What a document says, before it is a PDF: its data, as text, in its language."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.utils import translation

from paperwork.models import Document
from paperwork.registry import DOCUMENTS
from paperwork.rendering import address_of, html_of, qr_of
from paperwork.samples import SAMPLES, sample


def a_document(kind: str = "letter", language: str = "nl", **fields: object) -> Document:
    """One of the office's test documents, not saved."""
    title, data = sample(kind, language)
    return Document(kind=kind, language=language, **{"title": title, "data": data, **fields})


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_document_is_in_its_own_language(kind: str) -> None:
    with translation.override("en"):  # whoever looks on
        dutch = text_of(html_of(a_document(kind, "nl")))
    english = text_of(html_of(a_document(kind, "en")))

    assert "Is dit document echt" in dutch
    assert "genuine" not in dutch
    assert "Is this document genuine" in english
    assert "Universiteit Leiden" not in english


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_names_its_language_title_and_code(language: str) -> None:
    document = a_document(language=language)
    html = html_of(document)

    assert f'<html lang="{language}">' in html
    assert f"<title>{document.title}</title>" in html
    assert document.code_in_groups in html
    assert f'href="{address_of(document)}"' in html
    assert address_of(document) == f"{settings.SITE_URL}/{language}/verify/{document.code}/"


def test_everything_in_the_data_is_shown() -> None:
    document = a_document("form")
    html = text_of(html_of(document))
    shown = [
        text
        for group in document.data["groups"]
        for row in group["rows"]
        for field in row
        for text in field
    ]
    shown += [cell for row in document.data["annex"]["rows"] for cell in row]

    assert len(shown) > 40
    assert [text for text in shown if text not in html] == []


def test_only_a_later_version_says_which_it_is() -> None:
    assert "versie" not in text_of(html_of(a_document()))
    assert "versie 2" in text_of(html_of(a_document(version=2)))


def test_what_the_data_holds_is_text_and_no_html() -> None:
    html = html_of(a_document(title='<img src="file:///etc/passwd">'))

    assert '<img src="file' not in html
    assert "&lt;img src=" in html


def test_the_same_row_says_the_same_again(db: None) -> None:
    document = a_document()
    document.save()
    again = Document.objects.get(pk=document.pk)

    assert html_of(again) == html_of(document)


def test_the_qr_code_is_a_picture_of_its_own() -> None:
    assert qr_of(a_document()).startswith("<svg")
    assert qr_of(a_document()) != qr_of(a_document())  # another code


def test_each_kind_has_a_template_that_compiles() -> None:
    for kind in SAMPLES:
        assert html_of(a_document(kind)).startswith("<!doctype html>")
    assert set(SAMPLES) <= set(DOCUMENTS)
