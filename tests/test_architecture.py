"""The shape of the code, kept: who may import whom, one gate for reading, small files."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

ROOT: Path = settings.BASE_DIR
# A later one may import an earlier one, never back.
APPS = ["courses", "accounts", "paperwork", "enrolments", "exams", "grades", "privacy"]
LARGEST = 400  # lines of a Python file
# allauth makes these rows; each belongs to one person, and no page of ours lists them.
NO_GATE = {"OfferVersion", "EmailDomain", "LiveSession", "Video"}

Import = tuple[str, int, bool]  # module, line, for types only


def python_files(*folders: str) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def is_for_types(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def imports_of(tree: ast.AST, for_types: bool = False) -> Iterator[Import]:
    """Every import in `tree`, those inside functions too."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.Import():
                yield from ((alias.name, node.lineno, for_types) for alias in node.names)
            case ast.ImportFrom(module=str(module)):
                yield from ((f"{module}.{a.name}", node.lineno, for_types) for a in node.names)
            case ast.If() if is_for_types(node.test):
                yield from imports_of(node, for_types=True)
            case _:
                yield from imports_of(node, for_types)


def forbidden_imports(app: str, source: str) -> list[str]:
    """Imports in `source`, a file of `app`, that point the wrong way."""
    allowed = {*APPS[: APPS.index(app) + 1], "vx_portal.http"}
    found = []
    for module, line, for_types in imports_of(ast.parse(source)):
        package = module.partition(".")[0]
        ours = package in APPS or package == "vx_portal"
        allowed_here = package in allowed or module.startswith("vx_portal.http.")
        allowed_here |= module == "vx_portal.http"
        if ours and not for_types and not allowed_here:
            found.append(f"{module} in line {line}")
    return found


@pytest.mark.parametrize(
    "app", [app for app in APPS if (ROOT / app).is_dir()], ids=lambda app: str(app)
)
def test_imports_point_one_way(app: str) -> None:
    found = {
        str(path.relative_to(ROOT)): wrong
        for path in python_files(app)
        if (wrong := forbidden_imports(app, path.read_text()))
    }

    assert found == {}


def test_a_wrong_import_would_be_seen() -> None:
    source = "def f():\n    from accounts.models import User\n    import vx_portal.urls"

    assert len(forbidden_imports("courses", source)) == 2
    assert forbidden_imports("accounts", source.splitlines()[1].strip()) == []
    typed = "if TYPE_CHECKING:\n    from accounts.models import User"
    assert forbidden_imports("courses", typed) == []


def ungated_reads(source: str) -> list[str]:
    """Places in a view's `source` that reach rows by another way than visible_to()."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Attribute(attr="objects"), attr=method):
                ungated = method != "visible_to"
            case ast.Call(func=ast.Name("get_object_or_404" | "get_list_or_404"), args=[rows, *_]):
                ungated = ast.unparse(rows).rpartition(".")[2][:1].isupper()  # a model, not rows
            case _:
                continue
        if ungated:
            found.append(f"{ast.unparse(node)} in line {node.lineno}")
    return found


def view_files() -> list[Path]:
    views = [p for app in APPS if (ROOT / app).is_dir() for p in python_files(f"{app}/views")]
    return views + [
        ROOT / "vx_portal" / name
        for name in (
            "home.py",
            "texts.py",
            "office.py",
            "background.py",
            "reports/views.py",
            "reports/public.py",
        )
    ]


def test_views_read_through_the_one_gate() -> None:
    found = {
        str(path.relative_to(ROOT)): ungated
        for path in view_files()
        if path.exists() and (ungated := ungated_reads(path.read_text()))
    }

    assert found == {}


@pytest.mark.parametrize(
    "read",
    [
        "Course.objects.filter(pk=1)",
        "models.Course.objects.get(pk=1)",
        "get_object_or_404(Course, pk=1)",
    ],
)
def test_an_ungated_read_would_be_seen(read: str) -> None:
    assert len(ungated_reads(read)) == 1
    assert ungated_reads("get_object_or_404(Course.objects.visible_to(user), pk=1)") == []


def own_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if m._meta.app_label in APPS]


def test_every_model_has_the_gate() -> None:
    without = {
        model.__name__
        for model in own_models()
        if not hasattr(model._default_manager, "visible_to") and not model._meta.auto_created
    }

    assert without == NO_GATE


def constrained_values(model: type[models.Model], field: str) -> bool:
    """Whether a CHECK of `model` restricts `field` to a list of values."""

    def mentions(condition: object) -> bool:
        if isinstance(condition, models.Q):
            return any(mentions(child) for child in condition.children)
        return isinstance(condition, tuple) and condition[0] in {f"{field}__in"}

    return any(
        isinstance(constraint, models.CheckConstraint) and mentions(constraint.condition)
        for constraint in model._meta.constraints
    )


def test_every_field_with_choices_is_constrained_in_the_database() -> None:
    open_ended = [
        f"{model.__name__}.{field.name}"
        for model in own_models()
        for field in model._meta.get_fields()
        if getattr(field, "choices", None) and not constrained_values(model, field.name)
    ]

    assert open_ended == []


def test_no_file_does_the_work_of_two() -> None:
    folders = [
        folder for folder in (*APPS, "vx_portal", "tests", "bench") if (ROOT / folder).is_dir()
    ]
    long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files(*folders)
        if (lines := len(path.read_text().splitlines())) > LARGEST
    }

    assert long == {}


def test_no_place_for_what_has_no_place() -> None:
    forbidden = {"utils.py", "helpers.py", "common.py", "misc.py", "signals.py", "admin.py"}
    folders = [folder for folder in (*APPS, "vx_portal") if (ROOT / folder).is_dir()]

    assert [p for p in python_files(*folders) if p.name in forbidden] == []


def test_types_are_checked_strictly_everywhere() -> None:
    """`make check` runs mypy, strict, over every app; nothing is left out without saying what."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]
    assert told["strict"] is True
    assert set(told["packages"]) == {*APPS, "vx_portal"}
    assert "ignore-without-code" in told["enable_error_code"]
    assert "-m mypy" in (ROOT / "Makefile").read_text()
