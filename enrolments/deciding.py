"""What somebody who decides about a case wants to know: the rules in words, what came before."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format, number_format

from accounts.models import Role
from courses.wording import gettext as _
from courses.wording import pgettext, pgettext_lazy
from enrolments import queue
from enrolments.explaining import refusal_in_words
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Kind
from enrolments.rulebook import Permission, RequestType
from enrolments.services import acting, requests
from enrolments.services.actions import ACTIONS
from paperwork.services.notices import UNDO
from paperwork.working_days import working_days_between

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from enrolments.later import Happened
    from enrolments.rulebook import Answer
    from paperwork.models import Event

# What happens besides the actions, as in “Noor began the application”.
SAID = {
    "begin": pgettext_lazy("history", "began the application"),
    "undo": pgettext_lazy("history", "took back the last decision"),
    "ask_board": pgettext_lazy("history", "asked the Board of Examiners by mail"),
    "revoke_board": pgettext_lazy("history", "revoked the link to the Board of Examiners"),
    "host_answer": pgettext_lazy("history", "recorded what the host university answered"),
    "home_answer": pgettext_lazy("history", "recorded what the home university answered"),
    "shared": pgettext_lazy("history", "shared the data with the host university"),
    "downloaded": pgettext_lazy("history", "downloaded the data"),
    "agreement": pgettext_lazy("history", "made the agreement"),
    "consent_withdrawn": pgettext_lazy("history", "withdrew the consent to share data"),
    "host_untold": pgettext_lazy("history", "asked the programme office to tell the host"),
    "host_told": pgettext_lazy("history", "told the host that it may not use the data any more"),
    "board_letter": pgettext_lazy("history", "sent the permission of the Board of Examiners"),
    "passed_over": pgettext_lazy("history", "gave a place to the next in line: too many credits"),
    "agreement_signed": pgettext_lazy("history", "added the signed agreement"),
    "note": pgettext_lazy("history", "wrote a note for colleagues"),
    "purpose": pgettext_lazy("history", "agreed that it counts otherwise"),
    "purpose_asked": pgettext_lazy("history", "asked whether it may count otherwise"),
    "purpose_refused": pgettext_lazy("history", "did not agree that it counts otherwise"),
}
MOST_BEFORE = 200  # earlier decisions that are counted, the latest first
DECIDED = [
    *(State.APPROVED, State.ENROLLED, State.FINISHED),
    *(State.REJECTED, State.DECLINED, State.WITHDRAWN),
]


class Rule(NamedTuple):
    """One thing that the rules say about a case."""

    words: str
    is_met: bool | None  # None: it asks for nothing


def what_the_rules_say(case: Enrolment) -> list[Rule]:
    """The rulebook's answer of this moment, in words. At most four queries."""
    if case.kind == Kind.INCOMING:
        return [
            Rule(_("The home university of the student decides; its own rules count."), None),
        ]
    answer = requests.answer_for(case)
    said = []
    if answer.refusal:
        said.append(Rule(refusal_in_words(answer.refusal), is_met=False))
    said.append(_permission(case, answer))
    said += _caps(case, answer)
    if case.kind == Kind.OUTGOING and answer.needs_consent:
        words = _("The student must consent to sharing data with a host in this country.")
        said.append(Rule(words, is_met=case.consent_at is not None))
    said.append(Rule(_later(answer.request), None))
    return said


def _permission(case: Enrolment, answer: Answer) -> Rule:
    match answer.permission:
        case Permission.BOARD:
            words = _("The Board of Examiners must give permission first.")
            return Rule(words, is_met=case.board == "given")
        case Permission.HONOURS:
            words = _("The honours coordinator decides; the Board's permission is not needed.")
            return Rule(words, None)
        case _:
            return Rule(_("No permission of the Board of Examiners is needed for this."), None)


def _caps(case: Enrolment, answer: Answer) -> list[Rule]:
    if over := requests.over_a_cap(case, answer):
        return [Rule(over, is_met=False)]
    caps = [
        (answer.credit_cap, _("At most %(cap)s EC of {portal} for each student.")),
        (answer.host_cap, _("At most %(cap)s EC for each student at this host.")),
    ]
    return [
        Rule(words % {"cap": number_format(cap.normalize())}, is_met=True)
        for cap, words in caps
        if cap is not None
    ]


