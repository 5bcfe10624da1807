"""What visitors can choose from, kept in memory: searched and filtered without the database.

Every entry (a course with one of its editions) is a bit. A facet's value is the mask of the entries
that have it, so any combination of filters, and the count of every value beside it, is a few
operations on whole numbers. What is kept is dropped when the offer's version or the day changes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone, translation

from courses import isced
from courses.facets import FACETS, Facet
from courses.models import Course, Edition
from courses.search import Index, Weight, plain
from courses.services.offer import offer_version

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES_AGE = 5.0  # seconds that the number of free places may be old
LAST = date.max


@dataclass(frozen=True, slots=True)
class Entry:
    """A course with one of its current editions, or with none: no dates are known yet."""

    course: Course
    edition: Edition | None

    @property
    def assessment(self) -> str:
        """How it is assessed this time, else in general."""
        return (self.edition.assessment if self.edition else "") or self.course.assessment


@dataclass(frozen=True, slots=True)
class Places:
    """Free places per edition that has a number of them, as they were a moment ago."""

    number: int  # counts up when any of them changed
    version: int  # of the offer, when they were read
    free: dict[int, int]
    kept: frozenset[int] = frozenset()  # editions of which a kept place is free


class Catalogue:
    """The entries of one version of the offer on one day, and everything that finds them.

    Entry `layer * size + n` is course n with its edition number `layer`: shifting a mask by `size`
    lays the editions of a course on each other, which counts courses instead of editions.
    """

    def __init__(self, version: int, day: date) -> None:
        self.version, self.day = version, day
        visitor = AnonymousUser()
        courses = list(
            Course.objects.visible_to(visitor).select_related("university").order_by("pk")
        )
        editions: dict[int, list[Edition]] = {}
        for edition in Edition.objects.visible_to(visitor).current(day).order_by("starts_on", "pk"):
            editions.setdefault(edition.course_id, []).append(edition)
        for of_course in editions.values():
            of_course.sort(key=self._departure)
        self.size = len(courses)
        self.layers = max(map(len, editions.values()), default=1)
        self.all_courses = (1 << self.size) - 1
        self.entries: dict[int, Entry] = {}
        for n, course in enumerate(courses):
            for layer, edition_ in enumerate(editions.get(course.pk) or [None]):
                self.entries[layer * self.size + n] = Entry(course, edition_)
        self.courses = courses
        self.everything = sum(1 << position for position in self.entries)
        self._repeated = sum(1 << (layer * self.size) for layer in range(self.layers))
        self.masks = {name: self._file(facet) for name, facet in FACETS.items()}
        self.index = Index(map(texts_of, courses))
        self.fragments: dict[tuple[object, ...], Any] = {}  # pieces of pages, rendered once
        self._places_filed = -1
        self._free: dict[int, int] = {}
        self.kept: frozenset[int] = frozenset()  # editions of which a kept place is free
        self._orders: dict[tuple[str, str], list[int]] = {}

    def _departure(self, edition: Edition) -> tuple[bool, date]:
        """What one can still apply for comes before what has left."""
        leaves = edition.applications_close_on or edition.starts_on
        return leaves < self.day, edition.starts_on

    def _file(self, facet: Facet) -> dict[str, int]:
        """The mask of each value of `facet`, the values in the order people see them in."""
        masks: dict[str, int] = dict.fromkeys(facet.known or {}, 0)
        for position, entry in self.entries.items():
            for value in facet.values(entry, self.day):
                masks[value] = masks.get(value, 0) | 1 << position
        if facet.name == "field":  # a field that nobody teaches is no choice
            return {value: mask for value, mask in masks.items() if mask}
        return masks if facet.known else dict(sorted(masks.items()))

    def file_places(self, places: Places) -> None:
        """File the entries anew by whether they are full, when that may have changed."""
        self.kept = places.kept
        if places.number == self._places_filed:
            return
        mask = 0
        for position, entry in self.entries.items():
            if entry.edition and places.free.get(entry.edition.pk, 1) > 0:
                mask |= 1 << position
        self.masks["places"] = {"free": mask}
        self._free = places.free
        self._places_filed = places.number

    def free_places(self, position: int) -> int | None:
        """Places left in the edition at `position`; None where the host has set no number."""
        edition = self.entries[position].edition
        return self._free.get(edition.pk) if edition else None

    def other_editions(self, position: int) -> int:
        """How many more current editions the course at `position` has."""
        course = position % self.size
        layers = (course + layer * self.size for layer in range(self.layers))
        return sum(other in self.entries for other in layers) - 1

    def fold(self, mask: int) -> int:
        """The mask of the courses that have an entry in `mask`."""
        folded = mask
        for layer in range(1, self.layers):
            folded |= mask >> (layer * self.size)
        return folded & self.all_courses

    def spread(self, courses: int) -> int:
        """The mask of all entries of `courses`."""
        return courses * self._repeated & self.everything

    def first_entries(self, mask: int) -> int:
        """Of each course in `mask`, the first entry that is in it."""
        seen = chosen = 0
        for layer in range(self.layers):
            here = (mask >> (layer * self.size)) & self.all_courses & ~seen
            seen |= here
            chosen |= here << (layer * self.size)
        return chosen

    def order(self, sort: str, language: str) -> list[int]:
        """The positions of all entries in the order of `sort`."""
        key = sort, language
        if key not in self._orders:
            self._orders[key] = sorted(self.entries, key=self._sort_key(sort, language))
        return self._orders[key]

    def _sort_key(self, sort: str, language: str) -> Callable[[int], tuple[object, ...]]:
        def title(entry: Entry) -> str:
            return plain(getattr(entry.course, f"title_{language}") or entry.course.title)

        def start(entry: Entry) -> tuple[bool, bool, date]:
            if entry.edition is None:
                return True, True, LAST
            return (False, *self._departure(entry.edition))

        def deadline(entry: Entry) -> tuple[int, date]:
            closes = entry.edition.applications_close_on if entry.edition else None
            if closes is None:
                return 1, LAST
            return (0 if closes >= self.day else 2), closes

        def key(position: int) -> tuple[object, ...]:
            entry = self.entries[position]
            tie = start(entry), title(entry), entry.course.university.code, entry.course.pk
            match sort:
                case "deadline":
                    return deadline(entry), *tie
                case "ec":
                    return entry.course.ec is None, entry.course.ec or 0, *tie
                case "title":
                    return title(entry), *tie
            return tie

        return key


def texts_of(course: Course) -> Iterator[tuple[Weight, str]]:
    """What a course can be found by, in both languages whatever the reader's."""
    university = course.university
    yield Weight.TITLE, f"{course.title} {course.title_nl} {course.title_en}"
    yield Weight.CODE, course.code
    yield (
        Weight.UNIVERSITY,
        (
            f"{university.code} {university.name} {university.name_nl} {university.name_en}"
            f" {university.city} {university.city_nl}"
        ),
    )
    for language in ("nl", "en"):
        with translation.override(language):
            yield Weight.UNIVERSITY, university.country_name
            if course.field:
                broad = isced.BROAD[course.broad_field]
                yield Weight.FIELD, f"{course.get_field_display()} {broad}"
    yield (
        Weight.DESCRIPTION,
        (f"{course.about_nl} {course.about_en} {course.outcomes_nl} {course.outcomes_en}"),
    )


