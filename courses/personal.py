"""Which courses fit the reader, and which places are kept for the reader's university.

Both are asked of the app that knows the rules and what somebody studies.

Courses come first and may not import it; it hands its side to `use` when the apps are loaded.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from courses.facets import FITS

if TYPE_CHECKING:
    from courses.catalogue import Catalogue
    from courses.models import Course, Edition
    from vx_portal.http import Person

type Masks = Mapping[str, Mapping[str, int]]


class Judge(Protocol):
    """Who knows which courses the rules allow to whom."""

    def studies_of(self, user: Person) -> Hashable | None:
        """What the rules look at of `user`; None for who is no student."""

    def ways(self, studies: Any, course: Course) -> Iterable[str]:
        """As what `course` may count for such a student: values of the facet FITS."""

    def kept_for(self, user: Person, editions: Collection[int]) -> Mapping[int, int]:
        """How many kept places of these editions `user` could get, where there are any."""


_judge: list[Judge] = []


def use(judge: Judge) -> None:
    """From now on `judge` is asked."""
    _judge[:] = [judge]


def masks_for(user: Person, catalogue: Catalogue) -> Masks:
    """The entries that fit `user`, by way; nothing for visitors and staff, who are not asked.

    Worked out once for all students of the same studies: a changed rule makes a new catalogue.
    """
    studies = _judge[0].studies_of(user) if _judge and user.is_authenticated else None
    if studies is None:
        return {}
    key = "fits", studies
    if key not in catalogue.fragments:
        catalogue.fragments[key] = _file(studies, catalogue)
    return {FITS.name: catalogue.fragments[key]}


def kept_for(user: Person, editions: Collection[int]) -> Mapping[int, int]:
    """Of these editions, how many places are kept for `user`'s university and still free.

    At most one query; none for visitors, or when `editions` is empty.
    """
    if not (_judge and editions and user.is_authenticated):
        return {}
    return _judge[0].kept_for(user, editions)


def mark_kept(user: Person, editions: Iterable[Edition]) -> None:
    """Let each edition count the places that are kept for `user`'s university in what is `left`."""
    by_key = {edition.pk: edition for edition in editions if edition.kept_left}
    for pk, number in kept_for(user, by_key).items():
        by_key[pk].kept_for_reader = number


def masks_of_places(catalogue: Catalogue, kept: Mapping[int, int]) -> Masks:
    """The filter on free places for who could get those that are `kept`."""
    if not kept:
        return {}
    mask = catalogue.masks["places"]["free"]
    for position, entry in catalogue.entries.items():
        if entry.edition and entry.edition.pk in kept:
            mask |= 1 << position
    return {"places": {"free": mask}}


def _file(studies: Any, catalogue: Catalogue) -> dict[str, int]:
    """The mask of each way that some course has, in the order people see them in."""
    masks = dict.fromkeys(FITS.known or {}, 0)
    for number, course in enumerate(catalogue.courses):
        for way in _judge[0].ways(studies, course):
            masks[way] |= 1 << number
    return {way: catalogue.spread(mask) for way, mask in masks.items() if mask}
