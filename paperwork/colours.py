"""The two colours that a house may change, and whether everything on them can still be read.

The tokens are those of docs/look.md. What stands on a colour, or it on, is given here once; the
least contrast is WCAG's: 4.5 for what is read, 3 for what must be made out.
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WHITE, INK = "#FFFFFF", "#0A1030"
ON_BRAND_2 = "#C6D0F5"
DARK_HEADINGS, DARK_RULE = "#C9D6FF", "#8792BD"
TEXT, PART = 4.5, 3.0
LINES = (  # on the map, which is dark in both themes
    "#FF8A7A",
    "#FF9F66",
    "#D3D64A",
    "#7FD18A",
    "#5FD3CB",
    "#7CBEFF",
    "#F58CCB",
    "#B6A2FF",
)


class Colours(NamedTuple):
    """As #RRGGBB."""

    brand: str = "#001158"
    signal: str = "#FFC400"


class Pair(NamedTuple):
    """A colour on another, what that is for, and how much contrast it has and needs."""

    what: str | Promise
    front: str
    back: str
    least: float

    @property
    def ratio(self) -> float:
        return contrast(self.front, self.back)

    @property
    def is_enough(self) -> bool:
        return self.ratio >= self.least


def luminance(colour: str) -> float:
    """WCAG's relative luminance of #RRGGBB."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Between 1 and 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """`colour` with so much of `other` in it."""
    pairs = [(int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def pairs(colours: Colours) -> list[Pair]:
    """Everything that is read or made out on the two colours, or that they are read on."""
    brand, signal = colours
    return [
        Pair(gettext_lazy("white text on the brand colour"), WHITE, brand, TEXT),
        Pair(gettext_lazy("small text on the brand colour"), ON_BRAND_2, brand, TEXT),
        Pair(gettext_lazy("headings in the brand colour on the page"), brand, "#F2F5FB", TEXT),
        Pair(gettext_lazy("headings in the brand colour on white"), brand, WHITE, TEXT),
        Pair(gettext_lazy("headings in the brand colour on grey"), brand, "#E6EBF5", TEXT),
        Pair(gettext_lazy("dark text on the signal colour"), INK, signal, TEXT),
        Pair(gettext_lazy("the signal colour on the brand colour"), signal, brand, TEXT),
        Pair(
            gettext_lazy("the lines of the universities on the brand colour"),
            min(LINES, key=lambda line: contrast(line, brand)),
            brand,
            TEXT,
        ),
        Pair(
            gettext_lazy("white text on a button under the pointer"),
            WHITE,
            hover_of(colours)[0],
            TEXT,
        ),
        Pair(gettext_lazy("the rule above a list on the page"), brand, "#F2F5FB", PART),
    ]


def hover_of(colours: Colours) -> tuple[str, str]:
    """A button under the pointer, light and dark."""
    return mixed(colours.brand, WHITE, 0.15), mixed(colours.signal, WHITE, 0.35)


def refusals(colours: Colours) -> list[str]:
    """In words, what could not be read; nothing when all can."""
    return [
        _("%(what)s: contrast %(ratio)s, and it needs %(least)s.")
        % {
            "what": str(pair.what).capitalize(),
            "ratio": number_format(int(pair.ratio * 100) / 100, 2),
            "least": number_format(pair.least, 1),
        }
        for pair in pairs(colours)
        if not pair.is_enough
    ]


def style_sheet(colours: Colours, scope: str = ":root") -> str:
    """The tokens that depend on the two colours. No layer: it goes before app.css's."""
    brand, signal = colours
    light, dark = hover_of(colours)
    return (
        f"{scope}{{--brand:{brand};--brand-line:{mixed(brand, WHITE, 0.18)};"
        f"--brand-ink:light-dark({brand},{DARK_HEADINGS});"
        f"--rule:light-dark({brand},{DARK_RULE});--signal:{signal};"
        f"--btn:light-dark({brand},{signal});--btn-hover:light-dark({light},{dark})}}\n"
    )


def recoloured(drawing: str, colours: Colours) -> str:
    """An SVG of ours, with the house's colours in place of those that it comes with."""
    for own, theirs in zip(Colours(), colours, strict=True):
        drawing = drawing.replace(own, theirs)
    return drawing


def paper_sheet(colours: Colours) -> str:
    """The same for paper, which has no dark theme."""
    brand, signal = colours
    edge = f"border-bottom-color:{brand}"
    return (
        f":root{{--brand:{brand};--signal:{signal}}}\n"
        f"@page{{@top-left{{color:{brand};{edge}}}@top-right{{{edge}}}}}\n"
    )
