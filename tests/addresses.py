"""Who may ask for what: one row for each address. The matrix is made from this table."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Role
from tests.other_addresses import OTHERS

__all__ = ["ADDRESSES", "OTHERS", "PEOPLE", "STUDENT", "VISITOR", "Address"]

STUDENT, VISITOR = "student", "visitor"
PEOPLE = [VISITOR, STUDENT, *sorted(Role.values)]
EVERYONE = frozenset(PEOPLE)
SIGNED_IN = EVERYONE - {VISITOR}
OFFICE = frozenset({Role.OFFICE.value})
READERS = frozenset({Role.OFFICE.value, Role.AUDITOR.value})
OWNER = frozenset({STUDENT})  # of the case in the world below
DECIDERS = READERS | {Role.COORDINATOR.value}  # who may see that case at the desk
ASKERS = OFFICE | {Role.COORDINATOR.value}  # who may ask the Board about it
HOSTS = frozenset({Role.PARTNER.value})
ARRANGERS = frozenset({Role.EXAMS.value, Role.OFFICE.value})  # of exams
NOBODY: frozenset[str] = frozenset()
DESK = frozenset(Role.values) - {Role.EXAMS.value}
VERIFIERS = DESK - HOSTS
AUDITOR = frozenset({Role.AUDITOR.value})
REGISTRARS = VERIFIERS - OFFICE
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
own_transcript = Address(
    get=OWNER, post=OWNER, of="case with a transcript", hidden=SIGNED_IN - OWNER
)
own_draft = Address(get=OWNER, post=OWNER, of="draft", hidden=SIGNED_IN - OWNER)


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


ADDRESSES: dict[str, Address] = {
    # For machines.
    "livez": page,
    "readyz": page,
    "metrics": page,
    # Public pages.
    "home": page,
    "courses:catalogue": page,
    "courses:compare": page,
    "courses:feed": page,
    "courses:course": Address(of="public course"),
    "courses:calendar": Address(of="public course"),
    "counting:counts": Address(of="public course"),
    "universities:list": page,
    "universities:university": Address(of="public university"),
    "how-it-works": page,
    "exams-explained": page,
    "registration-explained": page,
    "honours-explained": page,
    "coordinators": page,
    "help": page,
    "accessibility": page,
    "privacy": page,
    "display": Address(post=EVERYONE),
    # A person's own account.
    "accounts:account": own_page,
    "accounts:start": own_page,
    "accounts:profile": own_form,
    "accounts:resume": own_page,
    "notice-choices": own_form,
    "notices:list": own_page,
    "notices:open": Address(get=None, post=OWNER, of="notice", hidden=SIGNED_IN - OWNER),
    "notices:read": Address(get=None, post=OWNER, of="notice", hidden=SIGNED_IN - OWNER),
    "notices:read-all": Address(get=None, post=SIGNED_IN),
    # A student's own cases.
    "exchange:cases": own_page,
    "exchange:start": own_page,
    "exchange:save": Address(get=None, post=OWNER, of="public course"),
    "exchange:calendar": own_page,
    "exchange:renew-calendar": own_form,
    "exchange:feed": Address(of="calendar"),
    "exchange:apply": Address(get=SIGNED_IN, post=SIGNED_IN, of="open edition"),
    "exchange:case": Address(get=OWNER, of="case", hidden=SIGNED_IN - OWNER),
    "exchange:continue": Address(get=OWNER, of="draft", hidden=SIGNED_IN - OWNER),
    "exchange:purpose": own_draft,
    "exchange:permission": own_draft,
    "exchange:check": own_draft,
    "exchange:timetable": own_draft,
    "exchange:sent": Address(get=OWNER, of="case", hidden=SIGNED_IN - OWNER),
    "exchange:answer": Address(get=None, post=OWNER, of="case", hidden=SIGNED_IN - OWNER),
    "exchange:accept": Address(get=None, post=OWNER, of="case", hidden=SIGNED_IN - OWNER),
    "exchange:withdraw": own_draft,
    "exchange:pass": own_draft,
    # A student's transcript.
    "registration:own": Address(get=OWNER, of="registration", hidden=SIGNED_IN - OWNER),
    "registration:file": Address(get=None, post=OWNER, of="registration", hidden=SIGNED_IN - OWNER),
    "transcript:upload": own_transcript,
    "transcript:sent": Address(get=OWNER, of="case with a transcript", hidden=SIGNED_IN - OWNER),
    "transcript:download": own_file("file of a transcript"),
    "transcript:page": own_file("page of a transcript"),
    # Transcripts at the desk.
    "registrations:queue": Address(get=REGISTRARS),
    "registrations:registration": Address(
        get=HANDLERS, of="registration", hidden=REGISTRARS - HANDLERS
    ),
    "registrations:act": Address(
        get=None,
        post=COORDINATOR,
        of="action on the registration",
        hidden=REGISTRARS - HANDLERS,
    ),
    "review:queue": Address(get=VERIFIERS),
    "review:awaited": Address(get=VERIFIERS),
    "review:transcript": Address(
        get=COORDINATOR | AUDITOR,
        post=COORDINATOR,
        of="case with a transcript",
        notes=True,
        hidden=VERIFIERS - COORDINATOR - AUDITOR,
    ),
    "review:add": Address(
        get=COORDINATOR | OFFICE,
        post=COORDINATOR | OFFICE,
        of="case with a transcript",
        hidden=VERIFIERS - DECIDERS,
    ),
    "review:return": Address(
        get=COORDINATOR,
        post=COORDINATOR,
        of="case with a transcript",
        hidden=VERIFIERS - COORDINATOR - AUDITOR,
    ),
    "review:undo": Address(get=None, post=NOBODY, of="case with a transcript", hidden=VERIFIERS),
    "review:download": Address(
        get=COORDINATOR | AUDITOR,
        of="file of a transcript",
        notes=True,
        hidden=VERIFIERS - COORDINATOR - AUDITOR,
    ),
    "review:page": Address(
        get=COORDINATOR | AUDITOR,
        of="page of a transcript",
        notes=True,
        hidden=VERIFIERS - COORDINATOR - AUDITOR,
    ),
    # The desk, where applications are decided.
    "desk:queue": Address(get=DESK),
    "desk:export": Address(get=DESK),
    "desk:several": Address(get=DESK, post=DESK - READERS - {Role.ADMINISTRATION.value}),
    "desk:keys": Address(get=None, post=DESK),
    "desk:save-view": Address(get=DESK, post=DESK),
    "desk:view": Address(
        get=COORDINATOR, post=COORDINATOR, of="saved view", hidden=DESK - COORDINATOR
    ),
    "desk:stand-ins": Address(get=READERS | APPROVE, post=APPROVE),
    "desk:end-stand-in": Address(
        get=None, post=COORDINATOR | OFFICE, of="stand-in", hidden=APPROVE - COORDINATOR
    ),
    "desk:line": Address(get=READERS, post=OFFICE, of="edition", hidden=APPROVE),
    "desk:case": Address(get=DECIDERS, of="case", hidden=DESK - DECIDERS),
    # A case and the people outside: its Board, its host, its agreement.
    "case:ask-board": Address(get=ASKERS, post=ASKERS, of="case", hidden=DESK - ASKERS),
    "case:revoke-board": Address(get=None, post=ASKERS, of="case", hidden=DESK - ASKERS),
    "case:host-answer": form_of_office("case"),
    "case:agreement": Address(get=DECIDERS, of="case", hidden=DESK - DECIDERS),
    "case:sign-agreement": Address(get=None, post=NOBODY, of="case", hidden=DESK),
    "case:renew-agreement": Address(get=None, post=NOBODY, of="case", hidden=DESK),
    "case:document": Address(get=NOBODY, of="document of the case", hidden=DESK),
    "desk:record-board": Address(
        get=None, post=COORDINATOR | OFFICE, of="case", hidden=DESK - DECIDERS
    ),
    "desk:note": Address(get=None, post=COORDINATOR | OFFICE, of="case", hidden=DESK - DECIDERS),
    "desk:aside": Address(get=COORDINATOR, post=COORDINATOR, of="case", hidden=DESK - DECIDERS),
    "desk:act": Address(
        get=COORDINATOR, post=COORDINATOR, of="action on the case", hidden=DESK - DECIDERS
    ),
    # The office: the rules of applications.
    "rules:home": read_by_office(),
    "rules:programmes": read_by_office(),
    "rules:hosts": read_by_office(),
    "rules:versions": read_by_office(),
    "rules:portal": edited_by_office(),
    "rules:faculty": edited_by_office("faculty"),
    "rules:programme": edited_by_office("programme"),
    "rules:host": edited_by_office("university"),
    "rules:places": edited_by_office("edition"),
    # Partner universities.
    "partner:home": Address(get=HOSTS),
    "partner:confirm": Address(get=None, post=HOSTS),
    "partner:download": Address(get=None, post=HOSTS),
    "partner:decline": Address(get=NOBODY, post=NOBODY, of="case", hidden=HOSTS),
    # Exams: those who arrange them, and their hosts.
    "exams:home": read_by_arrangers(),
    "exams:exams": read_by_arrangers(),
    "exams:exam": read_by_arrangers("attempt"),
    "exams:fix": form_of_arrangers("attempt"),
    "exams:ask": form_of_arrangers("attempt"),
    "exams:rooms": read_by_arrangers(),
    "exams:room": edited_by_arrangers("room"),
    "exams:close-room": form_of_arrangers("room"),
    "exams:delete-room": form_of_arrangers("room"),
    "exams:reopen-room": done_by_arrangers("closure"),
    "exams:new-building": form_of_arrangers(),
    "exams:building": edited_by_arrangers("building"),
    "exams:delete-building": form_of_arrangers("building"),
    "exams:new-room": form_of_arrangers("building"),
    "exams:invigilators": read_by_arrangers(),
    "exams:new-invigilator": form_of_arrangers(),
    "exams:invigilator": edited_by_arrangers("invigilator"),
    "exams:add-hours": done_by_arrangers("invigilator"),
    "exams:delete-invigilator": form_of_arrangers("invigilator"),
    "exams:remove-hours": done_by_arrangers("hours"),
    "planner:plan": read_by_arrangers(),
    "planner:sitting": read_by_arrangers("planned sitting"),
    "planner:exam": form_of_arrangers("planned exam"),
    "planner:move": form_of_arrangers("planned sitting"),
    "planner:cancel": form_of_arrangers("planned sitting"),
    "planner:duties": form_of_arrangers("planned sitting"),
    "planner:act": done_by_arrangers("pinning of a sitting"),
    "planner:publish": form_of_arrangers(),
    "partner-exams:exams": Address(get=HOSTS),
    "partner-exams:fix": Address(get=NOBODY, post=NOBODY, of="attempt", hidden=HOSTS),
    "partner-transcripts:give": Address(get=HOSTS, post=HOSTS),
    "partner-transcripts:settle": Address(get=None, post=HOSTS),
    "partner-transcripts:download": Address(get=NOBODY, of="file", hidden=HOSTS),
    "hosts:hosts": read_by_office(),
    "hosts:send": form_of_office("partner"),
    "hosts:revoke": done_by_office("link of a host"),
    "home-results:list": Address(get=HOSTS),
    "home-results:document": Address(get=NOBODY, of="document of the case", hidden=HOSTS | READERS),
    "files:files": own_page,
    "files:file": own_file("file"),
    "files:page": own_file("page of a file"),
    "files:download": own_file("file"),
    # The office: the offer.
    "office:home": read_by_office(),
    "office:courses": read_by_office(),
    "office:bulk": edited_by_office(),
    "office:new-course": form_of_office(),
    "office:course": edited_by_office("course"),
    "office:preview": read_by_office("course"),
    "office:publish-course": done_by_office("course"),
    "office:withdraw-course": form_of_office("course"),
    "office:delete-course": form_of_office("course"),
    "office:ask": form_of_office("course"),
    "office:new-edition": form_of_office("course"),
    "office:edition": edited_by_office("edition"),
    "office:publish-edition": done_by_office("edition"),
    "office:withdraw-edition": form_of_office("edition"),
    "office:delete-edition": form_of_office("edition"),
    "office:universities": read_by_office(),
    "office:new-university": form_of_office(),
    "office:university": edited_by_office("university"),
    "office:delete-university": form_of_office("university"),
    "office:faculties": read_by_office(),
    "office:new-faculty": form_of_office(),
    "office:faculty": edited_by_office("faculty"),
    "office:delete-faculty": form_of_office("faculty"),
    "office:new-programme": form_of_office("faculty"),
    "office:programme": edited_by_office("programme"),
    "office:delete-programme": form_of_office("programme"),
    "office:revoke-question": done_by_office("question"),
    "office:handle-answer": done_by_office("answered question"),
    "office:imports": edited_by_office(),
    "office:import-columns": read_by_office(),
    "office:import-template": read_by_office("template"),
    "office:import": read_by_office("import"),
    "office:choose-import": done_by_office("import"),
    "office:apply-import": form_of_office("import"),
    "office:discard-import": done_by_office("import"),
    "office:export": read_by_office(),
    # The office: results of our own courses.
    "results:home": read_by_office(),
    "results:edition": read_by_office("edition of ours"),
    "results:template": read_by_office("edition of ours"),
    "results:check": done_by_office("edition of ours"),
    "results:enter-list": done_by_office("edition of ours"),
    "results:confirm": done_by_office("edition of ours"),
    "results:send-back": form_of_office("result to confirm"),
    "results:enter": form_of_office("student of ours"),
    # The office: background work.
    "background": read_by_office(),
    "background-again": done_by_office(),
    "background-sent": done_by_office(),
    "background-test": done_by_office(),
    # The office: people.
    "people:people": read_by_office(),
    "people:export": read_by_office(),
    "people:invite": form_of_office(),
    "people:invitations": read_by_office(),
    "people:resend": done_by_office("invitation"),
    "people:revoke": done_by_office("invitation"),
    "people:membership": form_of_office("membership"),
    "people:end": form_of_office("membership"),
    "people:person": read_by_office("person"),
    "people:give": form_of_office("person"),
    "people:close": form_of_office("person"),
    "people:reopen": done_by_office("person"),
    # The office: documents.
    "documents:documents": read_by_office(),
    "documents:test": form_of_office(),
    "documents:document": read_by_office("document"),
    "documents:open": Address(get=READERS, of="document", notes=True),
    "documents:again": done_by_office("document"),
    "documents:retry": done_by_office("document"),
    "documents:withdraw": form_of_office("document"),
    # Whoever holds a document.
    "verify:start": page,
    "verify:document": Address(post=EVERYONE, of="code of a document"),
    # By a link that somebody was sent, whoever they are.
    "confirm:course": Address(post=EVERYONE, of="link to a course"),
    "invitation:accept": Address(post=EVERYONE, of="link of an invitation"),
    "board:decide": Address(post=EVERYONE, of="link to a Board"),
    "host:students": Address(of="link to a host"),
    "host:confirm": Address(get=None, post=EVERYONE, of="link to a host"),
    "host:download": Address(get=None, post=EVERYONE, of="link to a host"),
    "exam-link:fix": Address(post=EVERYONE, of="link to an exam"),
    # The exam day.
    "examday:overview": read_by_arrangers(),
    "examday:sitting": read_by_arrangers("sitting"),
    "examday:state": read_by_arrangers("sitting"),
    "examday:mark": Address(get=None, post=ARRANGERS, of="sitting"),
    "examday:marks": Address(get=None, post=ARRANGERS, of="sitting"),
    "examday:close": form_of_arrangers("sitting"),
    # Exam papers: those who arrange exams, their host, and who has a link.
    "papers:papers": read_by_arrangers(),
    "papers:exam": read_by_arrangers("exam"),
    "papers:receive": form_of_arrangers("exam"),
    "papers:ask": form_of_arrangers("exam"),
    "papers:out": form_of_arrangers("our exam elsewhere"),
    "papers:in": Address(get=None, post=ARRANGERS, of="our exam elsewhere"),
    "papers:readers": form_of_arrangers("paper"),
    "papers:open": Address(get=None, post=ARRANGERS, of="paper"),
    "papers:read": Address(get=None, post=ARRANGERS, of="paper"),
    "papers:note": Address(get=None, post=ARRANGERS, of="paper"),
    "partner-day:exams": Address(get=HOSTS),
    "partner-day:exam": Address(get=NOBODY, post=NOBODY, of="exam", hidden=HOSTS),
    "partner-day:confirm": Address(get=None, post=NOBODY, of="exam", hidden=HOSTS),
    "paper-link:paper": Address(post=EVERYONE, of="link to a paper"),
    "paper-link:confirm": Address(get=None, post=EVERYONE, of="link to a paper"),
    "paper-link:open": Address(get=None, post=EVERYONE, of="link to our paper"),
    "paper-link:give": Address(get=None, post=EVERYONE, of="link to our paper"),
}
