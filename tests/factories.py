"""Rows for tests: complete, valid, and free of surprises. A test names what it depends on."""

from __future__ import annotations

import base64
import hashlib
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Membership, Role, StudentProfile, User
from courses.models import (
    Course,
    Edition,
    EmailDomain,
    Faculty,
    LiveSession,
    Programme,
    University,
)
from courses.models.course import Assessment, PublicState
from paperwork import filing
from paperwork.models import Attachment, Document

DOT = (  # a PNG of one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PASSWORD = "a-quiet-blue-bicycle"


def days(number: int) -> date:
    """The day `number` days from today, in Leiden."""
    return timezone.localdate() + timedelta(days=number)


class UniversityFactory(DjangoModelFactory[University]):
    class Meta:
        model = University

    code = factory.Sequence(lambda n: f"U{n}")
    name = factory.Sequence(lambda n: f"University {n}")
    city = "Brisbane"
    country = "AU"
    time_zone = "Australia/Brisbane"
    website = "https://university.example"


class HomeUniversityFactory(UniversityFactory):
    class Meta:
        django_get_or_create = ("code",)

    code = "LEI"
    name = "Universiteit Leiden"
    name_en = "Leiden University"
    city = "Leiden"
    country = "NL"
    time_zone = "Europe/Amsterdam"
    is_home = True


class EmailDomainFactory(DjangoModelFactory[EmailDomain]):
    class Meta:
        model = EmailDomain

    university = factory.SubFactory(UniversityFactory)
    domain = factory.Sequence(lambda n: f"student.u{n}.example")


class FacultyFactory(DjangoModelFactory[Faculty]):
    class Meta:
        model = Faculty

    code = factory.Sequence(lambda n: f"F{n}")
    name_nl = factory.Sequence(lambda n: f"Faculteit {n}")
    name_en = factory.Sequence(lambda n: f"Faculty {n}")


class ProgrammeFactory(DjangoModelFactory[Programme]):
    class Meta:
        model = Programme

    faculty = factory.SubFactory(FacultyFactory)
    name_nl = factory.Sequence(lambda n: f"Opleiding {n}")
    name_en = factory.Sequence(lambda n: f"Programme {n}")
    level = Programme.Level.BACHELOR


class CourseFactory(DjangoModelFactory[Course]):
    """A published course with every fact filled in."""

    class Meta:
        model = Course

    university = factory.SubFactory(UniversityFactory)
    code = factory.Sequence(lambda n: f"C{n}")
    slug = factory.Sequence(lambda n: f"course-{n}")
    title = factory.Sequence(lambda n: f"Course {n}")
    about_nl = "Waar het over gaat."
    about_en = "What it is about."
    language = "en"
    level = Course.Level.BACHELOR
    level_number = 200
    ec = Decimal("5.0")
    field = "053"
    assessment = Assessment.EXAM
    state = PublicState.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)


class EditionFactory(DjangoModelFactory[Edition]):
    """A published edition that starts in 60 days and takes applications now."""

    class Meta:
        model = Edition

    course = factory.SubFactory(CourseFactory)
    period = Edition.Period.SPRING
    starts_on = factory.LazyFunction(lambda: days(60))
    ends_on = factory.LazyAttribute(lambda o: o.starts_on + timedelta(days=100))
    applications_open_on = factory.LazyAttribute(lambda o: o.starts_on - timedelta(days=90))
    applications_close_on = factory.LazyAttribute(lambda o: o.starts_on - timedelta(days=30))
    withdraw_until = factory.LazyAttribute(lambda o: o.starts_on + timedelta(days=14))
    places = 25
    assessment = Assessment.EXAM
    exam_kind = Edition.ExamKind.PAPER
    exam_on = factory.LazyAttribute(lambda o: o.ends_on)
    state = PublicState.PUBLISHED


class LiveSessionFactory(DjangoModelFactory[LiveSession]):
    class Meta:
        model = LiveSession

    edition = factory.SubFactory(EditionFactory)
    weekday = LiveSession.Weekday.TUESDAY
    starts_at = time(8)
    ends_at = time(9)


class UserFactory(DjangoModelFactory[User]):
    """Somebody with a verified e-mail address, the password PASSWORD, and no role."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@university.example")
    name = factory.Sequence(lambda n: f"Person {n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        password = kwargs.pop("password", PASSWORD)
        user = User.objects.create_user(password=password, **kwargs)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.OFFICE


class MemberFactory(UserFactory):
    """Somebody with one role: `MemberFactory(role=…, faculty=…, university=…)`."""

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        scope = {
            key: kwargs.pop(key)
            for key in ("role", "faculty", "university", "starts_on", "ends_on")
            if key in kwargs
        }
        scope.setdefault("role", Role.OFFICE)
        if scope["role"] in {Role.COORDINATOR, Role.ADMINISTRATION}:
            scope.setdefault("faculty", FacultyFactory.create())
        if scope["role"] == Role.PARTNER:
            scope.setdefault("university", UniversityFactory.create())
        user = super()._create(model_class, *args, **kwargs)
        Membership.objects.create(user=user, **scope)
        return user


class StudentFactory(UserFactory):
    """A student with a profile; of Leiden unless `home_university` says otherwise."""

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        home = kwargs.pop("home_university", None)
        number = kwargs.pop("student_number", None)
        user = super()._create(model_class, *args, **kwargs)
        StudentProfile.objects.create(
            user=user,
            home_university=home or HomeUniversityFactory.create(),
            student_number=number or f"s{user.pk:07}",
            level=Programme.Level.BACHELOR,
            year=2,
        )
        return user


class DocumentFactory(DjangoModelFactory[Document]):
    """A letter that was made, its file included; `content` is what stands in the file."""

    class Meta:
        model = Document

    kind = "letter"
    key = factory.Sequence(lambda n: f"letter-{n}")
    title = "A letter about Noor Proefpersoon"
    language = "nl"
    data = factory.LazyFunction(dict)
    state = Document.State.DONE
    pages = 1

    @classmethod
    def _create(cls, model_class: type[Document], *args: Any, **kwargs: Any) -> Document:
        content = kwargs.pop("content", b"%PDF-1.7 what the letter says")
        if kwargs["state"] == Document.State.DONE:
            kwargs["file"] = filing.write("documents", ".pdf", content)
            kwargs["sha256"] = hashlib.sha256(content).hexdigest()
            kwargs["size"], kwargs["done_at"] = len(content), timezone.now()
        return Document.objects.create(**kwargs)


class AttachmentFactory(DjangoModelFactory[Attachment]):
    """A picture that somebody gave for nothing in particular, its bytes included."""

    class Meta:
        model = Attachment

    purpose = "picture"
    name = "picture.png"
    content_type = Attachment.ContentType.PNG
    subject_kind = "tests.case"
    subject_id = 1

    @classmethod
    def _create(cls, model_class: type[Attachment], *args: Any, **kwargs: Any) -> Attachment:
        content = base64.b64decode(DOT)
        kwargs["file"] = filing.write("given/00", ".png", content)
        kwargs["sha256"] = hashlib.sha256(content).hexdigest()
        return Attachment.objects.create(size=len(content), **kwargs)
