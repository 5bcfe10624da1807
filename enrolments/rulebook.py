"""What the rules say about one student and one course: pure, from one version of the rules.

The tables are DOMAIN.md §4 and, in `courses/counting.py`, §6; a setting there is a value here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from courses.counting import RequestType, request_type

__all__ = [
    "Answer",
    "Permission",
    "Question",
    "Refusal",
    "RequestType",
    "Rulebook",
    "needs_consent",
    "request_type",
]

# EU and EEA, and the countries whose protection of data the European Commission has found adequate
# (decisions under article 45 of the GDPR). The United States' covers companies that joined a
# framework, which universities cannot, and Canada's commercial organisations.
EU = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
}  # fmt: skip
EEA_AND_ADEQUATE = {
    "IS", "LI", "NO", "AD", "AR", "BR", "CH", "FO", "GB", "GG", "IL", "IM", "JE", "JP", "KR", "NZ",
    "UY",
}  # fmt: skip
NO_CONSENT_NEEDED = EU | EEA_AND_ADEQUATE

HOME_SETTINGS = (
    "board_for_elective",
    "board_for_minor",
    "board_for_extracurricular",
    "credit_cap",
    "decision_days",
    "board_days",
)
PORTAL_SETTINGS = (
    "motivation_words",
    "host_days",
    "answer_days",
    "draft_days",
    "offer_days",
    "transcript_days",
    "alarm_days",
    "verify_days",
)


class Permission(StrEnum):
    """Whose permission a purpose needs before the student applies."""

    NONE = "none"
    RECOMMENDED = "recommended"  # not required; asking the Board first is wise
    BOARD = "board"
    HONOURS = "honours"  # the honours coordinator takes the Board's place


class Refusal(StrEnum):
    """Why a purpose is not possible."""

    NO_EXTRACURRICULAR = "no_extracurricular"  # of the faculty
    NOT_FOR_HONOURS = "not_for_honours"  # the course
    NOT_IN_HONOURS = "not_in_honours"  # the student


@dataclass(frozen=True)
class Question:
    """Who asks, for what, about which course."""

    purpose: str
    faculty: int | None
    programme: int | None
    host: int
    host_country: str
    host_is_home: bool
    course_for_honours: bool
    in_honours: bool = True  # whether the student is; unknown counts as yes


@dataclass(frozen=True)
class Answer:
    """Whether it is allowed, and what follows from it."""

    refusal: Refusal | None
    permission: Permission
    request: RequestType
    needs_consent: bool
    credit_cap: Decimal | None  # EC of all courses together
    host_cap: Decimal | None  # EC at this host
    decision_days: int
    board_days: int

    @property
    def allowed(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True)
class Rulebook:
    """All rules at one moment. Keys are primary keys as text, as JSON has them."""

    portal: dict[str, Any]
    faculties: dict[str, dict[str, Any]] = field(default_factory=dict)
    programmes: dict[str, dict[str, Any]] = field(default_factory=dict)
    hosts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def setting(self, name: str, faculty: int | None, programme: int | None) -> Any:
        """The value of `name`: the programme's, else the faculty's, else the portal's.

        A cap counts where it is lowest.
        """
        levels = [
            self.programmes.get(str(programme), {}).get(name),
            self.faculties.get(str(faculty), {}).get(name),
            self.portal.get(name),
        ]
        said = [value for value in levels if value is not None]
        if name == "credit_cap":
            return min(map(Decimal, said), default=None)
        return said[0] if said else None

    def host(self, university: int) -> dict[str, Any]:
        return self.hosts.get(str(university), {})

    def no_extracurricular(self, faculty: int | None) -> bool:
        return bool(self.faculties.get(str(faculty), {}).get("no_extracurricular"))

    def own_form(self, faculty: int | None) -> bool:
        """Whether the portal's form takes the place of the petition in uSis."""
        return bool(self.faculties.get(str(faculty), {}).get("own_form"))

    def answer(self, asked: Question) -> Answer:
        """What the rules say."""
        host = self.host(asked.host)
        cap = host.get("credit_cap")
        return Answer(
            refusal=self._refusal(asked),
            permission=self._permission(asked),
            request=request_type(
                asked.purpose,
                course_is_home=asked.host_is_home,
                no_extracurricular=self.no_extracurricular(asked.faculty),
            ),
            needs_consent=needs_consent(host, asked.host_country),
            credit_cap=self.setting("credit_cap", asked.faculty, asked.programme),
            host_cap=None if cap is None else Decimal(cap),
            decision_days=self.setting("decision_days", asked.faculty, asked.programme) or 5,
            board_days=self.setting("board_days", asked.faculty, asked.programme) or 15,
        )

    def _refusal(self, asked: Question) -> Refusal | None:
        if asked.purpose == "extracurricular" and self.no_extracurricular(asked.faculty):
            return Refusal.NO_EXTRACURRICULAR
        if asked.purpose == "honours" and not asked.course_for_honours:
            return Refusal.NOT_FOR_HONOURS
        if asked.purpose == "honours" and not asked.in_honours:
            return Refusal.NOT_IN_HONOURS
        return None

    def _permission(self, asked: Question) -> Permission:
        if asked.purpose == "honours":
            return Permission.HONOURS
        needed = self.setting(f"board_for_{asked.purpose}", asked.faculty, asked.programme)
        if needed:
            return Permission.BOARD
        return Permission.RECOMMENDED if asked.purpose else Permission.NONE


def needs_consent(host: dict[str, Any], country: str) -> bool:
    """Whether a student must consent to sharing data with a host there."""
    said = host.get("needs_consent")
    return country not in NO_CONSENT_NEEDED if said is None else bool(said)