@dataclass(slots=True)
class _Kept:
    """What this process holds: the newest catalogue, and free places with when they were read."""

    catalogue: Catalogue | None = None
    places: Places = field(default_factory=lambda: Places(0, -1, {}))
    read_at: float = -PLACES_AGE
    building: Lock = field(default_factory=Lock)
    reading: Lock = field(default_factory=Lock)


_kept = _Kept()


def forget() -> None:
    """Drop what this process holds; for tests, whose database changes under it."""
    _kept.catalogue = None
    _kept.read_at = time.monotonic() - PLACES_AGE
    _kept.places = Places(_kept.places.number + 1, -1, {})


def current_places(version: int) -> Places:
    """Free places at the offer's `version`, at most PLACES_AGE seconds old.

    One query then, by one thread; the others go on with what they have.
    """
    places = _kept.places
    outdated = places.version != version
    if not outdated and time.monotonic() - _kept.read_at < PLACES_AGE:
        return places
    if not _kept.reading.acquire(blocking=outdated):
        return places
    try:
        read_at = time.monotonic()
        counts = Edition.objects.visible_to(AnonymousUser()).exclude(places=None).current()
        rows = counts.order_by().only("places", "taken", "kept", "kept_taken")
        free = {edition.pk: edition.free or 0 for edition in rows}
        kept = frozenset(edition.pk for edition in rows if edition.kept_left)
        changed = (free, kept) != (_kept.places.free, _kept.places.kept)
        _kept.places = Places(_kept.places.number + changed, version, free, kept)
        _kept.read_at = read_at
    finally:
        _kept.reading.release()
    return _kept.places


def current_catalogue() -> Catalogue:
    """The catalogue of the offer as it is now (one query), its places at most PLACES_AGE old."""
    version, day = offer_version(), timezone.localdate()
    places = current_places(version)
    catalogue = _kept.catalogue
    if catalogue is None or (catalogue.version, catalogue.day) != (version, day):
        with _kept.building:
            catalogue = _kept.catalogue
            if catalogue is None or (catalogue.version, catalogue.day) != (version, day):
                catalogue = Catalogue(version, day)
                _kept.catalogue = catalogue
    catalogue.file_places(places)
    return catalogue
