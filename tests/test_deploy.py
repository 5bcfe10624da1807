"""Production settings: they refuse to start unsafe, and Django's own checks find nothing."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client, override_settings
from django.utils import timezone
from environ import FileAwareEnv
from environ.fileaware_mapping import FileAwareMapping
from pytest_django import Settings

from tests import factories

PRODUCTION = {
    "SITE_URL": "https://portal.example.org",
    "ALLOWED_HOSTS": "portal.example.org",
    "DATABASE_URL": "postgres://db.example.org/vx?sslmode=verify-full",
    "REDIS_URL": "rediss://redis.example.org",
    "EMAIL_URL": "smtp+tls://mail.example.org:587",
    "SECRET_KEY": "a-key-of-a-test-that-is-long-enough-for-the-checks-0123456789-abcdef",
    "TRUSTED_PROXY_COUNT": "1",
}
DEMO = {"SITE_URL": "http://localhost", "ALLOWED_HOSTS": "localhost", "DEMO": "1"}


def read_settings(patch: pytest.MonkeyPatch, folder: Path, **environment: str) -> dict[str, Any]:
    """What vx_portal/settings makes of `environment`, and of nothing else that is set."""
    for name in [*os.environ]:
        if name not in {"PATH", "HOME", "LANG"}:
            patch.delenv(name)
    for name, value in {"VAR_DIR": str(folder), **environment}.items():
        patch.setenv(name, value)
    patch.setattr(FileAwareEnv, "ENVIRON", FileAwareMapping())  # it remembers what it has read
    for name in [*sys.modules]:
        if name.split(".")[:2] == ["vx_portal", "settings"]:
            patch.delitem(sys.modules, name)
    return dict(vars(importlib.import_module("vx_portal.settings")))


def test_djangos_deployment_checks_find_nothing(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    keep = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}}

    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env={**keep, "VAR_DIR": str(tmp_path), **PRODUCTION},
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stderr


def test_those_checks_would_fail(db: None, settings: Settings) -> None:
    settings.SECRET_KEY = "x" * 40

    with pytest.raises(SystemCheckError, match=r"security\.W009"):
        call_command("check", deploy=True, fail_level="WARNING")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"SITE_URL": "http://portal.example.org"}, "https://"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DEMO": "1"}, "DEMO=1"),
        ({"MAINTENANCE_UNTIL": "at noon"}, "2027-04-14 18:30"),
        ({"SITE_URL": "http://localhost", "DEMO": "1"}, "DEMO=1"),
        ({"CLAMD": "clamav:3310"}, "CLAMD is written"),
        ({"CLAMD": "clamd://clamav"}, "CLAMD is written"),
        ({"CLAMD": "unix://run/clamd.sock"}, "CLAMD is written"),
        ({**DEMO, "CLAMD": "clamd://localhost:3310"}, "leave CLAMD out"),
    ],
    ids=[
        "plain http",
        "any host",
        "no host",
        "no key",
        "short key",
        "demo",
        "no time",
        "demo elsewhere",
        "no kind of scanner",
        "scanner without a port",
        "scanner without a path",
        "demo with a scanner",
    ],
)
def test_it_refuses_to_start_unsafe(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: dict[str, str], says: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=re.escape(says)):
        read_settings(monkeypatch, tmp_path, **{**PRODUCTION, **change})


@pytest.mark.parametrize(
    "address", ["", "unix:///run/scanner/clamd.sock", "clamd://clamav:3310", "clamd://[::1]:3310"]
)
def test_a_scanner_may_be_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str
) -> None:
    given = {"CLAMD": address} if address else {}

    assert read_settings(monkeypatch, tmp_path, **PRODUCTION, **given)["CLAMD"] == address


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(PRODUCTION["SECRET_KEY"])
    given = {k: v for k, v in PRODUCTION.items() if k != "SECRET_KEY"}

    read = read_settings(monkeypatch, tmp_path, **given, SECRET_KEY_FILE=str(key))

    assert read["SECRET_KEY"] == PRODUCTION["SECRET_KEY"]


def test_the_embedded_portal_makes_a_key_that_only_its_owner_reads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = read_settings(monkeypatch, tmp_path)["SECRET_KEY"]
    second = read_settings(monkeypatch, tmp_path)["SECRET_KEY"]

    assert len(first) >= 50
    assert first == second
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_cookies_in_production_are_for_this_host_over_https_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As they go over the wire: `__Host-` wants Secure, Path=/ and no Domain, or is dropped."""
    production = read_settings(monkeypatch, tmp_path, **PRODUCTION)
    cookies = ("SESSION_", "CSRF_", "LANGUAGE_COOKIE", "THEME_COOKIE")
    ours = (*cookies, "SECURE_", "SITE_URL", "HTTPS", "ALLOWED_HOSTS")
    same = {name: value for name, value in production.items() if name.startswith(ours)}
    host = {"HTTP_HOST": "portal.example.org", "secure": True}
    user = factories.StudentFactory.create()
    with override_settings(**same):
        client = Client()
        page = client.get("/en/account/login/", **host)  # type: ignore[arg-type]
        typed = {"login": user.email, "password": factories.PASSWORD}
        answer = client.post("/en/account/login/", typed, **host)  # type: ignore[arg-type]
        display = client.post("/en/account/display/", {"theme": "dark", "language": "nl"}, **host)  # type: ignore[arg-type]
        plain = client.get("/en/", HTTP_HOST="portal.example.org")

    assert answer.status_code == 302
    for given, name in ((page.cookies, "__Host-csrf"), (answer.cookies, "__Host-sid")):
        sent = given[name]
        assert sent["secure"], name
        assert sent["httponly"], name
        assert (sent["path"], sent["domain"], sent["samesite"]) == ("/", "", "Lax"), name
    every = [*page.cookies.values(), *answer.cookies.values(), *display.cookies.values()]
    assert {cookie.key for cookie in every} >= {"__Host-vx_theme", "__Host-vx_language"}
    assert all(cookie["secure"] and not cookie["domain"] for cookie in every)
    assert all(cookie.key.startswith("__Host-") for cookie in every)
    assert plain.headers["Location"] == "https://portal.example.org/en/"
    assert answer.headers["Strict-Transport-Security"] == (
        "max-age=31536000; includeSubDomains; preload"
    )


