"""What somebody chose in the catalogue: read from an address, found, and written as an address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce
from itertools import islice
from operator import or_
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from courses.catalogue import Catalogue
from courses.facets import EVERY, read_value
from courses.personal import Masks
from courses.search import MAX_QUERY, read_query

if TYPE_CHECKING:
    from django.http import QueryDict

PAGE_SIZE = 20
SORTS = {
    "relevance": _("relevance"),
    "start": _("start date"),
    "deadline": _("application deadline"),
    "ec": _("credits (EC)"),
    "title": _("title"),
}
NONE: Masks = {}
MAX_UNKNOWN = 3  # values that a message names


@dataclass(frozen=True, slots=True)
class Selection:
    """Words to search for, values per facet, an order and a page; all of them known to exist."""

    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "start"
    page: int = 1
    unknown: tuple[str, ...] = ()  # values in the address that no facet has
    is_cut: bool = False  # the words were longer than we read

    @property
    def default_sort(self) -> str:
        return "relevance" if self.words else "start"

    @property
    def is_empty(self) -> bool:
        """Whether it leaves nothing out."""
        return not self.words and not self.chosen

    @property
    def query(self) -> str:
        """The one way to write it in an address: `?` and all that is not left to the default."""
        pairs = [("q", self.words)] if self.words else []
        pairs += [(name, value) for name, values in self.chosen.items() for value in values]
        if self.sort != self.default_sort:
            pairs.append(("sort", self.sort))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return "?" + "&".join(_pair(*pair) for pair in pairs) if pairs else ""

    def on_page(self, page: int) -> Selection:
        return replace(self, page=page)

    def with_words(self, words: str) -> Selection:
        return replace(self, words=words, page=1)

    def without(self, facet: str, value: str = "") -> Selection:
        """Without a value, without a whole facet, or (`q`) without the words; on page 1."""
        if facet == "q":
            sort = "start" if self.sort == "relevance" else self.sort
            return replace(self, words="", sort=sort, page=1)
        chosen = dict(self.chosen)
        left = tuple(each for each in chosen.pop(facet, ()) if value and each != value)
        if left:
            chosen = {n: left if n == facet else v for n, v in self.chosen.items()}
        return replace(self, chosen=chosen, page=1)


@lru_cache(maxsize=4096)
def _pair(name: str, value: str) -> str:
    return urlencode({name: value})


def read_selection(params: QueryDict, catalogue: Catalogue, personal: Masks = NONE) -> Selection:
    """What an address asks for. Nothing in it is an error: what we do not know is left out."""
    masks = {**catalogue.masks, **personal}
    typed = " ".join(params.get("q", "").replace("\0", " ")[: 50 * MAX_QUERY].split())
    words = typed[:MAX_QUERY].strip()
    chosen: dict[str, tuple[str, ...]] = {}
    unknown: list[str] = []
    for name in EVERY:
        if name not in params or name not in masks:
            continue
        known = {value.casefold(): value for value in masks[name]}
        asked = {read_value(name, each.strip()).casefold(): each for each in params.getlist(name)}
        values = {known[each] for each in asked if each in known}
        unknown += [typed for each, typed in asked.items() if each and each not in known]
        if values:
            chosen[name] = tuple(value for value in masks[name] if value in values)
    page = params.get("page", "")
    sort = params.get("sort", "")
    if sort not in SORTS or (sort == "relevance" and not words):
        sort = "relevance" if words else "start"
    return Selection(
        words=words,
        chosen=chosen,
        sort=sort,
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
        unknown=tuple(value[:40] for value in unknown[:MAX_UNKNOWN]),
        is_cut=len(typed) > MAX_QUERY,
    )


@dataclass(frozen=True, slots=True)
class Drop:
    """Something to leave out, and how many courses there are then."""

    facet: str  # or "q"
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a selection gives: a page of entries, and the count beside each value of each facet."""

    selection: Selection  # with a page that exists
    count: int
    pages: int
    positions: list[int]
    counts: dict[str, dict[str, int]]
    drops: list[Drop]  # when nothing was found: what helps most first
    suggestion: str = ""  # other words that are found


def find(catalogue: Catalogue, selection: Selection, personal: Masks = NONE) -> Found:
    """The page of `selection` in `catalogue`. All filters hold for one and the same edition."""
    every = {**catalogue.masks, **personal}
    words = read_query(selection.words)
    ranked = catalogue.index.search(words) if words else [catalogue.all_courses]
    if selection.words and not words:  # only signs, such as "???"
        ranked = []
    with_words = catalogue.spread(_union(ranked))
    picked = {
        name: _union(every[name][value] for value in values)
        for name, values in selection.chosen.items()
    }
    matching = with_words
    for mask in picked.values():
        matching &= mask
    count = catalogue.fold(matching).bit_count()
    pages = max(1, -(-count // PAGE_SIZE))
    selection = replace(selection, page=max(1, min(selection.page, pages)))
    counts = {}
    for name, masks in every.items():
        others = _without(picked, name, with_words) if name in picked else matching
        counts[name] = {v: catalogue.fold(others & mask).bit_count() for v, mask in masks.items()}
    drops, suggestion = [], ""
    if not count:
        drops = [
            Drop(name, catalogue.fold(_without(picked, name, with_words)).bit_count())
            for name in picked
        ]
        if selection.words:
            everything = _without(picked, "", catalogue.everything)
            drops.append(Drop("q", catalogue.fold(everything).bit_count()))
        drops = sorted((drop for drop in drops if drop.count), key=lambda drop: -drop.count)
        if words and not with_words and (other := catalogue.index.suggest(words)) != words:
            suggestion = " ".join(other) if catalogue.index.search(other) else ""
    positions = _page(catalogue, selection, matching, ranked)
    return Found(selection, count, pages, positions, counts, drops, suggestion)


def _union(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def _without(picked: Mapping[str, int], name: str, mask: int) -> int:
    """`mask` and all that was picked, but for the facet `name`."""
    for other, values in picked.items():
        if other != name:
            mask &= values
    return mask


def _page(
    catalogue: Catalogue, selection: Selection, matching: int, ranked: list[int]
) -> list[int]:
    """The positions of the entries on the selection's page."""
    language = (get_language() or "nl")[:2]
    chosen = catalogue.first_entries(matching)
    by_rank = [catalogue.spread(mask) & chosen for mask in ranked]
    order = catalogue.order("start" if selection.sort == "relevance" else selection.sort, language)
    groups = by_rank if selection.sort == "relevance" else [chosen]
    width = catalogue.size * catalogue.layers
    bits = [f"{mask:0{width}b}"[::-1] for mask in groups if mask]
    in_order = (position for each in bits for position in order if each[position] == "1")
    first = (selection.page - 1) * PAGE_SIZE
    return list(islice(in_order, first, first + PAGE_SIZE))
