"""One of everybody, around the case of a course that is over; a folder for each test's files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from enrolments.models import Enrolment
from tests.enrolments.cases import Cast, make_cast
from tests.grades.rows import finished


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Enrolment:
    return finished(cast, purpose="elective")
