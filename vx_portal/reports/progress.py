"""Reports about the way of applications: how far they came, and how those that ended did."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from courses.wording import gettext_lazy
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import OVER, Board
from grades.models import Registration, Transcript
from paperwork.models import Event
from vx_portal.reports.applications import sent
from vx_portal.reports.results import REGISTERED, reads_each
from vx_portal.reports.tables import Bars, Column, Kind, Label, Row, Table, Words, share, total_of

if TYPE_CHECKING:
    from accounts.models import User
    from vx_portal.reports.filters import Filters

S = State

# --- How far --------------------------------------------------------------------------------------
STAGES: dict[str, Words] = {
    "sent": gettext_lazy("Sent"),
    "approved": gettext_lazy("Approved at home"),
    "enrolled": gettext_lazy("Enrolled by the host"),
    "finished": gettext_lazy("Course finished"),
    "transcript": gettext_lazy("Transcript or result received"),
    "registered": gettext_lazy("Registered in {system}, or on the honours route"),
}
FAR = (
    Column("number", pgettext_lazy("cases", "Applications")),
    Column("of_all", gettext_lazy("Of all that were sent"), Kind.PERCENT, added=False),
    Column("of_before", gettext_lazy("Of the stage before"), Kind.PERCENT, added=False),
)


def how_far(user: User, filters: Filters) -> Table:
    """How many of the applications of the period have come to each stage until now."""
    rows = sent(user, filters)
    paper = Transcript.objects.filter(enrolment=OuterRef("pk"))
    entered = Registration.objects.filter(
        enrolment=OuterRef("pk"), current=True, state__in=REGISTERED
    )
    placed = Q(state__in=[S.ENROLLED, S.FINISHED])
    reached: dict[str, Any] = {
        "sent": Q(),
        "approved": Q(home_approved_at__isnull=False),
        "enrolled": placed,
        "finished": Q(state=S.FINISHED),
        "transcript": placed & Q(Exists(paper) | Q(results__current=True)),
        "registered": placed & Exists(entered),
    }
    stages = list(STAGES)
    if not reads_each(user):  # only a pass is registered
        stages.remove("registered")
    counts = {name: Count("pk", distinct=True, filter=reached[name]) for name in stages}
    found: dict[str, int] = rows.order_by().aggregate(**counts)
    return Table(
        "progress",
        _("How far applications came"),
        _(
            "Applications sent in the period, and how many of them have come to each stage until"
            " today. Those that are younger have had less time. “Approved at home” also counts who"
            " stopped after it; the stages after that count only those who are still on the way."
        ),
        _("Stage"),
        FAR,
        [_stage(name, before, found) for name, before in zip(stages, ["", *stages], strict=False)]
        if found["sent"]
        else [],
        period=filters.period.in_words(),
        shape=Bars("number"),
    )


def _stage(name: str, before: str, found: dict[str, int]) -> Row:
    numbers: dict[str, Any] = {
        "number": found[name],
        "of_all": _percent(found[name], found["sent"]),
        "of_before": _percent(found[name], found[before]) if before else None,
    }
    return Row(Label(str(STAGES[name])), numbers)


def _percent(part: int, whole: int) -> Decimal | None:
    return round(Decimal(100 * part) / whole, 1) if whole else None


# --- How it ended ---------------------------------------------------------------------------------
# Each ending: the actions and the states from which they lead to it.
ENDINGS: dict[str, tuple[Words, tuple[str, ...], tuple[State, ...]]] = {
    "board": (gettext_lazy("Rejected: the Board of Examiners refused permission"), (), ()),
    "rejected": (
        gettext_lazy("Rejected at home for another reason"),
        ("reject",),
        (S.SUBMITTED, S.WAITING, S.OFFERED, S.RETURNED),
    ),
    "declined": (gettext_lazy("Declined by the host"), ("decline",), (S.APPROVED,)),
    "declined_late": (
        gettext_lazy("Declined by the host after it had enrolled the student"),
        ("decline",),
        (S.ENROLLED,),
    ),
    "withdrawn": (
        gettext_lazy("Withdrawn by the student before it was approved"),
        ("withdraw",),
        (S.SUBMITTED, S.RETURNED),
    ),
    "withdrawn_approved": (
        gettext_lazy("Withdrawn by the student after it was approved"),
        ("withdraw",),
        (S.APPROVED,),
    ),
    "withdrawn_enrolled": (
        gettext_lazy("Withdrawn by the student after the host had enrolled them"),
        ("withdraw",),
        (S.ENROLLED,),
    ),
    "left_line": (
        gettext_lazy("Left the waiting list"),
        ("withdraw", "pass", "expire"),
        (S.WAITING,),
    ),
    "offer": (
        gettext_lazy("Did not take the place that was offered"),
        ("withdraw", "pass", "expire"),
        (S.OFFERED,),
    ),
    "unanswered": (gettext_lazy("Did not answer a question"), ("expire",), (S.RETURNED,)),
    "consent": (
        gettext_lazy("The student withdrew the consent to share data"),
        ("withdraw_consent",),
        tuple(S),
    ),
    "office": (
        gettext_lazy("Withdrawn by the programme office"),
        ("withdraw_late",),
        tuple(S),
    ),
    "other": (gettext_lazy("Otherwise"), (), ()),
}
ENDED = (
    Column("number", pgettext_lazy("cases", "Applications")),
    Column("share", gettext_lazy("Of all that ended"), Kind.PERCENT, of=share("number", "all")),
)


def endings(user: User, filters: Filters) -> Table:
    """How the applications ended that came to nothing in the period."""
    cases = Enrolment.objects.for_desk(user).filter(filters.of_cases(), state__in=OVER)
    events = (
        Event.objects.filter(
            subject_kind=Enrolment._meta.label_lower,
            to_state__in=OVER,
            subject_id__in=cases.order_by().values("pk"),
            **filters.period.moments("at"),
        )
        .exclude(from_state=S.DRAFT)
        .order_by()
    )
    found: Counter[str] = Counter()
    for action, before, number in events.values_list("action", "from_state").annotate(
        number=Count("pk")
    ):
        found[_ending(action, before)] += number
    refused = cases.filter(board=Board.REFUSED).order_by().values("pk")
    found["board"] = events.filter(action="reject", subject_id__in=refused).count()
    found["rejected"] -= found["board"]
    rows = [
        Row(
            Label(str(words), order=(place,)),
            {"number": found[name], "share": _percent(found[name], found.total())},
        )
        for place, (name, (words, _actions, _states)) in enumerate(ENDINGS.items())
        if found[name]
    ]
    return Table(
        "endings",
        _("How applications ended that came to nothing"),
        _(
            "Applications that were rejected, declined, withdrawn or expired in the period, by how"
            " that came. Drafts that were never sent are not counted."
        ),
        _("How it ended"),
        ENDED,
        rows,
        total_of(ENDED, rows),
        filters.period.in_words(),
        shape=Bars("number"),
    )


def _ending(action: str, before: str) -> str:
    for name, (_words, actions, states) in ENDINGS.items():
        if action in actions and before in states:
            return name
    return "other"
