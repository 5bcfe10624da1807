"""Every model that leads to a person is in the copy of one's own data, or says why it is not."""

from __future__ import annotations

from functools import cache

import pytest
from django.apps import apps
from django.db import models
from django.utils import translation

from accounts.models import User
from paperwork.models.subject import About
from privacy.labels import label_of, title_of
from privacy.register import EXCLUDED, IN_PARTS, INCLUDED

NAMED = ("_by", "_by_name", "by_name")  # how fields end that hold who it was
LISTED = {*INCLUDED, *IN_PARTS, *EXCLUDED}


@cache
def leads_to_a_person(model: type[models.Model], depth: int = 4) -> bool:
    """By a key, over several if need be; by an address or a name; or by being about something."""
    if model is User or issubclass(model, About):
        return True
    for field in model._meta.concrete_fields:
        if isinstance(field, models.EmailField) or field.name.endswith(NAMED):
            return True
        target = field.related_model
        if isinstance(target, type) and (
            target is User
            or (depth and of_a_person(target) and leads_to_a_person(target, depth - 1))
        ):
            return True
    return False


def of_a_person(model: type[models.Model]) -> bool:
    """Whether rows that belong to one of these belong to a person (and not to, say, a course)."""
    return model._meta.label_lower in INCLUDED or not model._meta.label_lower.startswith(
        ("courses.", "exams.sitting", "exams.exam", "exams.paper", "grades.batch")
    )


def test_every_model_that_leads_to_a_person_is_in_or_says_why_not() -> None:
    found = {
        model._meta.label_lower
        for model in apps.get_models(include_auto_created=True)
        if leads_to_a_person(model)
    }

    assert found - LISTED == set()
    assert LISTED - found == set()  # nothing that has gone


@pytest.mark.parametrize("kind", ["enrolments.savedcourse", "exams.mark", "grades.usisrow"])
def test_one_that_was_forgotten_would_be_seen(kind: str) -> None:
    assert leads_to_a_person(apps.get_model(kind))
    assert kind in LISTED


def test_labels_and_titles_are_dutch_in_dutch() -> None:
    """Also those of packages, and of fields that need no words anywhere else."""
    said: dict[str, set[str]] = {"nl": set(), "en": set()}
    for language, words in said.items():
        with translation.override(language):
            for kind, kept in INCLUDED.items():
                model = apps.get_model(kind)
                words.add(f"{kind}: {title_of(model)}")
                words.update(
                    f"{kind}.{field.name}: {label_of(field)}"
                    for field in [*model._meta.concrete_fields, *model._meta.many_to_many]
                    if field.name not in kept.left_out and field.name != "id"
                    if field.related_model is not User
                )

    assert {line.partition(": ")[2] for line in said["nl"] & said["en"]} == {
        "European Student Identifier",
        "Browser",
        "Filters",
        "Moment",
        "SHA-256",
    }
    assert not {line for line in said["en"] if "_" in line.partition(": ")[2]}


def test_a_model_is_in_one_of_the_tables() -> None:
    assert len(LISTED) == len(INCLUDED) + len(IN_PARTS) + len(EXCLUDED)


def test_what_stays_behind_exists_and_says_why() -> None:
    for kind, kept in INCLUDED.items():
        model = apps.get_model(kind)
        for name, why in kept.left_out.items():
            assert model._meta.get_field(name)
            assert why
        for path in kept.paths:
            assert model._default_manager.filter(**{path: 1}).query
    assert all(EXCLUDED.values())
