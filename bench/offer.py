"""An offer of the size the limits are for, the same in every run."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from courses import isced
from courses.models import Course, Edition, University
from courses.models.course import Assessment, PublicState
from courses.models.university import LineColour
from courses.services.offer import offer_changed

UNIVERSITIES, COURSES, EDITIONS = 40, 500, 1500
PLACES = [
    *(("Brisbane", "AU", "Australia/Brisbane"), ("Canberra", "AU", "Australia/Sydney")),
    *(("Lausanne", "CH", "Europe/Zurich"), ("Houston", "US", "America/Chicago")),
    *(("Wageningen", "NL", "Europe/Amsterdam"), ("Hong Kong", "HK", "Asia/Hong_Kong")),
    *(("Kraków", "PL", "Europe/Warsaw"), ("São Paulo", "BR", "America/Sao_Paulo")),
]
SUBJECTS = (  # noqa: SIM905
    "Astrobiology,Actuarial Science,Condensed Matter,Food Security,Immunology,Machine Learning,"
    "Global Order,Critical Thinking,Topology,Quantum Computing,Public Health,Roman Law,"
    "Climate Adaptation,Digital Humanities,Microeconomics,Cognitive Psychology,Water Management,"
    "Human Rights,Linguistics,Urban Planning,Bioinformatics,Art History,Data Ethics,Energy Systems"
).split(",")
FORMS = (  # noqa: SIM905
    "Introduction to {},Advanced {},{} in Practice,Topics in {},{} and Society,"
    "The History of {},{} for Everybody"
).split(",")
WORDS = (  # noqa: SIM905
    "students learn methods theory evidence analysis research models systems culture policy data"
    " experiment design history language society environment structure measurement uncertainty"
    " argument practice project collaboration evaluation history perspective change growth networks"
).split()


def text(rng: random.Random, sentences: int) -> str:
    return " ".join(
        " ".join(rng.choices(WORDS, k=rng.randint(8, 16))).capitalize() + "."
        for _ in range(sentences)
    )


@transaction.atomic
def fill(
    universities: int = UNIVERSITIES, courses: int = COURSES, editions: int = EDITIONS
) -> None:
    """Make the offer: the same rows for the same numbers and day."""
    rng = random.Random(2026)
    today, now = timezone.localdate(), timezone.now()
    partners = University.objects.bulk_create(
        make_university(rng, number, today) for number in range(universities)
    )
    made = Course.objects.bulk_create(
        make_course(rng, number, partners[number % universities], now) for number in range(courses)
    )
    Edition.objects.bulk_create(
        make_edition(rng, number, made[number % courses], number // courses, today)
        for number in range(editions)
    )
    offer_changed()


def make_university(rng: random.Random, number: int, today: date) -> University:
    city, country, zone = PLACES[number % len(PLACES)]
    return University(
        code=f"U{number:02}",
        name=f"University {number} of {city}",
        city=city,
        country=country,
        time_zone=zone,
        line_colour=LineColour.values[number % len(LineColour.values)],
        website="https://university.example",
        about_en=text(rng, 4),
        about_nl=text(rng, 4),
        confirmed_on=today,
    )


def make_course(rng: random.Random, number: int, university: University, now: object) -> Course:
    subject = SUBJECTS[number % len(SUBJECTS)]
    title = FORMS[number % len(FORMS)].format(subject) + ("" if number < 168 else f" {number}")
    level, step = rng.choice([("bachelor", 200), ("bachelor", 300), ("master", 500)])
    return Course(
        university=university,
        code=f"{subject[:4].upper()}{1000 + number}",
        slug=slugify(title),
        title=title,
        title_nl=f"{subject} voor iedereen" if number % 9 == 0 else "",
        about_en=text(rng, 8),
        about_nl=text(rng, 8),
        outcomes_en=text(rng, 5),
        outcomes_nl=text(rng, 5),
        method_en=text(rng, 3),
        assessed_en=text(rng, 3),
        entry_en=text(rng, 2),
        language=rng.choice(["en", "en", "en", "nl", "fr"]),
        level=level,
        level_number=step,
        ec=Decimal(rng.choice(["3.0", "4.0", "5.0", "5.0", "6.0", "7.5"])),
        field=rng.choice(list(isced.NARROW)),
        assessment=rng.choice(Assessment.values),
        honours=number % 5 == 0,
        state=PublicState.PUBLISHED,
        published_at=now,
    )


def make_edition(rng: random.Random, number: int, course: Course, run: int, today: date) -> Edition:
    starts = today + timedelta(days=rng.randint(-30, 120) + 150 * run)
    ends = starts + timedelta(days=rng.randint(60, 140))
    has_exam = course.assessment != Assessment.ASSIGNMENT
    places = rng.choice([None, 20, 25, 40, 120])
    return Edition(
        course=course,
        period=rng.choice(Edition.Period.values),
        starts_on=starts,
        ends_on=ends,
        applications_open_on=starts - timedelta(days=100),
        applications_close_on=starts - timedelta(days=rng.randint(20, 40)),
        withdraw_until=starts + timedelta(days=14),
        places=places,
        taken=0 if places is None else rng.choice([0, 3, places - 4, places]),
        assessment=course.assessment,
        exam_kind=rng.choice(Edition.ExamKind.values) if has_exam else "",
        exam_on=ends if has_exam else None,
        state=PublicState.PUBLISHED,
    )
