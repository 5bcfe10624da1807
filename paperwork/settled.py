"""The settings as the office reads them: what holds, since when, and what held before."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from courses.house import SETTINGS, Group, Known, Setting, in_words
from paperwork.models import SettingVersion

if TYPE_CHECKING:
    from vx_portal.http import Person


class Row(NamedTuple):
    """A setting with what holds."""

    setting: Setting
    words: str
    version: SettingVersion | None  # None: nobody has ever set it

    @property
    def is_own(self) -> bool:
        """Whether the office has set it."""
        return self.version is not None and self.version.value is not None


class Section(NamedTuple):
    """The settings of one group."""

    group: Group
    rows: list[Row]


def sections(user: Person) -> list[Section]:
    """All settings in their groups. One query."""
    newest = {row.name: row for row in SettingVersion.objects.visible_to(user).newest()}
    found = []
    for group in Group:
        settings = [one for one in SETTINGS.values() if one.group == group]
        rows = [
            Row(one, _said(one, newest.get(one.name)), newest.get(one.name)) for one in settings
        ]
        found.append(Section(group, rows))
    return found


class Past(NamedTuple):
    """One version, as people read it."""

    number: int
    words: str
    is_default: bool
    by: str
    at: datetime
    why: str


def history(setting: Setting, user: Person) -> list[SettingVersion]:
    """Every version of `setting`, the latest first. One query."""
    return list(SettingVersion.objects.visible_to(user).filter(name=setting.name))


def past(setting: Setting, rows: list[SettingVersion]) -> list[Past]:
    """`rows` in words."""
    return [
        Past(row.number, _said(setting, row), row.value is None, row.by_name, row.at, row.why)
        for row in rows
    ]


def value_of(setting: Setting, row: SettingVersion | None) -> Any:
    """What `setting` is by `row`, one of its versions, or by none."""
    values = Known(stored={setting.name: row.value}).values if row else {}
    return values.get(setting.name, setting.initial())


def _said(setting: Setting, row: SettingVersion | None) -> str:
    return in_words(setting, value_of(setting, row))
