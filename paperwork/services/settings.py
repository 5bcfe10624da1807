"""Settling what the office may settle: every value is a new row, and the one before it stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from courses.house import SETTINGS, Kind
from courses.services.offer import offer_changed
from paperwork.models import SettingVersion
from paperwork.services.events import record

SHORT = set(Kind) - {Kind.LOGO}  # what an event can say


class StaleSettingError(Exception):
    """Somebody else has set it in the meantime."""


def read() -> Mapping[str, Any]:
    """The value that holds of each setting that has ever been set. One query."""
    return dict(SettingVersion.objects.newest().values_list("name", "value"))


@transaction.atomic
def save_setting(
    name: str, value: Any, *, seen: int, by: User | None, why: str = ""
) -> SettingVersion:
    """Set `name` to `value` (as JSON keeps it; None: as it is until anybody sets it).

    `seen` is the number of the version that holds for whoever decides, 0 when there is none. From
    the commit on every process goes by it, and what was kept rendered is dropped. Raises
    StaleSettingError when another version has come since `seen`; then nothing has changed.
    """
    before = SettingVersion.objects.filter(name=name).order_by("-number").first()
    if (before.number if before else 0) != seen:
        raise StaleSettingError
    row = SettingVersion(
        name=name, number=seen + 1, value=value, by=by, by_name=str(by or "")[:150], why=why
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # of two at once, the one that came second
        raise StaleSettingError from None
    details: dict[str, Any] = {"setting": name, "version": row.number}
    if name in SETTINGS and SETTINGS[name].kind in SHORT:
        details |= {"from": before.value if before else None, "to": value}
    record(row, "set", by=by, role="office", reason=why, details=details)
    offer_changed()
    return row
