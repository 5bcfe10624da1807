"""One's own files: the list, one file with its pages, and the pictures that stand for them."""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from accounts.models import Role, User
from paperwork import filing, limited, previews
from paperwork.models import Attachment, Event
from paperwork.registry import FILES, FileKind
from paperwork.services.events import record
from paperwork.services.files import keep
from paperwork.tasks import draw_pages
from paperwork.uploads import CheckedUpload, Found
from tests import factories
from tests.paperwork.files.conftest import upload
from tests.paperwork.files.producers import weasyprint
from tests.paperwork.files.samples import pdf, photo, saved

LIST = "/nl/account/files/"


def given(
    by: User,
    content: bytes | None = None,
    *,
    name: str = "brief.pdf",
    kind: str = "application/pdf",
    pages: int = 1,
    purpose: str = "letter",
    about: User | None = None,
) -> Attachment:
    checked = CheckedUpload(upload(content, name), Found(kind, pages))
    return keep(checked, purpose=purpose, by=by, about=about or by)


@pytest.fixture
def student(db: None) -> User:
    return factories.StudentFactory.create()


@pytest.fixture
def mine(student: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(student)


class TestList:
    def test_it_says_why_it_is_empty(self, mine: Client) -> None:
        assert "Je hebt ons nog geen bestanden gestuurd" in mine.get(LIST).content.decode()

    def test_it_is_one_s_own_alone(self, mine: Client, student: User) -> None:
        given(student, name="van mij.pdf")
        given(factories.StudentFactory.create(), name="van een ander.pdf")

        page = mine.get(LIST).content.decode()

        assert "van mij.pdf" in page
        assert "van een ander" not in page
        assert "Nog niemand heeft het geopend" in page

    def test_it_says_who_opened_it(self, mine: Client, student: User) -> None:
        file = given(student)
        coordinator = factories.MemberFactory.create(role=Role.COORDINATOR)
        record(file, "opened", by=student)
        record(file, "opened", by=coordinator, role="coordinator")

        page = mine.get(LIST).content.decode()
        assert f"2 keer geopend, het laatst door {coordinator}" in page
        page = mine.get(f"{LIST}{file.pk}/").content.decode()
        assert f"{coordinator}, uitwisselingscoördinator" in page
        assert "jezelf" in page

    def test_what_was_not_sent_yet_says_so(self, mine: Client, student: User) -> None:
        given(student)
        Attachment.objects.update(subject_kind="")

        assert "Nog niet verstuurd" in mine.get(LIST).content.decode()

    def test_one_kind_can_be_chosen(
        self, mine: Client, student: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for kind in ("letter", "transcript"):
            monkeypatch.setitem(FILES, kind, FileKind(kind, f"Soort {kind}"))
            given(student, name=f"een {kind}.pdf", purpose=kind)

        page = mine.get(LIST, {"purpose": "transcript"}).content.decode()

        assert "een transcript.pdf" in page
        assert "een letter.pdf" not in page
        assert "Soort letter" in page
        assert "een letter.pdf" in mine.get(LIST, {"purpose": "nothing"}).content.decode()

    def test_it_comes_in_pages(
        self, mine: Client, student: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("paperwork.views.files.PAGE", 2)
        for number in range(3):
            given(student, name=f"brief {number}.pdf")

        assert "Pagina 1 van 2" in mine.get(LIST).content.decode()
        first, second = (mine.get(LIST, {"page": n}).content.decode() for n in (1, 2))
        assert ("brief 2.pdf" in first, "brief 0.pdf" in first) == (True, False)
        assert "brief 0.pdf" in second

    def test_it_costs_the_same_for_one_and_three(
        self, mine: Client, student: User, django_assert_num_queries: Any
    ) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        record(given(student), "opened", by=student)
        mine.get(LIST)
        with CaptureQueriesContext(connection) as one:
            mine.get(LIST)
        for _number in range(2):
            record(given(student), "opened", by=student)

        with django_assert_num_queries(len(one)):
            mine.get(LIST)


class TestPages:
    def test_pages_are_pictures_with_their_text(self, mine: Client, student: User) -> None:
        file = given(student, weasyprint())

        page = mine.get(f"{LIST}{file.pk}/").content.decode()

        picture = f'src="/nl/account/files/{file.pk}/pages/1/" width="1240" height="1754"'
        assert re.search(rf'<img {picture} alt="[^"]+"', page)
        assert "Toestemming" in page
        picture = mine.get(f"{LIST}{file.pk}/pages/1/")
        assert picture.headers["Content-Type"] == "image/webp"
        assert picture.headers["X-Content-Type-Options"] == "nosniff"
        assert picture.headers["Cache-Control"] == "private, no-store"
        assert Image.open(io.BytesIO(picture.content)).size == (1240, 1754)

    def test_looking_at_pages_is_an_opening(self, mine: Client, student: User) -> None:
        file = given(student)

        mine.get(f"{LIST}{file.pk}/")
        mine.get(f"{LIST}{file.pk}/pages/1/")

        assert Event.objects.about(file).filter(action="opened").count() == 1

    def test_a_script_in_the_text_is_text(self, mine: Client, student: User) -> None:
        made = pdf()
        made.pages[0].obj.Contents = made.make_stream(
            b"BT /F1 18 Tf 72 720 Td (<script>alert\\(1\\)</script>) Tj ET"
        )
        file = given(student, saved(made))

        page = mine.get(f"{LIST}{file.pk}/").content.decode()

        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page

    @pytest.mark.parametrize("number", [0, 2, 99999])
    def test_there_is_no_page_beyond_the_last(
        self, mine: Client, student: User, number: int
    ) -> None:
        assert mine.get(f"{LIST}{given(student).pk}/pages/{number}/").status_code == 404

    def test_others_see_no_page(self, student: User, sign_in: Callable[[User], Client]) -> None:
        file = given(student)
        other = sign_in(factories.MemberFactory.create(role=Role.OFFICE))

        assert other.get(f"{LIST}{file.pk}/").status_code == 404
        assert other.get(f"{LIST}{file.pk}/pages/1/").status_code == 404

    def test_a_photograph_is_small_upright_and_says_nothing_of_its_camera(
        self, mine: Client, student: User
    ) -> None:
        exif = Image.Exif()
        exif[0x0112], exif[0x010F] = 6, "Camera of somebody"  # turned a quarter; its make
        content = photo(size=(3000, 2000), exif=exif)
        file = given(student, content, name="foto.jpg", kind="image/jpeg")

        assert 'width="1169" height="1754"' in mine.get(f"{LIST}{file.pk}/").content.decode()
        picture = mine.get(f"{LIST}{file.pk}/pages/1/").content
        assert Image.open(io.BytesIO(picture)).size == (1169, 1754)
        assert b"Camera" not in picture

    def test_they_are_drawn_once(
        self, mine: Client, student: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = given(student)
        draw_pages(str(file.pk))
        monkeypatch.delattr(limited, "read_file")

        assert mine.get(f"{LIST}{file.pk}/").status_code == 200
        assert mine.get(f"{LIST}{file.pk}/pages/1/").status_code == 200

    def test_drawing_what_is_gone_does_nothing(self, db: None) -> None:
        draw_pages("00000000-0000-4000-8000-000000000000")

    def test_what_cannot_be_drawn_can_be_downloaded(
        self, mine: Client, student: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tries = []

        def die(*_args: object) -> limited.Said:
            tries.append(1)
            return limited.Said({"no": "too_complex"})

        monkeypatch.setattr(limited, "read_file", die)
        file = given(student)

        page = mine.get(f"{LIST}{file.pk}/")
        assert page.status_code == 200
        assert "download/" in page.content.decode()
        for _time in range(2):
            assert mine.get(f"{LIST}{file.pk}/pages/1/").status_code == 404
        assert len(tries) == 2, "a page that takes too much is tried once"

        kept = filing.pictures_of(filing.path_of(file.file)) / "001.webp"
        old = time.time() - previews.TRY_AGAIN - 1
        os.utime(kept, (old, old))
        mine.get(f"{LIST}{file.pk}/pages/1/")
        assert len(tries) == 3

    def test_text_of_one_page(self, student: User) -> None:
        assert "Board of Examiners" in previews.page_text(given(student), 1)
        with pytest.raises(previews.NoPictureError):
            previews.page_text(given(student), 2)
