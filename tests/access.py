"""The roles that addresses are for, and one row of the tables of addresses."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Role

STUDENT, VISITOR = "student", "visitor"
PEOPLE = [VISITOR, STUDENT, *sorted(Role.values)]
EVERYONE = frozenset(PEOPLE)
SIGNED_IN = EVERYONE - {VISITOR}
STAFF = SIGNED_IN - {STUDENT}
OFFICE = frozenset({Role.OFFICE.value})
READERS = frozenset({Role.OFFICE.value, Role.AUDITOR.value})
OWNER = frozenset({STUDENT})  # of the case in the world below
DECIDERS = READERS | {Role.COORDINATOR.value}  # who may see that case at the desk
ASKERS = OFFICE | {Role.COORDINATOR.value}  # who may ask the Board about it
HOSTS = frozenset({Role.PARTNER.value})
ARRANGERS = frozenset({Role.EXAMS.value, Role.OFFICE.value})  # of exams
EXAM_STAFF = frozenset({Role.EXAMS.value})
NOBODY: frozenset[str] = frozenset()
APPLIED = STAFF - {Role.EXAMS.value, Role.ADMINISTRATION.value}  # who has that report
DESK = frozenset(Role.values) - {Role.EXAMS.value}
VERIFIERS = DESK - HOSTS
AUDITOR = frozenset({Role.AUDITOR.value})
REGISTRARS = VERIFIERS - OFFICE
BATCHERS = REGISTRARS - {Role.HONOURS.value}
HANDLERS = frozenset({Role.COORDINATOR.value, Role.AUDITOR.value})  # of its registration
COORDINATOR = frozenset({Role.COORDINATOR.value})
APPROVE = frozenset({Role.COORDINATOR.value, Role.HONOURS.value})


@dataclass(frozen=True)
class Address:
    """Who gets in with GET, and with POST (None: no such method); the row that it names.

    `hidden`: who may come here, but not see this row: for them there is no such page.
    """

    get: frozenset[str] | None = EVERYONE
    post: frozenset[str] | None = None
    of: str = ""
    notes: bool = False  # a file: that it was opened is written down
    hidden: frozenset[str] = frozenset()


page = Address()
own_page = Address(get=SIGNED_IN)
own_form = Address(get=SIGNED_IN, post=SIGNED_IN)
of_the_faculty = Address(get=HANDLERS, of="batch", hidden=BATCHERS - HANDLERS)
own_transcript = Address(
    get=OWNER, post=OWNER, of="case with a transcript", hidden=SIGNED_IN - OWNER
)
own_draft = Address(get=OWNER, post=OWNER, of="draft", hidden=SIGNED_IN - OWNER)


def own_placed(of: str = "placed case", post: frozenset[str] | None = None) -> Address:
    return Address(get=OWNER, post=post, of=of, hidden=SIGNED_IN - OWNER)


def done_by_owner(of: str) -> Address:
    return Address(get=None, post=OWNER, of=of, hidden=SIGNED_IN - OWNER)


def own_file(of: str) -> Address:
    return Address(get=OWNER, of=of, hidden=SIGNED_IN - OWNER, notes=True)


def read_by_office(of: str = "") -> Address:
    return Address(get=READERS, of=of)


def edited_by_office(of: str = "") -> Address:
    """Auditors see the form and cannot send it."""
    return Address(get=READERS, post=OFFICE, of=of)


def form_of_office(of: str = "") -> Address:
    return Address(get=OFFICE, post=OFFICE, of=of)


def done_by_office(of: str = "") -> Address:
    return Address(get=None, post=OFFICE, of=of)


def read_by_arrangers(of: str = "") -> Address:
    return Address(get=ARRANGERS | READERS, of=of)


def edited_by_arrangers(of: str = "") -> Address:
    """Auditors see the form and cannot send it."""
    return Address(get=ARRANGERS | READERS, post=ARRANGERS, of=of)


def done_by_arrangers(of: str = "") -> Address:
    return Address(get=None, post=ARRANGERS, of=of)


def form_of_arrangers(of: str = "") -> Address:
    return Address(get=ARRANGERS, post=ARRANGERS, of=of)
