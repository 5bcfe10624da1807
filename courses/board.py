"""The catalogue's pieces as people see them: rows of the board, filters, chips."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from courses.catalogue import Catalogue, Entry
from courses.facets import EVERY, FITS
from courses.personal import Masks
from courses.search import plain
from courses.selection import SORTS, Found, Selection
from courses.stencil import hole

NOTHING: Mapping[int, int] = {}
FEW = 5  # places left from which on a row draws attention to them
SHORT_LIST = 8  # values of a facet that are always in sight

# Facets that are one question to the reader stand together; those named open stand open.
GROUPS: list[tuple[str | Promise, tuple[str, ...]]] = [
    (FITS.label, (FITS.name,)),
    (_("Applications"), ("open", "places")),
    (_("Field of study"), ("field",)),
    (_("Level"), ("level", "number")),
    (_("Period"), ("period",)),
    (_("Credits (EC)"), ("ec",)),
    (_("University"), ("university",)),
    (_("Assessment and exam"), ("assessment", "exam", "month")),
    (_("Language of instruction"), ("language",)),
    (_("Honours"), ("honours",)),
]
OPEN_GROUPS = {FITS.name, "open", "field", "level"}


def rows(
    catalogue: Catalogue, positions: list[int], kept: Mapping[int, int] = NOTHING
) -> list[str]:
    """The rows at `positions`, each rendered once per language and number of free places.

    `kept`: by edition, how many more places there are for this reader.
    """
    language = get_language()
    found = []
    for position in positions:
        edition = catalogue.entries[position].edition
        more = kept.get(edition.pk, 0) if kept and edition else 0
        free = catalogue.free_places(position)
        key = "row", language, position, more
        known = catalogue.fragments.get(key)
        if known is None or known[0] != free:
            context = row_context(catalogue, position, free, more)
            known = free, render_to_string("courses/_departure.html", context)
            catalogue.fragments[key] = known
        found.append(known[1])
    return found


def row_context(
    catalogue: Catalogue, position: int, free: int | None, kept: int = 0
) -> dict[str, object]:
    if free is not None:
        free += kept
    entry = catalogue.entries[position]
    edition = entry.edition
    return {
        "course": entry.course,
        "university": entry.course.university,
        "edition": edition,
        "assessment": entry.assessment,
        "title_language": title_language(entry),
        "free": free,
        "kept": kept,
        "is_few": free is not None and 0 < free <= FEW,
        "is_running": edition is not None and edition.starts_on < catalogue.day,
        "applications": applications(entry, catalogue),
        "closes_in": closes_in(entry, catalogue),
        "others": catalogue.other_editions(position),
    }


def title_language(entry: Entry) -> str:
    """The language of the title that is shown: ours where we made one, else the host's."""
    language = (get_language() or "nl")[:2]
    return language if getattr(entry.course, f"title_{language}") else entry.course.language


def applications(entry: Entry, catalogue: Catalogue) -> str:
    """Whether one can apply: open, later, closed, or unknown."""
    edition = entry.edition
    if edition is None or edition.applications_close_on is None:
        return "unknown"
    if edition.applications_open(catalogue.day):
        return "open"
    opens = edition.applications_open_on
    return "later" if opens and opens > catalogue.day else "closed"


def closes_in(entry: Entry, catalogue: Catalogue) -> int | None:
    """Days until applications close, in the last week."""
    if applications(entry, catalogue) != "open":
        return None
    days = (entry.edition.applications_close_on - catalogue.day).days  # type: ignore[union-attr, operator]
    return days if days <= 7 else None


class Sort(NamedTuple):
    """An order to choose; the one that the words call for by themselves has no value."""

    value: str
    label: str | Promise
    selected: bool


def sorts(selection: Selection) -> list[Sort]:
    return [
        Sort("" if name == selection.default_sort else name, label, name == selection.sort)
        for name, label in SORTS.items()
        if name != "relevance" or selection.words
    ]


class Chip(NamedTuple):
    """Something that was chosen, and the address without it."""

    facet: str | Promise
    label: str
    query: str


def chips(selection: Selection) -> list[Chip]:
    found = []
    if selection.words:
        found.append(Chip("", f"“{selection.words}”", selection.without("q").query))
    for name, values in selection.chosen.items():
        facet = EVERY[name]
        for value in values:
            query = selection.without(name, value).query
            found.append(Chip(facet.label, facet.label_of(value), query))
    return found


class Way(NamedTuple):
    """A filter that can be left out when nothing was found, and what it then gives."""

    label: str
    query: str
    courses: int


def drops(found: Found) -> list[Way]:
    selection = found.selection
    ways = []
    for drop in found.drops:
        if drop.facet == "q":
            label = f"“{selection.words}”"
        else:
            facet = EVERY[drop.facet]
            label = ", ".join(map(facet.label_of, selection.chosen[drop.facet]))
        ways.append(Way(label, selection.without(drop.facet).query, drop.count))
    return ways


def counts_of(found: Found) -> str:
    """Every filter with its count, and a star when it is ticked: `university.UQ:3*`."""
    chosen = found.selection.chosen
    return " ".join(
        f"{name}.{value}:{count}{'*' if value in chosen.get(name, ()) else ''}"
        for name, counts in found.counts.items()
        for value, count in counts.items()
    )


class Choice(NamedTuple):
    """One value of a facet, with a hole for whether it is ticked and one for its count."""

    value: str
    label: str
    colour: str  # of a university
    state: str
    number: str


class Group(NamedTuple):
    """Facets under one heading."""

    label: str | Promise
    state: str
    facets: list[tuple[str, str | Promise, list[Choice], list[Choice]]]


def facet_groups(catalogue: Catalogue, personal: Masks) -> list[Group]:
    """The filters in the reader's language; of a long list, the rest apart."""
    colours = {c.university.code: c.university for c in catalogue.courses}
    masks = {**catalogue.masks, **personal}
    groups = []
    for label, names in GROUPS:
        facets = []
        for name in names:
            choices = [
                Choice(
                    value,
                    colours[value].local_name if name == "university" else _label(name, value),
                    colours[value].line_colour if name == "university" else "",
                    hole(f"{name}.{value}"),
                    hole(f"{name}.{value}#"),
                )
                for value in masks.get(name, ())
            ]
            if name == "university":
                choices.sort(key=lambda choice: plain(choice.label))
            if choices:
                facets.append((name, EVERY[name].label, *_cut(choices)))
        if facets:
            groups.append(Group(label, hole(f"group.{names[0]}"), facets))
    return groups


def facet_holes(found: Found) -> dict[str, str]:
    """What fills the holes of facet_groups for what was found."""
    holes = {}
    chosen = found.selection.chosen
    for name, counts in found.counts.items():
        ticked = chosen.get(name, ())
        for value, count in counts.items():
            holes[f"{name}.{value}#"] = str(count)
            if value in ticked:
                holes[f"{name}.{value}"] = " checked"
            elif not count:
                holes[f"{name}.{value}"] = " disabled"
    for _heading, names in GROUPS:
        if names[0] in OPEN_GROUPS or any(name in chosen for name in names):
            holes[f"group.{names[0]}"] = " open"
    return holes


def _label(name: str, value: str) -> str:
    return EVERY[name].label_of(value)


def _cut(choices: list[Choice]) -> tuple[list[Choice], list[Choice]]:
    """Those always in sight, and the rest where that is more than a few."""
    few = len(choices) <= SHORT_LIST + 2
    return (choices, []) if few else (choices[:SHORT_LIST], choices[SHORT_LIST:])
