"""What every test of a report has: a Wednesday in March, in English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.utils import translation

from tests.reports.made import TODAY


@pytest.fixture
def today() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False), translation.override("en"):
        yield