def _later(request: RequestType) -> str:
    return {
        RequestType.REPLACEMENT: _("Afterwards the student asks in {system} for replacement."),
        RequestType.EXTERNAL: _("Afterwards the student asks in {system} for external education."),
        RequestType.EXTRACURRICULAR: _(
            "Afterwards the student asks in {system} for extracurricular."
        ),
        RequestType.HONOURS: _(
            "Afterwards the honours coordinator closes it; no request in {system}."
        ),
    }[request]


class Before(NamedTuple):
    """How the same faculty decided about the same course until now."""

    approved: int
    rejected: int
    declined: int  # by the host, after approval
    days: int | None  # working days until the decision: the median

    @property
    def number(self) -> int:
        return self.approved + self.rejected


def decided_before(user: User, case: Enrolment) -> Before:
    """Earlier decisions on this course for this faculty, of those in sight. One query."""
    rows = (
        queue.on_desk(user)
        .filter(edition__course=case.edition.course_id, faculty=case.faculty_id, state__in=DECIDED)
        .exclude(pk=case.pk)
    )
    times = rows.order_by("-since").values_list(
        "state", "submitted_at", "home_approved_at", "since"
    )
    counts: Counter[str] = Counter()
    days = []
    for state, sent, approved, since in times[:MOST_BEFORE]:
        if approved is None and state != State.REJECTED:
            continue  # withdrawn before anybody decided
        counts["approved" if approved else "rejected"] += 1
        counts["declined"] += state == State.DECLINED
        days.append(_working_days(sent, approved or since))
    return Before(
        counts["approved"],
        counts["rejected"],
        counts["declined"],
        round(median(days)) if days else None,
    )


def _working_days(start: datetime | None, end: datetime) -> int:
    if start is None:
        return 0
    return max(0, working_days_between(timezone.localdate(start), timezone.localdate(end)))


class Happening(NamedTuple):
    """One line of the history."""

    at: datetime
    who: str
    words: str
    why: str
    event: Event | None = None  # of the case itself
    can_undo: bool = False


def history_in_words(
    case: Enrolment, reader: User, more: Iterable[Happened] = ()
) -> list[Happening]:
    """All that happened, the latest first, with what `reader` can still take back. One query.

    `more`: what later apps know of it.
    """
    events = acting.history(case)
    lines = [
        Happening(event.at, _who(event), words_of(event), event.reason, event)
        for event in reversed(events)
    ]
    if lines and can_undo(events[-1], reader):
        lines[0] = lines[0]._replace(can_undo=True)
    for one in more:
        who = f"{one.who} ({one.role})" if one.role else one.who
        lines.append(Happening(one.at, who, one.done, one.why))
    return sorted(lines, key=lambda line: line.at, reverse=True)


def can_undo(event: Event, reader: User) -> bool:
    """Whether `reader` can still take `event` back, as far as the clock and who did it tell."""
    action = ACTIONS.get(event.action)
    young = event.at > timezone.now() - UNDO
    return action is not None and action.undo and event.actor_id == reader.pk and young


def _who(event: Event) -> str:
    if not event.actor_name:
        return _("The portal")
    role = str(Role(event.role).label) if event.role in Role.values else ""
    if event.role == "student":
        role = pgettext("role", "student")
    if event.role == "board":
        role = _("for the Board of Examiners")
    return f"{event.actor_name} ({role})" if role else event.actor_name


def words_of(event: Event) -> str:
    """What happened, as in “Noor approved the application”."""
    if event.action in ACTIONS:
        return str(ACTIONS[event.action].done)
    if event.action in SAID:
        return str(SAID[event.action])
    match event.action:
        case "board" if event.details.get("granted"):
            return pgettext("history", "recorded the permission of the Board of Examiners")
        case "board":
            return pgettext("history", "recorded that the Board of Examiners refuses")
        case "aside" if until := event.details.get("until"):
            day = date_format(date.fromisoformat(until), "DATE_FORMAT")
            return pgettext("history", "put the application aside until %(day)s") % {"day": day}
        case "aside":
            return pgettext("history", "took the application back into the queue")
        case "reorder":
            return pgettext("history", "moved it on the waiting list from %(from)s to %(to)s") % {
                "from": event.details.get("from", ""),
                "to": event.details.get("to", ""),
            }
        case _:
            return pgettext("history", "changed the application")
