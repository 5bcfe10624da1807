"""docs/security.md: the security table, drawn from asvs.toml (`python -m docs`).

Which requirements there are and at which level stands here, so that none can be forgotten; what the
portal does about each stands in the data.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

DATA = Path(__file__).parent / "asvs.toml"
CHAPTERS = {
    "2": "Validation and business logic",
    "5": "Files",
    "6": "Authentication",
    "7": "Sessions",
    "8": "Authorisation",
    "14": "Data",
    "16": "Logging and errors",
    "1": "Encoding and sanitisation",
    "3": "Web front end",
    "4": "API and web service",
    "9": "Self-contained tokens",
    "10": "OAuth and OpenID Connect",
    "11": "Cryptography",
    "12": "Secure communication",
    "13": "Configuration",
    "15": "Secure coding and architecture",
}
# The level of each requirement of a section, in order: 1.2.3 is the third sign of "1.2".
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3",
    "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333",
    "6.6": "2223", "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222",
    "10.6": "22", "10.7": "222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23",
    "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "1222333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
}  # fmt: skip
SAID = {"met": "met", "none": "does not apply", "open": "**open**"}


class Row(NamedTuple):
    """One requirement, and what the portal does about it."""

    id: str
    level: int
    what: str
    state: str
    by: str
    at: list[str]
    tests: list[str]

    @property
    def is_document(self) -> bool:
        """Whether a document is all that it asks for."""
        return bool(self.at) and all(place.endswith(".md") for place in self.at)


def levels() -> dict[str, int]:
    """Every requirement of the chapters, with its level."""
    return {
        f"{section}.{number}": int(level)
        for section, signs in LEVELS.items()
        for number, level in enumerate(signs, 1)
    }


def _number(requirement: str) -> list[int]:
    return [int(part) for part in requirement.split(".")]


def rows() -> list[Row]:
    """The table, in the order of the numbers."""
    said: dict[str, dict[str, Any]] = tomllib.loads(DATA.read_text())
    known = levels()
    return [
        Row(
            id=name,
            level=known[name],
            what=said[name]["what"],
            state=said[name]["is"],
            by=said[name]["by"],
            at=said[name].get("at", []),
            tests=said[name].get("tests", []),
        )
        for name in sorted(said, key=_number)
    ]


def counts(table: Iterable[Row]) -> list[str]:
    """How many are met, open and do not apply, for each level."""
    lines = [
        "| Level | Requirements | Apply | Met | of those with a test or a document | Open | Met |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    table = list(table)
    for level in (1, 2):
        mine = [row for row in table if row.level == level]
        state = Counter(row.state for row in mine)
        apply = state["met"] + state["open"]
        shown = sum(row.state == "met" and bool(row.tests or row.is_document) for row in mine)
        share = f"{100 * state['met'] / apply:.0f} %"
        cells = [level, len(mine), apply, state["met"], shown, state["open"], share]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    more = sum(row.level == 3 and row.state == "met" for row in table)
    return [*lines, "", f"Of level 3 {more} are met and listed too; the others were not looked at."]


def _cell(row: Row) -> str:
    shown = [f"`{test.removeprefix('tests/')}`" for test in row.tests]
    if row.state != "met":
        return ""
    return "<br>".join(shown) or ("a document" if row.is_document else "no test yet")


def chapter(number: str, table: Iterable[Row]) -> list[str]:
    """The requirements of one chapter."""
    lines = [
        f"## V{number} {CHAPTERS[number]}",
        "",
        "| | L | Asked | | What does it, or why not | Shown by |",
        "|---|---|---|---|---|---|",
    ]
    for row in table:
        if row.id.split(".")[0] == number:
            at = ", ".join(f"`{place.replace('::', ': ')}`" for place in row.at)
            by = f"{row.by} ({at})" if at else row.by
            cells = [row.id, str(row.level), row.what, SAID[row.state], by, _cell(row)]
            lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def page() -> str:
    """All of docs/security.md."""
    table = rows()
    lines = [
        "# The security table",
        "",
        "OWASP ASVS 5.0, requirement by requirement, in our own words: what the portal does about "
        "it, where, and which test shows it. `make docs` draws this page from `asvs.toml`; a test "
        "fails when a requirement of level 1 or 2 has no row, or when a file, a name or a test is "
        "not there. V17 (WebRTC) does not apply as a whole. This is the developers' own look at "
        "it: nobody outside has assessed the portal.",
        "",
        *counts(table),
        "",
        "The goal is all of level 1 and 95 % of level 2. What is open:",
        "",
        *(f"- **{row.id}** {row.what}: {row.by}." for row in table if row.state == "open"),
        "",
    ]
    for number in CHAPTERS:
        lines += chapter(number, table)
    return "\n".join(lines).rstrip() + "\n"
