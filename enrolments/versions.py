"""The rules as the office reads them: what holds where, and what each version changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext as _

from courses.models import Faculty, Programme, University
from enrolments.forms.rules import in_words
from enrolments.models import (
    Enrolment,
    FacultyRules,
    HostRules,
    PortalRules,
    ProgrammeRules,
    RulesVersion,
)
from enrolments.rulebook import HOME_SETTINGS, Rulebook

LABELS = {name: PortalRules._meta.get_field(name).verbose_name for name in HOME_SETTINGS}  # type: ignore[union-attr]


class Setting(NamedTuple):
    """One setting somewhere: its value, and whether it is said there or comes from above."""

    label: str
    value: str
    is_own: bool


def settings_of(book: Rulebook, faculty: int | None, programme: int | None) -> list[Setting]:
    """What holds for a faculty or a programme, in the order of HOME_SETTINGS."""
    rows, key = (book.programmes, programme) if programme else (book.faculties, faculty)
    own = rows.get(str(key), {})
    return [
        Setting(
            str(LABELS[name]),
            in_words(book.setting(name, faculty, programme)),
            own.get(name) is not None,
        )
        for name in HOME_SETTINGS
    ]


def above(book: Rulebook, faculty: int | None) -> dict[str, Any]:
    """What holds where a faculty (None) or one of its programmes says nothing."""
    return {name: book.setting(name, faculty, None) for name in HOME_SETTINGS}


class Change(NamedTuple):
    """One setting that another version has otherwise."""

    where: str
    what: str
    before: str
    after: str


LEVELS: tuple[tuple[str, type[models.Model]], ...] = (
    ("portal", PortalRules),
    ("faculties", FacultyRules),
    ("programmes", ProgrammeRules),
    ("hosts", HostRules),
)


SWITCHES = ("own_form", "no_extracurricular")  # off, unless somebody says so


class Names:
    """The names of what rules are about. Three queries."""

    def __init__(self) -> None:
        self.of = {
            "faculties": {str(row.pk): row.name for row in Faculty.objects.all()},
            "programmes": {str(row.pk): str(row) for row in Programme.objects.all()},
            "hosts": {str(row.pk): str(row) for row in University.objects.all()},
        }

    def name(self, level: str, key: str) -> str:
        return self.of[level].get(key, _("no longer there"))


def changes(before: dict[str, Any], after: dict[str, Any], names: Names) -> list[Change]:
    """What `after` has otherwise than `before`, from the portal down to the hosts."""
    found = []
    for level, model in LEVELS:
        old, new = before.get(level, {}), after.get(level, {})
        if level == "portal":
            found += _differences(_("Portal"), model, old, new)
            continue
        named = sorted((names.name(level, key), key) for key in {*old, *new})
        for name, key in named:
            found += _differences(name, model, old.get(key, {}), new.get(key, {}))
    return found


def _differences(
    where: str, model: type[models.Model], old: dict[str, Any], new: dict[str, Any]
) -> list[Change]:
    order = {field.name: number for number, field in enumerate(model._meta.fields)}
    return [
        Change(where, _label(model, name), _said(old.get(name)), _said(new.get(name)))
        for name in sorted({*new, *old}, key=lambda name: order.get(name, len(order)))
        if _plain(name, old.get(name)) != _plain(name, new.get(name))
    ]


def _plain(name: str, value: Any) -> Any:
    """What counts as the same: a text that is empty, and a switch that nobody has touched."""
    return None if value == "" or (name in SWITCHES and not value) else value


def _said(value: Any) -> str:
    if value is None:
        return _("as the rule above")
    if isinstance(value, str):
        try:
            return in_words(Decimal(value))
        except ArithmeticError:
            return value or in_words(None)
    return in_words(value)


def _label(model: type[models.Model], name: str) -> str:
    if name == "no_extracurricular":
        return str(Faculty._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


class Version(NamedTuple):
    """A version, what it changed, and how many cases were last judged by it."""

    row: RulesVersion
    changes: list[Change]
    is_first: bool
    cases: int


def with_changes(rows: list[RulesVersion]) -> list[Version]:
    """`rows`, the latest first, each with what it changed of the one before. Five queries."""
    if not rows:
        return []
    earlier = RulesVersion.objects.filter(pk__lt=rows[-1].pk).order_by("-pk").first()
    names = Names()
    counts = dict(
        Enrolment.objects.filter(rules__in=rows)
        .order_by()
        .values_list("rules")
        .annotate(models.Count("pk"))
    )
    found = []
    for row, before in zip(rows, [*rows[1:], earlier], strict=True):
        changed = changes(before.rules, row.rules, names) if before else []
        found.append(Version(row, changed, before is None, counts.get(row.pk, 0)))
    return found
