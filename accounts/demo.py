"""The demo's people: one for each role, and the coordinators of every faculty.

The sign-in page of the demo lets them in with one click (DEMO=1 only).
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise

from accounts.models import Invitation, Membership, Role, StudentProfile, User
from courses.models import Faculty, Programme, SignedLink, University
from courses.services.offer import offer_changed
from courses.wording import gettext_lazy as _

PASSWORD = "demo-portal"  # noqa: S105
DOMAIN = "demo.example"


class Place(NamedTuple):
    """A role to give: faculties and universities by their codes, days from today."""

    role: Role
    faculty: str = ""
    university: str = ""
    programmes: tuple[str, ...] = ()
    starts: int = -400
    ends: int | None = None


class Studies(NamedTuple):
    """What a demo student studies; at a partner the programme is only a name."""

    university: str
    number: str
    programme: str
    level: str
    year: int
    faculty: str = ""
    honours: bool = False


class Demo(NamedTuple):
    """One demo person."""

    who: str  # what stands before the @
    name: str
    language: str = "nl"
    places: tuple[Place, ...] = ()
    studies: Studies | None = None
    sees: str | Promise = ""  # on the sign-in page; who has nothing here does not stand there


BACHELOR, MASTER = Programme.Level.BACHELOR, Programme.Level.MASTER

STUDENTS = [
    Demo(
        "student",
        "Sanne de Vries",
        studies=Studies("LEI", "s2841190", "Geschiedenis", BACHELOR, 3, "FGW"),
        sees=_("Humanities, looks for an elective"),
    ),
    Demo(
        "fsw",
        "Jonas Bakker",
        studies=Studies("LEI", "s3019927", "Psychologie", BACHELOR, 2, "FSW"),
        sees=_("Social Sciences, where extracurricular is not possible"),
    ),
    Demo(
        "honours-student",
        "Aylin Yıldız",
        studies=Studies("LEI", "s2990013", "Natuurkunde", BACHELOR, 3, "FWN", honours=True),
        sees=_("Science, in the honours programme"),
    ),
    Demo(
        "leiden-course",
        "Fleur Jansen",
        studies=Studies("LEI", "s3102288", "Security Studies", BACHELOR, 2, "FGGA"),
        sees=_("Student of {university} on an online course of its own"),
    ),
    Demo(
        "incoming",
        "Łukasz Nowak",
        "en",
        studies=Studies("EPFL", "341877", "Computer Science", MASTER, 1),
        sees=_("EPFL student who comes to {university} online"),
    ),
]
FACULTY_STAFF = [
    Demo(
        "coordinator-fgw",
        "Marieke van den Berg",
        places=(Place(Role.COORDINATOR, "FGW"),),
        sees=_("Exchange coordinator of Humanities"),
    ),
    Demo(
        "coordinator-fsw",
        "Tom Hendriks",
        places=(Place(Role.COORDINATOR, "FSW"), Place(Role.HONOURS, "FSW")),
        sees=_("Exchange coordinator of Social Sciences, and honours coordinator: switches roles"),
    ),
    Demo(
        "honours",
        "Eva Lindqvist",
        "en",
        places=(Place(Role.HONOURS),),
        sees=_("Honours coordinator of the {honours}, for all faculties"),
    ),
    Demo(
        "administration",
        "Ruud Peters",
        places=(Place(Role.ADMINISTRATION, "FGW"), Place(Role.ADMINISTRATION, "FSW")),
        sees=_("Education administration of two faculties"),
    ),
]
TEAM = [
    Demo(
        "office",
        "Karin Mulder",
        places=(Place(Role.OFFICE),),
        sees=_("Programme office: courses, universities, people"),
    ),
    Demo(
        "office-2",
        "Daan Visser",
        places=(Place(Role.OFFICE),),
        sees=_("A colleague, for what needs two"),
    ),
    Demo(
        "exams",
        "Noor Smit",
        places=(Place(Role.EXAMS),),
        sees=_("Exam staff: rooms, seats and papers"),
    ),
    Demo(
        "auditor",
        "Ingrid Brouwer",
        places=(Place(Role.AUDITOR),),
        sees=_("Auditor: reads everything, changes nothing"),
    ),
]
PARTNERS = [
    Demo(
        "partner-epfl",
        "Camille Rochat",
        "en",
        places=(Place(Role.PARTNER, university="EPFL"),),
        sees=_("Partner contact of EPFL"),
    ),
]
OTHERS = [
    Demo(
        "h.de.wit",
        "Hanneke de Wit",
        places=(Place(Role.COORDINATOR, "FGW", programmes=("International Studies",)),),
    ),
    Demo("j.okonkwo", "Joy Okonkwo", "en", places=(Place(Role.HONOURS, "FGW"),)),
    Demo(
        "m.el.amrani",
        "Mounir el Amrani",
        places=(Place(Role.COORDINATOR, "FSW", programmes=("Psychologie",)),),
    ),
    Demo("b.kuipers", "Bas Kuipers", places=(Place(Role.HONOURS, "FSW"),)),
    Demo("l.van.leeuwen", "Lotte van Leeuwen", places=(Place(Role.COORDINATOR, "FWN"),)),
    Demo(
        "r.sharma",
        "Rohan Sharma",
        "en",
        places=(Place(Role.COORDINATOR, "FWN", programmes=("Natuurkunde", "Sterrenkunde")),),
    ),
    Demo("s.dekker", "Sjoerd Dekker", places=(Place(Role.HONOURS, "FWN"),)),
    Demo(
        "p.zwart",
        "Pieter Zwart",
        places=(Place(Role.COORDINATOR, "FWN", starts=-900, ends=-60),),
    ),
    Demo("w.bosman", "Willemijn Bosman", places=(Place(Role.COORDINATOR, "FdR"),)),
    Demo("a.goncalves", "Ana Gonçalves", "en", places=(Place(Role.HONOURS, "FdR"),)),
    Demo("t.schouten", "Thijs Schouten", places=(Place(Role.COORDINATOR, "FGGA"),)),
    Demo("n.hoekstra", "Nienke Hoekstra", places=(Place(Role.HONOURS, "FGGA"),)),
    Demo("c.vermeulen", "Charlotte Vermeulen", places=(Place(Role.COORDINATOR, "LUMC"),)),
    Demo("d.achterberg", "Dirk Achterberg", places=(Place(Role.HONOURS, "LUMC"),)),
    Demo(
        "i.papadopoulou",
        "Irini Papadopoulou",
        "en",
        places=(Place(Role.COORDINATOR, "ARCH"), Place(Role.HONOURS, "ARCH")),
    ),
    Demo("g.post", "Gijs Post", places=(Place(Role.COORDINATOR, "ARCH", starts=30),)),
]
CAST = [*STUDENTS, *FACULTY_STAFF, *TEAM, *PARTNERS, *OTHERS]
INVITED = ("f.degroot@demo.example", "Femke de Groot", Place(Role.PARTNER, university="TUD"))

# As the sign-in page shows them.
GROUPS: list[tuple[str | Promise, list[Demo]]] = [
    (_("Students"), STUDENTS),
    (_("Faculties"), FACULTY_STAFF),
    (_("{portal} team"), TEAM),
    (_("Partner universities"), PARTNERS),
]
ONE_CLICK = {person.who: person for _title, people in GROUPS for person in people}


@transaction.atomic
def make_people() -> None:
    """Make the demo's people, or those that are missing. Needs the demo's offer (courses/demo.py).

    Run again it leaves everybody as they are: what was changed in the demo stays.
    """
    there = set(User.objects.values_list("email", flat=True))
    password = make_password(PASSWORD)  # slow on purpose: once for all
    missing = [person for person in CAST if f"{person.who}@{DOMAIN}" not in there]
    for person in missing:
        _make(person, password)
    if missing:
        offer_changed()
    if not Invitation.objects.filter(email=INVITED[0]).exists():
        _invite(*INVITED)


def _make(person: Demo, password: str) -> None:
    user = User.objects.create(
        email=f"{person.who}@{DOMAIN}",
        name=person.name,
        language=person.language,
        password=password,
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    today = timezone.localdate()
    for place in person.places:
        faculty, university = _scope(place)
        membership = Membership.objects.create(
            user=user,
            role=place.role,
            faculty=faculty,
            university=university,
            starts_on=today + timedelta(days=place.starts),
            ends_on=None if place.ends is None else today + timedelta(days=place.ends),
        )
        programmes = Programme.objects.filter(faculty=faculty, name_nl__in=place.programmes)
        membership.programmes.set(programmes)
    if person.studies:
        _enrol(user, person.studies)


def _scope(place: Place) -> tuple[Faculty | None, University | None]:
    return (
        Faculty.objects.get(code=place.faculty) if place.faculty else None,
        University.objects.get(code=place.university) if place.university else None,
    )


def _enrol(user: User, studies: Studies) -> None:
    """A student's profile; `make_people` is called with every faculty and programme there."""
    ours = Programme.objects.filter(
        faculty__code=studies.faculty, name_nl=studies.programme, level=studies.level
    ).first()
    StudentProfile.objects.create(
        user=user,
        home_university=University.objects.get(code=studies.university),
        faculty=Faculty.objects.filter(code=studies.faculty).first(),
        programme=ours,
        programme_name="" if ours else studies.programme,
        student_number=studies.number,
        level=studies.level,
        year=studies.year,
        honours=studies.honours,
    )


def _invite(email: str, name: str, place: Place) -> None:
    """An invitation that nobody has answered; its link is known to nobody."""
    faculty, university = _scope(place)
    now = timezone.now()
    Invitation.objects.create(
        email=email,
        name=name,
        language="nl",
        role=place.role,
        faculty=faculty,
        university=university,
        digest=SignedLink.digest_of(SignedLink.new_token()),
        created_at=now - timedelta(days=3),
        expires_at=now + timedelta(days=11),
        invited_by=User.objects.get(email=f"office@{DOMAIN}"),
    )
