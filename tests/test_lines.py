"""What leaves this machine is encrypted, or `check --deploy` says that it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from tests.test_deploy import PRODUCTION, read_settings
from vx_portal.lines import check_lines, is_here


def warnings_for(patch: pytest.MonkeyPatch, folder: Path, **change: str) -> set[str | None]:
    """What the check says of production with `change`."""
    with pytest.MonkeyPatch.context() as inside:
        read = read_settings(inside, folder, **{**PRODUCTION, **change})
    for name in ("DATABASES", "REDIS_URL", "MAILERS", "CLAMD"):
        patch.setattr(settings, name, read[name])
    return {one.id for one in check_lines()}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, set()),
        ({"DATABASE_URL": "postgres://db.example.org/vx"}, {"vx_portal.W001"}),
        ({"DATABASE_URL": "postgres://10.1.2.3/vx?sslmode=require"}, {"vx_portal.W001"}),
        ({"REDIS_URL": "redis://redis.example.org"}, {"vx_portal.W002"}),
        ({"REDIS_URL": "rediss://10.1.2.3/0?ssl_cert_reqs=none"}, {"vx_portal.W002"}),
        ({"EMAIL_URL": "smtp://mail.example.org:25"}, {"vx_portal.W003"}),
        ({"EMAIL_URL": "smtp+ssl://mail.example.org:465"}, set()),
        ({"CLAMD": "clamd://scanner.example.org:3310"}, {"vx_portal.W004"}),
        ({"CLAMD": "clamd://clamav:3310"}, set()),
        ({"CLAMD": "unix:///run/scanner/clamd.sock"}, set()),
        (
            {
                "DATABASE_URL": "postgres://vx_app:secret@postgres:5432/vx",
                "REDIS_URL": "redis://redis:6379/0",
                "EMAIL_URL": "smtp://localhost:25",
            },
            set(),
        ),
    ],
    ids=[
        "whole",
        "plain",
        "unproven",
        "redis",
        "unproven redis",
        "mail",
        "mail over TLS",
        "scanner",
        "scanner here",
        "scanner by a socket",
        "compose",
    ],
)
def test_what_leaves_this_machine_is_encrypted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: dict[str, str], says: set[str]
) -> None:
    assert warnings_for(monkeypatch, tmp_path, **change) == says


@pytest.mark.parametrize("host", ["", None, "localhost", "redis", "127.0.0.1", "::1", "/run/pg"])
def test_hosts_of_this_machine(host: str | None) -> None:
    assert is_here(host)


@pytest.mark.parametrize("host", ["db.example.org", "10.1.2.3", "fd00::2", "127.example.org"])
def test_hosts_elsewhere(host: str) -> None:
    assert not is_here(host)
