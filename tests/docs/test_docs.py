"""The documents say what the code does: what is drawn from code is drawn anew and compared."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from django.conf import settings

from accounts.models import Role
from accounts.oidc import KEPT
from accounts.password_rules import NotOurWords
from courses import house
from courses.imports import reading
from docs import states
from enrolments.services.actions import ACTIONS
from paperwork import quotas, uploads
from paperwork.inside import pdf, photo

DOCS = settings.BASE_DIR / "docs"


def test_the_page_of_states_is_what_the_tables_say() -> None:
    assert (DOCS / "states.md").read_text() == states.page(), "run: make docs"


def test_another_table_gives_another_page(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = ACTIONS["finish"]._replace(target=None)

    monkeypatch.setitem(ACTIONS, "finish", changed)

    assert (DOCS / "states.md").read_text() != states.page()


@pytest.mark.parametrize(
    "one", [one for thing in states.things() for one in thing.elsewhere], ids=lambda o: o.move.name
)
def test_moves_beside_the_tables_are_where_the_page_says(one: states.Elsewhere) -> None:
    assert callable(getattr(import_module(one.module), one.function))


def rates(name: str) -> dict[str, str]:
    """The limits of one action: what is counted, with the time → how many."""
    each = [part.split("/") for part in settings.ACCOUNT_RATE_LIMITS[name].split(",")]
    return {f"{per} {time}": many for many, time, per in each}


def test_figures_in_the_page_about_protection_are_those_of_the_code() -> None:
    text = " ".join((DOCS / "protection.md").read_text().split())
    account, anywhere = rates("login_failed"), rates("login_failed_account")
    mails, codes = rates("reset_password"), rates("confirm_email")
    student, staff = settings.SESSION_LIMITS["student"], settings.SESSION_LIMITS["staff"]
    mib, student_quota, staff_quota = 1024 * 1024, quotas.STUDENT_QUOTA, quotas.STAFF_QUOTA
    said = [
        f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // mib} MiB, "
        f"{settings.DATA_UPLOAD_MAX_NUMBER_FIELDS} fields, "
        f"{settings.DATA_UPLOAD_MAX_NUMBER_FILES} files",
        f"{uploads.LARGEST_FILE // mib} MiB, ended while it comes in; "
        f"nginx takes {uploads.LARGEST_REQUEST // mib} MiB",
        f"{student_quota.files_a_day} a day, {student_quota.bytes_in_all // mib} MiB in all",
        "Files by one signed link, and versions of one exam paper | "
        f"{quotas.LINK_QUOTA.files_a_day} a day, {quotas.LINK_QUOTA.bytes_in_all // mib} MiB",
        f"{staff_quota.files_a_day} a day, {staff_quota.bytes_in_all // mib} MiB in all",
        f"{account['key m']} a minute and {account['key h']} an hour; for an account from anywhere "
        f"{anywhere['key h']} an hour; from one network {account['ip m']} a minute",
        f"{rates('login')['ip m']} a minute from one network",
        f"{mails['key m']} a minute and {mails['key h']} an hour to one address, "
        f"{mails['ip m']} a minute from one network",
        f"one each ten seconds, {codes['key h']} an hour",
        f"an invitation {house.number('accounts.invitation_days')} days, "
        f"the Board, a host and an exam {house.number('applying.link_days')} days, "
        f"the Honours Academy {house.number('grades.honours_link_days')} days",
        f"at most {pdf.MOST_PAGES} pages, {pdf.MOST_OBJECTS:,} objects, "
        f"{pdf.MOST_CONTENT // mib} MiB of content and {pdf.MOST_PICTURES // mib} MiB of pictures",
        f"{photo.MOST_PIXELS // 10**6} million pixels",
        f"{reading.LARGEST_UNPACKED // mib} MiB and {reading.MOST_PARTS} parts, "
        f"and a table has at most {reading.MOST_ROWS} rows",
        f"after {student[0] // 3600} hours without a request and after {student[1] // 86400} days",
        f"after {staff[0] // 60} minutes and {staff[1] // 3600} hours",
        f"at least {NotOurWords.LEAST} letters must be left".replace("6", "six"),
    ]

    assert house.number("applying.link_days") == house.number("exams.link_days")
    assert [sentence for sentence in said if sentence not in text] == []
    assert [word for word in NotOurWords.WORDS if word not in text] == []


def test_the_operators_guide_names_every_setting() -> None:
    example = (settings.BASE_DIR / ".env.example").read_text()
    named = {
        name.removesuffix("_FILE") if name not in {"NAME_FILE", "SEALS_FILE"} else name
        for name in re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    }
    guide = (DOCS / "operating.md").read_text()
    table = set(
        re.findall(r"`([A-Z][A-Z_]+)`", guide.split("## Settings")[1].split("## Go live")[0])
    )

    assert named - table == set()
    assert table - named - {"NAME_FILE"} == set()


def test_the_operators_guide_names_every_claim() -> None:
    guide = (DOCS / "operating.md").read_text().split("## Go live")[1].split("\n## ")[0]

    assert [claim for claim in KEPT if f"`{claim}`" not in guide] == []


def test_the_test_plan_names_tests_that_are_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", (DOCS / "testing.md").read_text())

    assert len(named) > 40
    gone = [
        f"{file}::{name}"
        for file, name in named
        if not (path := settings.BASE_DIR / file).is_file()
        or (name and f"def {name}(" not in path.read_text())
    ]
    assert gone == []


def test_every_role_has_a_guide_in_both_languages_with_its_picture() -> None:
    guides = DOCS / "guides"
    roles = {"student", *map(str, Role.values)}
    written = {path.name for path in guides.glob("*.md")}

    assert written == {f"{role}.{language}.md" for role in roles for language in ("en", "nl")}
    for path in sorted(guides.glob("*.md")):
        role, language, _md = path.name.split(".")
        assert f"(pictures/{role}-first-page.{language}.png)" in path.read_text(), path.name
    pictures = list((guides / "pictures").iterdir())
    assert len(pictures) == 2 * len(roles)
    assert max(picture.stat().st_size for picture in pictures) <= 60_000


def test_links_between_documents_lead_somewhere() -> None:
    root = settings.BASE_DIR
    pages = [*root.glob("*.md"), *DOCS.rglob("*.md")]
    broken = [
        f"{page.name}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / link).exists()
    ]

    assert len(pages) > 20
    assert broken == []
