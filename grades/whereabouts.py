"""Where a result is: the stops from transcript to uSis, who has it, and when it usually comes.

Everybody who may see the case reads this, so no grade stands in it. What can still be taken back
has not happened yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format

from courses.services.offer import version_in_use
from courses.wording import gettext as _
from courses.wording import ngettext
from enrolments.holding import Holder, Who, home_of, name_of
from enrolments.later import News, Step
from enrolments.models.enrolment import Kind, State
from enrolments.services import rules
from grades import durations, following, own_registration
from grades.gates import ENDED_WELL
from grades.models import Registration, RegistrationState, TranscriptState
from grades.papers import Papers, papers_of
from grades.services import chasing

if TYPE_CHECKING:
    from enrolments.models import Enrolment

T, R = TranscriptState, RegistrationState
SENT = (R.SENT, R.REGISTERED, R.RECONCILED)
DONE = (R.REGISTERED, R.RECONCILED)


def news(cases: Sequence[Enrolment]) -> dict[int, News]:
    """Where the results of `cases` are, and what is up to their students.

    Five queries at most; none when nobody was enrolled.
    """
    placed = [case for case in cases if case.state in ENDED_WELL]
    if not placed:
        return {}
    with rules.one_rulebook(version_in_use()):
        return {papers.case.pk: _news(papers) for papers in papers_of(placed)}


def _news(papers: Papers) -> News:
    case = papers.case
    to_come = _ours(papers) if case.kind != Kind.OUTGOING else _theirs(papers)
    registered = _registered(papers) if case.kind != Kind.INCOMING else []
    steps = [*to_come, *registered]
    told = News(
        {
            "transcript": [step for step, _about in to_come],
            "registered": [step for step, _about in registered],
        },
        turn=own_registration.turn_of(papers) or following.turn_of(papers),
    )
    now = next((about for step, about in steps if not step.is_done), None)
    if now is None:
        told.holder = Holder(Who.NOBODY, "", _last(steps) or case.since, None, _the_end(papers))
        return told
    if not (case.state == State.FINISHED or papers.transcript):
        return told
    told.holder = now.holder
    told.usual = now.usual
    for name, row in told.steps.items():
        told.steps[name] = [
            step._replace(note=now.note) if step.name == now.step else step for step in row
        ]
    return told


def _last(steps: list[Stop]) -> datetime | None:
    at = steps[-1][0].at if steps else None
    return at if isinstance(at, datetime) or at is None else _noon(at)


def _the_end(papers: Papers) -> str:
    """What the last stop means, in one sentence."""
    row = papers.registration
    if papers.given_up is not None:
        return _("No transcript comes, so there is nothing to register.")
    if papers.is_over:
        return _("The student was not at the exam, so there is nothing to register.")
    if row is not None and row.state == R.REFUSED:
        return _("The result is not registered: the request was refused.")
    if papers.result is not None and not papers.result.passed:
        return _("The result is known; there is nothing to register.")
    if papers.case.kind == Kind.INCOMING:
        return _("The result has gone to the home university. That was the last stop.")
    if row is not None and row.route == Registration.Route.HONOURS:
        return _("The result is recorded in the honours programme. That was the last stop.")
    return _("The result is registered in {system}. That was the last stop.")


@dataclass
class Now:
    """The stop that is now: who has it, and when it is usually done."""

    step: str
    holder: Holder
    usual: int | None = None
    note: str = ""


type Stop = tuple[Step, Now]


def _stop(
    papers: Papers,
    step: Step,
    who: Who,
    what: str,
    *,
    since: datetime | date,
    due_on: date | None = None,
    kind: str = "",
) -> Stop:
    """A stop, and what is said while it is the one that waits. `kind`: the step that is timed."""
    case = papers.case
    moment = since if isinstance(since, datetime) else _noon(since)
    holder = Holder(who, name_of(who, case), moment, due_on, what)
    now = Now(step.name, holder)
    if kind and not step.is_done:
        scope = {"host": case.edition.course.university.code}
        if kind not in {"transcript", "own"}:
            scope = {"faculty": case.faculty.code if case.faculty else ""}
        found = durations.forecast(kind, timezone.localdate(moment), **scope)
        if found:
            now.usual, now.note = found.days, _usually(found)
    return step, now


def _usually(found: durations.Forecast) -> str:
    said = ngettext(
        "Usually within one working day",
        "Usually within %(days)s working days",
        found.days,
    ) % {"days": found.days}
    if found.on < timezone.localdate():
        return f"{said}."
    return _("%(usually)s: about %(day)s.") % {
        "usually": said,
        "day": date_format(found.on, "DATE_FORMAT"),
    }


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def _theirs(papers: Papers) -> list[Stop]:
    """The transcript of a host: expected, received, verified."""
    case, row = papers.case, papers.transcript
    if papers.given_up is not None:
        ended = Step("transcript", _("No transcript comes"), True, papers.given_up.at)
        return [_stop(papers, ended, Who.NOBODY, "", since=papers.given_up.at)]
    if papers.is_over:
        return []  # not there: the exam was the last stop
    host = case.edition.course.university.local_name
    home = home_of(case)
    is_back = row is not None and row.state == T.RETURNED
    received = Step(
        "transcript",
        _("Transcript of %(host)s") % {"host": host},
        row is not None and not is_back,
        row.received_at if row and not is_back else None,
    )
    verified = Step(
        "verified",
        _("Checked by %(who)s") % {"who": name_of(home, case)},
        papers.is_verified,
        row.verified_at if row and papers.is_verified else None,
    )
    return [
        _stop(
            papers,
            received,
            Who.STUDENT if is_back else Who.HOST,
            _("Another transcript is to be sent.")
            if is_back
            else _("The host university makes the transcript; it is sent here."),
            since=row.changed_at if row and is_back else papers.over_on,
            due_on=None if is_back else chasing.due_on(case),
            kind="transcript",
        ),
        _stop(
            papers,
            verified,
            home,
            _("The transcript is laid beside the application, and the result is recorded."),
            since=row.received_at if row else papers.over_on,
            due_on=row.due_on if row else None,
            kind="verify",
        ),
    ]


def _ours(papers: Papers) -> list[Stop]:
    """Our own result list; of a partner's student also the transcript of records."""
    if papers.is_over:
        return []  # not there: the exam was the last stop
    case, result = papers.case, papers.result
    at = result.confirmed_at if result else None
    what = _("The office enters the result of the course, and a second person confirms it.")
    steps = [Step("result", _("Result from {university}"), result is not None, at)]
    if case.kind == Kind.INCOMING:
        title = _("Transcript of records for %(home)s") % {"home": case.home_university.local_name}
        steps.append(Step("records", title, result is not None, at))
    return [
        _stop(papers, step, Who.OFFICE, what, since=papers.over_on, kind="own") for step in steps
    ]


