"""docs/protection.md names what there is: each kind of file, way in, key, machine and log line."""

from __future__ import annotations

import re

from django.conf import settings

from courses.imports import reading
from grades import lists
from paperwork import limited, naming, scanner
from paperwork.inside.__main__ import MEMORY, SECONDS
from tests.production import compose

ROOT = settings.BASE_DIR
PAGE = (ROOT / "docs/protection.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
# What the page calls each, by the name of what is set.
FACTORS = {"webauthn": "passkey", "totp": "one-time code", "recovery_codes": "recovery code"}
MACHINES = {
    "DATABASE_URL": "database",
    "REDIS_URL": "Redis",
    "EMAIL_URL": "mail server",
    "OIDC_SERVER_URL": "provider of single sign-on",
    "CLAMD": "virus scanner",
}


def chapter(name: str) -> str:
    return " ".join(PAGE.split(f"\n## {name}\n")[1].split("\n## ")[0].split())


def named(pattern: str) -> set[str]:
    """The settings of .env.example whose name is like that."""
    found = re.findall(rf"^({pattern})=", EXAMPLE, re.MULTILINE)
    return {name.removesuffix("_FILE") for name in found}


def test_every_kind_of_file_is_named() -> None:
    said = chapter("Files")
    endings = {*naming.SUFFIXES.values(), *sum(naming.OTHER_SUFFIXES.values(), ())}

    assert set(re.findall(r"`(\.\w+)`", said)) == endings
    assert "A file that is refused is not kept, and its giver reads why." in said


def test_every_way_to_sign_in_is_named() -> None:
    said = chapter("Signing in").lower()

    assert set(settings.MFA_SUPPORTED_TYPES) == set(FACTORS)
    assert [word for word in FACTORS.values() if word not in said] == []
    assert "| single sign-on (openid connect)" in said
    assert "| password (at least 12 characters)" in said


def test_every_key_is_named_and_can_be_changed() -> None:
    keys = named(r"[A-Z_]*(?:KEY|SECRET)(?:_FILE)?") - {"OIDC_CLIENT_SECRET"}
    rotating = (ROOT / "docs/operating.md").read_text().split("## Rotate keys")[1]

    assert keys == {"SECRET_KEY", "EXAM_PAPER_KEY", "AUDIT_KEY"}
    for key in keys:
        assert f"`{key}`" in chapter("Keys"), key
        assert f"**`{key.lower().replace('_', '-')}`**" in rotating.split("\n## ")[0], key


def test_every_machine_that_it_talks_to_is_named() -> None:
    said = chapter("Who the portal talks to")

    assert named("[A-Z_]+_URL|CLAMD") - {"SITE_URL"} == set(MACHINES)
    assert [words for words in MACHINES.values() if words not in said] == []


def test_what_costs_much_is_bounded_as_it_says() -> None:
    said = chapter("What costs much")

    assert (
        f"{MEMORY // 1024**2} MB, {SECONDS} s of processor, {limited.SECONDS:.0f} s by the clock"
        in said
    )
    assert f"at most {scanner.SECONDS:.0f} s by the clock for a file" in said
    assert f"{reading.MOST_ROWS} rows, {reading.LARGEST_FILE // 1024**2} MB" in said
    assert f"lists of results {lists.MOST_ROWS} rows" in said


def test_logs_stay_as_long_as_it_says() -> None:
    numbers = {"10": "ten"}
    for name, service in compose("deploy/viruses.yml")["services"].items():
        kept = service["logging"]["options"]
        size = kept["max-size"].removesuffix("m")
        assert f"{numbers[kept['max-file']]} files of {size} MB" in PAGE, name
