"""Who may ask for what: one row for each address. The matrix is made from this table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Role, User
from courses.models import ConfirmationRequest, ImportRun
from enrolments.calendar import token_for
from enrolments.models import BoardRequest, HostLink
from paperwork.models import Notice
from tests import factories
from tests.enrolments.cases import case_in, draft

TOKEN = "a-token-that-was-sent-to-somebody"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

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
NOBODY: frozenset[str] = frozenset()
DESK = frozenset(Role.values) - {Role.EXAMS.value}


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


ADDRESSES: dict[str, Address] = {
    # For machines.
    "livez": page,
    "readyz": page,
    "metrics": page,
    # Public pages.
    "home": page,
    "courses:catalogue": page,
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
    # The desk, where applications are decided.
    "desk:queue": Address(get=DESK),
    "desk:case": Address(get=DECIDERS, of="case", hidden=DESK - DECIDERS),
    # A case and the people outside: its Board, its host, its agreement.
    "case:ask-board": Address(get=ASKERS, post=ASKERS, of="case", hidden=DESK - ASKERS),
    "case:revoke-board": Address(get=None, post=ASKERS, of="case", hidden=DESK - ASKERS),
    "case:host-answer": form_of_office("case"),
    "case:agreement": Address(get=DECIDERS, of="case", hidden=DESK - DECIDERS),
    "case:sign-agreement": Address(get=None, post=NOBODY, of="case", hidden=DESK),
    "case:renew-agreement": Address(get=None, post=NOBODY, of="case", hidden=DESK),
    "case:document": Address(get=NOBODY, of="document of the case", hidden=DESK),
    # Partner universities.
    "partner:home": Address(get=HOSTS),
    "partner:confirm": Address(get=None, post=HOSTS),
    "partner:download": Address(get=None, post=HOSTS),
    "partner:decline": Address(get=NOBODY, post=NOBODY, of="case", hidden=HOSTS),
    "hosts:hosts": read_by_office(),
    "hosts:send": form_of_office("partner"),
    "hosts:revoke": done_by_office("link of a host"),
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
}

_ALLAUTH = "allauth decides; tests/accounts"
_SINGLE_SIGN_ON = "there only with single sign-on; tests/accounts/test_oidc.py"
_OF_A_CASE = "notes who opened it; tests/enrolments/test_following.py"
_DEMO = "there only with DEMO=1; tests/accounts/test_demo_people.py and test_demo_mail.py"

# What the matrix cannot ask, and where it is tested.
OTHERS: dict[str, str] = {
    "account_change_password": _ALLAUTH,
    "account_confirm_login_code": _ALLAUTH,
    "account_email": _ALLAUTH,
    "account_email_verification_sent": _ALLAUTH,
    "account_inactive": _ALLAUTH,
    "account_login": _ALLAUTH,
    "account_logout": _ALLAUTH,
    "account_reauthenticate": _ALLAUTH,
    "account_reset_password": _ALLAUTH,
    "account_reset_password_done": _ALLAUTH,
    "account_reset_password_from_key": _ALLAUTH,
    "account_reset_password_from_key_done": _ALLAUTH,
    "account_set_password": _ALLAUTH,
    "account_signup": _ALLAUTH,
    "mfa_activate_totp": _ALLAUTH,
    "mfa_add_webauthn": _ALLAUTH,
    "mfa_authenticate": _ALLAUTH,
    "mfa_deactivate_totp": _ALLAUTH,
    "mfa_download_recovery_codes": _ALLAUTH,
    "mfa_edit_webauthn": _ALLAUTH,
    "mfa_generate_recovery_codes": _ALLAUTH,
    "mfa_index": _ALLAUTH,
    "mfa_list_webauthn": _ALLAUTH,
    "mfa_login_webauthn": _ALLAUTH,
    "mfa_reauthenticate": _ALLAUTH,
    "mfa_reauthenticate_webauthn": _ALLAUTH,
    "mfa_remove_webauthn": _ALLAUTH,
    "mfa_view_recovery_codes": _ALLAUTH,
    "socialaccount_connections": _ALLAUTH,
    "socialaccount_login_cancelled": _ALLAUTH,
    "socialaccount_login_error": _ALLAUTH,
    "socialaccount_signup": _ALLAUTH,
    "usersessions_list": _ALLAUTH,
    "sso": _SINGLE_SIGN_ON,
    "sso-callback": _SINGLE_SIGN_ON,
    "sso-connect": _SINGLE_SIGN_ON,
    "accounts:demo": _DEMO,
    "demo-mail": _DEMO,
    "demo-mail-html": _DEMO,
    "demo-mail-message": _DEMO,
    "exchange:file": _OF_A_CASE,
    "exchange:document": _OF_A_CASE,
    "board:answered": "comes after an answer; tests/enrolments/test_asking.py",
    "host:decline": "for students of that university alone; tests/enrolments/test_host_link.py",
    "confirm:answered": "comes after an answer; tests/courses/test_confirming.py",
}


@dataclass
class World:
    """One of each thing that an address can name, and somebody of each role."""

    named: dict[str, dict[str, Any]]
    people: dict[str, User]

    def client(self, who: str) -> Client:
        """A browser of somebody with the role `who`, signed in with the second factor."""
        client = Client()
        if who != VISITOR:
            client.force_login(self.people[who], backend=BACKEND)
            session = client.session
            session["second_factor_elsewhere"] = True
            session.save()
        return client

    def path(self, name: str) -> str:
        """The address `name` in Dutch, complete."""
        of = ADDRESSES[name].of
        return reverse(name, kwargs=self.named[of] if of else {})


def build_world() -> World:
    """Make one of each."""
    home = factories.HomeUniversityFactory.create()
    edition = factories.EditionFactory.create()
    programme = factories.ProgrammeFactory.create()
    course, university = edition.course, edition.course.university
    people = {STUDENT: factories.StudentFactory.create(home_university=home)}
    people |= {role: factories.MemberFactory.create(role=role) for role in Role.values}
    somebody = factories.MemberFactory.create(role=Role.EXAMS)
    later = timezone.now() + timedelta(days=1)
    question = ConfirmationRequest.objects.create(
        course=course, digest=ConfirmationRequest.digest_of(TOKEN), expires_at=later
    )
    answered = ConfirmationRequest.objects.create(
        course=course,
        digest=ConfirmationRequest.digest_of("another"),
        expires_at=later,
        spent_at=timezone.now(),
        answer="changed",
    )
    invitation = Invitation.objects.create(
        email="new@university.example",
        role=Role.EXAMS,
        language="nl",
        digest=Invitation.digest_of(TOKEN),
        expires_at=later,
    )
    notice = Notice.objects.create(
        key="world", kind="test", recipient=people[STUDENT], language="nl", subject="x", text="y"
    )
    people[STUDENT].student.faculty_id = people[Role.COORDINATOR].memberships.get().faculty_id
    people[STUDENT].student.save()
    case = case_in("submitted", edition, people[STUDENT])
    BoardRequest.objects.create(
        enrolment=case,
        digest=BoardRequest.digest_of(TOKEN),
        expires_at=later,
        email="board@university.example",
        language="nl",
    )
    host_link = HostLink.objects.create(
        university=university,
        digest=HostLink.digest_of(TOKEN),
        expires_at=later,
        email="host@university.example",
        language="en",
    )
    run = ImportRun.objects.create(
        file_name="courses.csv", rows=0, data={"universities": [], "courses": []}
    )
    document = factories.DocumentFactory.create()
    file = factories.AttachmentFactory.create(given_by=people[STUDENT])
    return World(
        {
            "document": {"pk": document.pk},
            "code of a document": {"code": document.code},
            "public course": {"university": university.code.lower(), "course": course.slug},
            "public university": {"code": university.code.lower()},
            "case": {"reference": case.reference},
            "document of the case": {"reference": case.reference, "pk": document.pk},
            "partner": {"pk": university.pk},
            "link of a host": {"pk": host_link.pk},
            "link to a host": {"token": TOKEN},
            "link to a Board": {"token": TOKEN},
            "draft": {"reference": draft(student=people[STUDENT]).reference},
            "calendar": {"token": token_for(people[STUDENT])},
            "open edition": {
                "university": university.code.lower(),
                "course": course.slug,
                "first_day": edition.starts_on.isoformat(),
            },
            "course": {"pk": course.pk},
            "edition": {"pk": edition.pk},
            "university": {"pk": university.pk},
            "faculty": {"pk": programme.faculty_id},
            "programme": {"pk": programme.pk},
            "question": {"pk": question.pk},
            "answered question": {"pk": answered.pk},
            "template": {"kind": "courses", "suffix": "csv"},
            "import": {"pk": run.pk},
            "invitation": {"pk": invitation.pk},
            "membership": {"pk": somebody.memberships.get().pk},
            "person": {"pk": somebody.pk},
            "notice": {"pk": notice.pk},
            "file": {"pk": file.pk},
            "page of a file": {"pk": file.pk, "number": 1},
            "link to a course": {"token": TOKEN},
            "link of an invitation": {"token": TOKEN},
        },
        people,
    )
