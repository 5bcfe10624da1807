"""Planning of exams, apart from the portal: instances in, plans and reasons out.

Nothing here knows Django or the database. Moments are aware datetimes, lengths are minutes, and a
span is half-open: what ends at noon and what starts at noon do not meet.
"""

from exams.planning.checking import check
from exams.planning.conflicts import Conflict, ConflictKind, Facility
from exams.planning.days import day_span, starts_within
from exams.planning.instance import (
    Candidate,
    Exam,
    Instance,
    Invigilator,
    Kind,
    Pinned,
    Room,
    Span,
)
from exams.planning.plan import (
    Change,
    Cost,
    Impossible,
    Plan,
    Relaxation,
    Rule,
    Sitting,
    Status,
    compare,
    cost_of,
)
from exams.planning.proposing import propose
from exams.planning.search import Progress, Stage

__all__ = [
    "Candidate",
    "Change",
    "Conflict",
    "ConflictKind",
    "Cost",
    "Exam",
    "Facility",
    "Impossible",
    "Instance",
    "Invigilator",
    "Kind",
    "Pinned",
    "Plan",
    "Progress",
    "Relaxation",
    "Room",
    "Rule",
    "Sitting",
    "Span",
    "Stage",
    "Status",
    "check",
    "compare",
    "cost_of",
    "day_span",
    "propose",
    "starts_within",
]