def _registered(papers: Papers) -> list[Stop]:
    """From the request to uSis, or to the honours programme; nothing after a result that failed."""
    row = papers.registration
    if papers.is_over or (papers.result is not None and not papers.result.passed):
        return []
    is_honours = papers.case.is_honours if row is None else row.route == Registration.Route.HONOURS
    return _honours(papers, row) if is_honours else _in_usis(papers, row)


def _begun(papers: Papers) -> datetime | date:
    return papers.result.recorded_at if papers.result else papers.over_on


def _refused(row: Registration) -> Step:
    return Step("refused", _("Registration refused"), is_done=True, at=row.since)


def _honours(papers: Papers, row: Registration | None) -> list[Stop]:
    is_refused = row is not None and row.state == R.REFUSED
    # The Academy says no to what was sent to it; a coordinator before that.
    is_sent = row is not None and (row.state in SENT or (is_refused and row.sent_at is not None))
    is_done = row is not None and row.state in DONE
    sent = Step(
        "sent",
        _("Overview for the honours programme"),
        is_sent,
        row.sent_at if row and is_sent else None,
    )
    done = Step(
        "registered",
        _("Recorded in the honours programme"),
        is_done,
        row.registered_on if row and is_done else None,
    )
    due_on = row.due_on if row else None
    if row is not None and is_refused:
        steps = [sent, _refused(row)] if is_sent else [_refused(row)]
        return [_stop(papers, step, Who.NOBODY, "", since=row.since) for step in steps]
    return [
        _stop(
            papers,
            sent,
            Who.HONOURS,
            _("The honours coordinator makes the overview and sends it."),
            since=row.since if row else _begun(papers),
            due_on=due_on,
        ),
        _stop(
            papers,
            done,
            Who.HONOURS,
            _("The answer of the {honours} is recorded."),
            since=row.since if row else _begun(papers),
            due_on=due_on,
            kind="register",
        ),
    ]


def _in_usis(papers: Papers, row: Registration | None) -> list[Stop]:
    is_filed = row is not None and (row.filed_on is not None or row.state != R.REQUESTED)
    is_sent = row is not None and row.state in SENT
    is_done = row is not None and row.state in DONE
    own_form = row is not None and row.route == Registration.Route.OWN_FORM
    filed = Step(
        "filed",
        _("Request for registration") if own_form else _("Request for registration, in {system}"),
        is_filed,
        row.filed_on if row and is_filed else None,
    )
    due_on = row.due_on if row else None
    is_with_board = row is not None and row.state == R.REQUESTED
    is_decided = is_filed and not is_with_board
    decided = Step(
        "decided",
        _("Decision of the Board of Examiners"),
        is_decided,
        row.board_decided_on if row and is_decided else due_on if is_filed else None,
    )
    sent = Step(
        "sent",
        _("Paperwork sent, to be entered in {system}"),
        is_sent,
        row.sent_at if row and is_sent else None,
    )
    done = Step(
        "registered",
        _("Registered in {system}"),
        is_done,
        row.registered_on if row and is_done else None,
    )
    since = row.since if row else _begun(papers)
    if row is not None and row.state == R.REFUSED:
        steps = [filed, _refused(row)]
        return [_stop(papers, step, Who.NOBODY, "", since=since) for step in steps]
    return [
        _stop(
            papers,
            filed,
            Who.STUDENT,
            _("The student asks for the registration; without that nothing happens."),
            since=since,
            due_on=due_on,
        ),
        _stop(
            papers,
            decided,
            Who.BOARD,
            _("When the Board has decided, the paperwork is made and sent."),
            since=row.filed_on if row and row.filed_on else since,
            due_on=due_on,
            kind="send",
        ),
        _stop(
            papers,
            sent,
            Who.COORDINATOR,
            _("The paperwork is made and sent, so that the result can be entered in {system}."),
            since=since,
            due_on=due_on,
        ),
        _stop(
            papers,
            done,
            Who.ADMINISTRATION if row is None or row.is_administered else Who.COLLEAGUE,
            _("The result is entered in {system}, and that is recorded."),
            since=since,
            due_on=due_on,
            kind="register",
        ),
    ]
