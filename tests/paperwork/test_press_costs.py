"""What a PDF costs: it is laid out once, its typefaces do not vary, one fetcher serves them all."""

from __future__ import annotations

import io
from pathlib import Path

import fontpkg
import pytest
from fontTools.ttLib import TTFont  # noqa: TID253  # tests pay for it anyway
from weasyprint.logger import PROGRESS_LOGGER  # noqa: TID253
from weasyprint.urls import FatalURLFetchingError  # noqa: TID253

from paperwork.press import Sheet, child
from paperwork.rendering import sheet_of
from paperwork.samples import SAMPLES
from tests.paperwork.test_document_html import a_document
from tests.paperwork.test_press import page_of


@pytest.fixture(scope="module")
def printer() -> child.Printer:
    """What makes them, without the process around it."""
    return child.Printer()


def layouts(printer: child.Printer, sheet: Sheet, caplog: pytest.LogCaptureFixture) -> int:
    """How often `sheet` was laid out before its pages were numbered."""
    caplog.clear()
    assets = {address: text.encode() for address, text in sheet.assets.items()}
    with caplog.at_level("INFO", PROGRESS_LOGGER.name):
        printer.make(sheet.html, assets)
    return 1 + sum("Repagination" in message for message in caplog.messages)


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_a_document_is_laid_out_once(
    printer: child.Printer, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    assert layouts(printer, sheet_of(a_document(kind, "nl")), caplog) == 1


def test_the_number_of_pages_in_its_text_would_take_more(
    printer: child.Printer, caplog: pytest.LogCaptureFixture
) -> None:
    """The control: what a counter of pages costs that does not stand in the margin."""
    counted = page_of("<style>p::after { content: counter(pages) }</style><p>of ")
    assert layouts(printer, counted, caplog) > 1


def test_what_one_sheet_shows_is_not_there_for_the_next(printer: child.Printer) -> None:
    page, picture = page_of('<img src="asset:own" alt="a dot">').html, b"<svg viewBox='0 0 1 1'/>"
    for own in ({}, {"asset:other": picture}):
        printer.make(page, {"asset:own": picture})  # the control: with it, it is made
        with pytest.raises(FatalURLFetchingError):
            printer.make(page, own)


class TestTypefaces:
    def test_nothing_in_them_varies(self, printer: child.Printer) -> None:
        fixed = {
            name: TTFont(io.BytesIO(printer.assets[f"asset:{name}"]))
            for name, (_family, axes) in child.TYPEFACES.items()
            if axes
        }
        assert {name for name, font in fixed.items() if "fvar" in font} == set()
        weights = {name: font["OS/2"].usWeightClass for name, font in fixed.items()}
        assert weights == {name: int(name.rpartition("-")[2]) for name in fixed}

    def test_they_have_all_letters_and_features(self, printer: child.Printer) -> None:
        for name, (family, _axes) in child.TYPEFACES.items():
            whole = TTFont(fontpkg.path(family, 400))
            own = TTFont(io.BytesIO(printer.assets[f"asset:{name}"]))
            assert own.getBestCmap().keys() == whole.getBestCmap().keys()
            for table in ("GSUB", "GPOS"):
                features = [font[table].table.FeatureList.FeatureRecord for font in (own, whole)]
                tags = [{record.FeatureTag for record in records} for records in features]
                assert tags[0] == tags[1] - {"rvrn"}  # what changes along an axis

    def test_without_harfbuzz_they_are_as_they_come(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(name: str) -> None:
            raise OSError(name)

        monkeypatch.setattr(child.ctypes, "CDLL", missing)
        assets = child.package_assets()
        for name, (family, _axes) in child.TYPEFACES.items():
            assert assets[f"asset:{name}"] == Path(fontpkg.path(family, 400)).read_bytes()
