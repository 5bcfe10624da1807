"""Whatever the house is called, its texts stay whole: also with a per cent sign, or braces."""

from __future__ import annotations

import gettext as catalogues
import re
from collections import defaultdict
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation

from courses import house
from courses.wording import Names, fill, gettext, gettext_lazy, ngettext

ODD = "100% {city} %(n)s Uni"
PLACES = re.compile(r"%\((\w+)\)s")


@pytest.fixture
def odd_house(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(*[f"{ODD} {name}" for name in Names._fields])
    monkeypatch.setattr(house, "names", lambda: names)
    monkeypatch.setattr(house, "value", lambda _name: 3)  # of days, say


def catalogue(language: str) -> set[str]:
    """All texts that name the house: as in the code, or as they come in Dutch."""
    found: Any = catalogues.translation("django", "locale", ["nl"])
    texts = found._catalog.values() if language == "nl" else found._catalog.keys()
    said = {one[0] if isinstance(one, tuple) else one for one in texts}
    said = {text.rpartition("\4")[2] for text in said}
    return {text for text in said if any(f"{{{name}}}" in text for name in Names._fields)}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_text_says_the_name_as_it_is(odd_house: None, language: str) -> None:
    texts = catalogue(language)
    assert len(texts) > 50
    with translation.override(language):
        for text in texts:
            said = fill(text)
            if PLACES.search(text):
                said = said % defaultdict(lambda: "X")
            assert ODD in said, text
            assert "100%%" not in said


def test_texts_in_code_and_in_pages(odd_house: None) -> None:
    with translation.override("en"):
        assert gettext("Exam in {city}: %(course)s") % {"course": "A"} == f"Exam in {ODD} city: A"
        assert str(gettext_lazy("Time in {city}")) == f"Time in {ODD} city"
        one, more = "one course of {city}", "%(n)s courses of {city}"
        assert ngettext(one, more, 1) % {"n": 1} == f"one course of {ODD} city"
        assert ngettext(one, more, 2) % {"n": 2} == f"2 courses of {ODD} city"
        page = Template(
            '{% translate "{city}, {university}" %}|'
            "{% blocktranslate %}{{ n }} of {city}, {university}{% endblocktranslate %}"
        )
        said = page.render(Context({"n": "{portal}"}))
    both = f"{ODD} city, {ODD} university"
    assert said == f"{both}|{{portal}} of {both}"


def test_no_dutch_text_gives_a_name_of_the_honours_programme_an_article() -> None:
    """It may take "het" as well as "de"."""
    texts = catalogue("nl")
    assert any("{honours}" in text for text in texts)
    assert [
        text for text in texts if re.search(r"\b(de|het|die|dat) \{honours\}", text, re.I)
    ] == []
