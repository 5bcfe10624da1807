"""HTML that a template made once, with holes that are filled for every request."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Characters that no text has: Unicode keeps them for private use.
_OPENS, _CLOSES = "\ue000", "\ue001"
_HOLE = re.compile(f"{_OPENS}([^{_CLOSES}]*){_CLOSES}")


def hole(name: str) -> str:
    """What a template writes where `name` is to be filled in."""
    return f"{_OPENS}{name}{_CLOSES}"


class Stencil:
    """The page around a list costs more to render than the list: it is rendered once."""

    def __init__(self, html: str) -> None:
        parts = _HOLE.split(html)
        self._parts, self._names = parts, list(enumerate(parts))[1::2]

    def fill(self, holes: Mapping[str, str]) -> str:
        """The HTML with every hole filled; what is put in must be HTML itself, or escaped.

        Holes of a name that is not given stay empty.
        """
        parts = self._parts.copy()
        for position, name in self._names:
            parts[position] = holes.get(name, "")
        return "".join(parts)
