"""The migrations that are there make the database that the models say."""

from __future__ import annotations

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import translation

OURS = {"courses", "accounts", "paperwork", "enrolments", "exams", "grades", "privacy"}


def missing(models: ProjectState) -> set[str]:
    """The apps of ours that need one more migration to get to `models`."""
    loader = MigrationLoader(None)
    detector = MigrationAutodetector(loader.project_state(), models)
    with translation.override(None):  # as makemigrations writes them
        return OURS & detector.changes(graph=loader.graph).keys()


def test_none_is_missing() -> None:
    assert missing(ProjectState.from_apps(apps)) == set()


def test_a_missing_one_would_be_seen() -> None:
    """The control: one field less, and a rule that is laid down nowhere."""
    models = ProjectState.from_apps(apps)
    models.remove_field("accounts", "user", "language")
    models.models["courses", "edition"].options["constraints"] = []

    assert missing(models) == {"accounts", "courses"}
