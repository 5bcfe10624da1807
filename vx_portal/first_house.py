"""What a university starts with: its names, faculties, programmes, rules and settings, from a file.

`houses/` has examples. The office changes all of it afterwards, at Office.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from courses.house import SETTINGS, Setting
from courses.models import EmailDomain, Faculty, Programme, University
from courses.services.offer import offer_changed
from enrolments.models import FacultyRules, PortalRules
from enrolments.services.rules import save_rules
from paperwork.forms.settings import SettingForm
from paperwork.models import SettingVersion
from paperwork.services.settings import save_setting

PARTS = {"university", "settings", "rules", "faculties", "programmes"}


class HouseError(Exception):
    """The file cannot be followed; the message says where, and nothing has been written."""


def read(path: Path) -> dict[str, Any]:
    """The file at `path`. Raises HouseError."""
    try:
        plan = json.loads(path.read_text())
    except OSError:
        raise HouseError(f"{path} cannot be read.") from None
    except ValueError as error:
        raise HouseError(f"{path} is not JSON: {error}") from None
    if not isinstance(plan, dict) or not plan.keys() <= PARTS or "university" not in plan:
        raise HouseError(f"{path} holds {', '.join(sorted(PARTS))}; the university must be there.")
    return plan


@transaction.atomic
def begin(plan: Mapping[str, Any]) -> University:
    """Make all that `plan` says, or nothing. Raises HouseError, also where there is a house."""
    if home := University.objects.filter(is_home=True).first():
        raise HouseError(f"This is the portal of {home.name} already.")
    facts = dict(plan["university"])
    domains = facts.pop("domains", [])
    home = _made("university", University, {**facts, "is_home": True})
    for domain in domains:
        _made("university", EmailDomain, {"university": home, "domain": domain})
    for row in plan.get("faculties", []):
        _faculty(dict(row))
    known = {faculty.code: faculty for faculty in Faculty.objects.all()}
    for row in plan.get("programmes", []):
        _programme(row, known)
    settle(plan)
    rules = PortalRules.now()
    _set("rules", rules, plan.get("rules", {}))
    save_rules(rules)
    offer_changed()
    return home


@transaction.atomic
def settle(plan: Mapping[str, Any]) -> None:
    """Set the settings of `plan` that nobody has set. Raises HouseError."""
    for name, value in plan.get("settings", {}).items():
        if SettingVersion.objects.filter(name=name).exists():
            continue
        if name not in SETTINGS:
            raise HouseError(f"settings: there is none called {name}.")
        setting = SETTINGS[name]
        typed = {**SettingForm.typed(setting, value), "seen": 0}
        form = SettingForm(typed, setting=setting, value=setting.initial(), seen=0)
        if form.is_valid():
            save_setting(name, form.stored(), seen=0, by=None)
        elif not _is_initial(setting, value):
            raise HouseError(f"settings: {name}: {_first(form.errors.as_data())}")


def _is_initial(setting: Setting, value: Any) -> bool:
    """Whether the file only says what holds anyhow."""
    try:
        return bool(setting.load(value) == setting.initial())
    except (ValueError, TypeError, KeyError):
        return False


def _faculty(row: dict[str, Any]) -> None:
    rules = row.pop("rules", {})
    faculty = _made("faculties", Faculty, row)
    if rules:
        own = FacultyRules(faculty=faculty)
        _set(f"faculties: {faculty.code}", own, rules)
        save_rules(own)


def _programme(row: Any, faculties: Mapping[str, Faculty]) -> None:
    if not isinstance(row, list) or len(row) != 4 or row[0] not in faculties:
        raise HouseError(f"programmes: {row}: give faculty, name in Dutch, in English, level.")
    code, name_nl, name_en, level = row
    facts = {"name_nl": name_nl, "name_en": name_en, "level": level, "faculty": faculties[code]}
    _made("programmes", Programme, facts)


def _made[M: models.Model](part: str, model: type[M], facts: Mapping[str, Any]) -> M:
    row = model()
    _set(part, row, facts)
    row.save()
    return row


def _set(part: str, row: models.Model, facts: Mapping[str, Any]) -> None:
    """Give `row` the values, each a field of it, and check the whole."""
    fields = {field.name for field in row._meta.fields if field.editable and field.name != "id"}
    if unknown := facts.keys() - fields:
        raise HouseError(f"{part}: there is no {', '.join(sorted(unknown))}.")
    for name, value in facts.items():
        setattr(row, name, value)
    try:
        row.full_clean()
    except ValidationError as refusal:
        raise HouseError(f"{part}: {row}: {_first(refusal.error_dict)}") from None


def _first(errors: Mapping[str, Any]) -> str:
    name, found = next(iter(errors.items()))
    return f"{name}: {found[0].messages[0]}"
