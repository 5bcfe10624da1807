"""The clocks come round once at a restore: what they may have told before is not told again.

After the backup was made they went on, and the restored portal does not know what they told. So it
lets them owe all that they would owe until now, and holds it; what they owe for later moments is
new, and goes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from django.utils import timezone

from enrolments import tasks as enrolments
from exams import tasks as exams
from grades import tasks as grades
from paperwork.working_days import last_work_time
from privacy.services import retention

log = structlog.get_logger("vx_portal.coming_round")

# In the order of a day: what one changes, the next sees.
CLOCKS: dict[str, Callable[[datetime, datetime], object]] = {
    "privacy.tasks.every_night": lambda now, _work: retention.name_due(timezone.localdate(now)),
    "enrolments.tasks.every_night": lambda _now, _work: enrolments.every_night(),
    "exams.tasks.every_night": lambda _now, _work: exams.every_night(),
    "enrolments.tasks.every_minute": lambda _now, _work: enrolments.every_minute(),
    "enrolments.tasks.every_hour": lambda _now, work: enrolments.every_hour(work),
    "exams.tasks.every_hour": lambda _now, work: exams.every_hour(work),
    "grades.tasks.every_hour": lambda _now, work: grades.every_hour(work),
}
# What clocks do that tells nobody, or only of what somebody asked for or of what is found now.
TELL_NOBODY_AGAIN = {
    "accounts.tasks.end_sessions_of_former_staff",
    "accounts.tasks.forget_old_unverified",
    "courses.tasks.remove_old_imports",
    "exams.tasks.sweep_plans",  # of a plan that was begun before: held (paperwork/restored.py)
    "grades.tasks.every_minute",  # of a batch that was begun before: held
    "paperwork.tasks.check_chain",
    "paperwork.tasks.drop_fleeting",
    "paperwork.tasks.gather_digests",  # vx_portal/restore.py makes and holds what is due
    "paperwork.tasks.seal_events",
    "paperwork.tasks.sweep",
    "paperwork.tasks.sweep_files",
    "privacy.tasks.sweep_copies",  # of a copy that was asked for before: held
    "vx_portal.tasks.clear_sessions",
    "vx_portal.tasks.report_alive",
}


def come_round(at: datetime) -> bool:
    """Let all clocks owe what they owe until `at`; whether none of them failed."""
    work, failed = last_work_time(at), False
    for name, clock in CLOCKS.items():
        try:
            clock(at, work)
        except Exception:  # whatever it is: then what clocks owe is held for a while
            log.exception("clock failed", task=name)
            failed = True
    return not failed