def test_every_setting_from_the_environment_is_explained() -> None:
    """.env.example has a line for each variable that the settings read, and for no other."""
    folder = settings.BASE_DIR / "vx_portal" / "settings"
    source = "".join(path.read_text() for path in folder.glob("*.py"))
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', source))
    example = (settings.BASE_DIR / ".env.example").read_text()
    explained = {
        name if name in read else name.removesuffix("_FILE")
        for name in re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    }

    assert read == explained


def test_what_the_lock_file_may_not_say() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (settings.BASE_DIR / name).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--index" not in text


def audit(folder: Path, chosen: str, answers: int) -> subprocess.CompletedProcess[str]:
    """`make audit` of a lock file of that day, where what asks about weaknesses ends so."""
    (folder / "lock").write_text(f"#    make lock, on {chosen}\n")
    python = folder / "python"
    python.write_text(
        f'#!/bin/sh\nif [ "$1" = - ]; then exec {sys.executable} "$@"; fi\n'
        f'echo "asked: $*"; exit {answers}\n'
    )
    python.chmod(0o755)
    return subprocess.run(
        [settings.BASE_DIR / ".ci/audit"],
        env={"PATH": os.environ["PATH"], "LOCK": str(folder / "lock"), "PYTHON": str(python)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_packages_that_are_old_or_known_to_be_weak_are_told_of(tmp_path: Path) -> None:
    today = timezone.now().date()

    young, weak = audit(tmp_path, f"{today}", 0), audit(tmp_path, f"{today}", 1)
    old = audit(tmp_path, f"{today - timedelta(days=92)}", 0)
    undated = audit(tmp_path, "some day", 0)

    assert young.returncode == 0, young.stderr
    assert "--strict" in young.stdout  # who cannot be asked is no good answer
    assert f"--requirement {tmp_path}/lock" in young.stdout
    assert weak.returncode == 1
    assert "make lock" in old.stderr
    assert "make lock" in undated.stderr
    assert (old.stdout, undated.stdout) == ("", "")
    quarter = re.search(r"age > (\d+)", (settings.BASE_DIR / ".ci/audit").read_text())
    assert quarter
    assert f"every {quarter[1]} days" in (settings.BASE_DIR / "SECURITY.md").read_text()


def test_the_lock_files_say_when_they_were_made() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (settings.BASE_DIR / name).read_text()
        assert re.search(r"^#    make lock, on \d{4}-\d\d-\d\d$", text, re.MULTILINE), name
