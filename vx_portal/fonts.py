"""The portal's typefaces, cut from the families on PyPI to what its pages use."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import fontpkg

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

# File name, family, and the part of the family's design space that the style sheet uses.
FACES = (
    ("schibsted", "schibsted-grotesk", {"wght": (400, 700)}),
    ("newsreader-display", "newsreader", {"opsz": 60, "wght": 600}),
)
# `unicode-range` in static/app.css says the same: a browser fetches "ext" only for a page that
# shows one of its letters, in a name such as Łukasz.
CHARACTERS = {
    "latin": [
        *range(0x20, 0x7F),
        *range(0xA0, 0x100),
        *(0x131, 0x152, 0x153),
        *range(0x2010, 0x2028),  # dashes, quotes, ellipsis
        *(0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x20AC, 0x2122),
        *(0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x2713),  # arrows, minus, tick
    ],
    "ext": [
        *range(0x100, 0x131),
        *range(0x132, 0x152),
        *range(0x154, 0x180),
        0x192,
        *range(0x218, 0x21C),
        *range(0x1E80, 0x1E86),
        0x1E9E,
    ],
}
FEATURES = ["kern", "liga", "ccmp", "locl", "mark", "mkmk", "tnum", "lnum", "case"]


def build_fonts(folder: Path) -> bool:
    """Write a WOFF2 file per face and range into `folder`; False when they were there already."""
    stamp, recipe = folder / ".recipe", _recipe()
    if stamp.exists() and stamp.read_text() == recipe:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    for name, family, axes in FACES:
        for script, characters in CHARACTERS.items():
            unfinished = folder / f".{name}-{script}"
            unfinished.write_bytes(_cut(Path(fontpkg.path(family, 400)), axes, characters))
            unfinished.replace(folder / f"{name}-{script}.woff2")
    stamp.write_text(recipe)
    return True


def _recipe() -> str:
    """What the files depend on: this module and the versions of the tools and families."""
    made_with = ["fonttools", "brotli", *(f"fontpkg-{family}" for _name, family, _axes in FACES)]
    parts = [Path(__file__).read_text(), *(version(package) for package in made_with)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _cut(source: Path, axes: Mapping[str, object], characters: list[int]) -> bytes:
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    options = subset.Options()
    options.layout_features = FEATURES
    options.hinting = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    font = TTFont(source)
    subsetter.subset(font)  # first: it leaves the instancer, which is slow, little to do
    font = instancer.instantiateVariableFont(TTFont(io.BytesIO(_saved(font))), axes)
    font.flavor = "woff2"
    return _saved(font)


def _saved(font: TTFont) -> bytes:
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()
