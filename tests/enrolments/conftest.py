"""Somebody who applies for one course, in a faculty that asks no permission for electives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from courses.models import Faculty
from enrolments.models import FacultyRules
from enrolments.services import rules
from tests import factories
from tests.enrolments.applicants import Student
from tests.enrolments.cases import student_of


@pytest.fixture
def faculty(db: None) -> Faculty:
    faculty = factories.FacultyFactory.create()
    rules.save_rules(FacultyRules(faculty=faculty, board_for_elective=False))
    return faculty


@pytest.fixture
def student(faculty: Faculty, sign_in: Callable[[User], Client]) -> Student:
    edition = factories.EditionFactory.create(course__slug="astro", course__university__code="UQ")
    user = student_of(faculty)
    return Student(sign_in(user), user, edition)
