"""Tasks that look at many rows: what does not fit into one turn goes on in the next."""

from __future__ import annotations

from types import ModuleType

import pytest
from celery import Task
from celery.exceptions import SoftTimeLimitExceeded

from enrolments import tasks as enrolments
from enrolments.services import agreements, upkeep
from exams import tasks as exams
from exams.services import proposing
from exams.services import resits as absent
from grades import tasks as grades
from grades.services import resits as failed


@pytest.mark.parametrize(
    ("task", "module", "part"),
    [
        (enrolments.every_hour, upkeep, "finish_ended"),
        (enrolments.every_night, agreements, "renew_changed"),
        (exams.every_hour, proposing, "forget_old"),
        (exams.every_night, absent, "offer_to_all_absent"),
        (grades.every_hour, failed, "offer_after_failing"),
    ],
)
@pytest.mark.parametrize("long", [2, 100])
def test_it_goes_on_until_all_is_done_but_not_for_ever(
    db: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    task: Task,
    module: ModuleType,
    part: str,
    long: int,
) -> None:
    turns: list[str] = []

    def too_much() -> None:
        turns.append(part)
        if len(turns) <= long:
            raise SoftTimeLimitExceeded

    monkeypatch.setattr(module, part, too_much)
    ended = task.apply().state
    assert (ended, len(turns)) == (("SUCCESS", 3) if long == 2 else ("FAILURE", 21))
    caplog.clear()  # the error that stands there


def test_another_task_ends_with_it(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The control: it is what these tasks are given."""

    def too_much() -> None:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(upkeep, "end_offers", too_much)
    assert enrolments.every_minute.apply().state == "FAILURE"
    caplog.clear()
