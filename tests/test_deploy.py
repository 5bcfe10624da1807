"""Production settings: they refuse to start unsafe, and Django's own checks find nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

PRODUCTION = {
    "SITE_URL": "https://portal.example.org",
    "ALLOWED_HOSTS": "portal.example.org",
    "DATABASE_URL": "postgres://db.example.org/vx",
    "REDIS_URL": "redis://redis.example.org",
    "EMAIL_URL": "smtp://mail.example.org:25",
    "SECRET_KEY": "a-key-of-a-test-that-is-long-enough-for-the-checks-0123456789-abcdef",
    "TRUSTED_PROXY_COUNT": "1",
}


def manage(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    keep = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}}
    (tmp_path / "fonts").mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**keep, "VAR_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_djangos_deployment_checks_find_nothing(tmp_path: Path) -> None:
    checked = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert checked.returncode == 0, checked.stderr


def test_those_checks_would_fail(tmp_path: Path) -> None:
    weak = {**PRODUCTION, "SECRET_KEY": "x" * 40}

    assert manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **weak).returncode != 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"SITE_URL": "http://portal.example.org"}, "https://"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DEMO": "1"}, "DEMO=1"),
        ({"SITE_URL": "http://localhost", "DEMO": "1"}, "DEMO=1"),
    ],
    ids=["plain http", "any host", "no host", "no key", "short key", "demo", "demo elsewhere"],
)
def test_it_refuses_to_start_unsafe(tmp_path: Path, change: dict[str, str], says: str) -> None:
    refused = manage(tmp_path, "check", **{**PRODUCTION, **change})

    assert refused.returncode != 0
    assert says in refused.stderr


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(PRODUCTION["SECRET_KEY"])
    given = {k: v for k, v in PRODUCTION.items() if k != "SECRET_KEY"}
    code = "from django.conf import settings; print(settings.SECRET_KEY)"

    shown = manage(tmp_path, "shell", "-v0", "-c", code, **given, SECRET_KEY_FILE=str(key))

    assert shown.stdout.strip() == PRODUCTION["SECRET_KEY"]


def test_the_embedded_portal_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    code = "from django.conf import settings; print(settings.SECRET_KEY)"

    first = manage(tmp_path, "shell", "-v0", "-c", code)
    second = manage(tmp_path, "shell", "-v0", "-c", code)

    assert len(first.stdout.strip()) >= 50
    assert first.stdout == second.stdout
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_every_setting_from_the_environment_is_explained() -> None:
    """.env.example has a line for each variable that the settings read, and for no other."""
    import re

    source = (settings.BASE_DIR / "vx_portal" / "settings.py").read_text()
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', source))
    example = (settings.BASE_DIR / ".env.example").read_text()
    explained = {
        name.removesuffix("_FILE") for name in re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    }

    assert read == explained


def test_what_the_lock_file_may_not_say() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (settings.BASE_DIR / name).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--index" not in text
