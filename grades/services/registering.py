"""Moving a registration: compare-and-swap, event, paper and messages in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.models import Enrolment
from enrolments.models.enrolment import Kind
from enrolments.services import rules
from grades import form, proposing
from grades.models import Registration, RegistrationState, Result
from grades.services import registration_papers, superseding
from grades.services import registration_telling as telling
from grades.services.registration_actions import ACTIONS, ActionError, StaleError
from grades.services.registration_papers import owe_paper
from paperwork.models import Event
from paperwork.services.events import Actor, record
from paperwork.working_days import add_working_days

if TYPE_CHECKING:
    from grades.models import PurposeChange

S = RegistrationState
Route = Registration.Route


@transaction.atomic
def open_registration(result: Result) -> Registration | None:
    """Begin the registration of `result`, in the transaction that records it.

    None when there is nothing to register: not passed, or a student of another university. A
    result that corrects one takes its place: what was not sent goes on with the new result; what
    was sent stays as it was, and a new registration begins, which says so to the administration.
    """
    case = result.enrolment
    # It may have gone to or from the honours route since the case was read: services/honours.py.
    now = Enrolment.objects.select_for_update(of=("self",), no_key=True).filter(pk=case.pk)
    case.purpose = now.values_list("purpose", flat=True).get()
    rows = Registration.objects.select_for_update(of=("self",)).select_related(*form.SHOWN)
    earlier = rows.filter(enrolment=case).current().first()
    if case.kind == Kind.INCOMING:
        return None
    by = verifier_of(result)
    fields = {**_route_of(result), "result": result, "verified_by": by}
    if earlier is not None:
        if result.passed and earlier.state in {S.REQUESTED, S.PREPARED}:
            return _go_on_with(earlier, result)
        superseding.supersede(earlier, result, by=by)
        if earlier.state != S.REFUSED:
            fields |= {
                name: getattr(earlier, name)
                for name in ("filed_on", "board_decided_on", "board_reference", "honours_ec")
            } | _chosen(earlier, case)
    if not result.passed:
        return None
    row = Registration(enrolment=case, **fields)
    row.due_on = due_after(row, S.REQUESTED)
    row.save(force_insert=True)
    event = record(
        row,
        "open",
        by=by,
        role="portal",
        to_state=S.REQUESTED,
        details={"result": result.pk, "type": row.request_type, "why": proposing.why(case)},
    )
    owe_paper(row)
    telling.tell(event, row)
    return row


def verifier_of(result: Result) -> User:
    """Who answers for the result: who confirmed it, where that takes two; else who recorded it."""
    return result.confirmed_by or result.recorded_by


@transaction.atomic
def change_route(row: Registration, case: Enrolment, change: PurposeChange, *, by: User) -> None:
    """`case` counts otherwise from now on: its registration begins anew so.

    Raises StaleError. The papers made so far no longer count, and who was sent them hears that;
    the history stays.
    """
    had_it = telling.whoever_has(row)
    result = row.result
    result.enrolment = case
    values: dict[str, Any] = {
        **_route_of(result),
        "state": S.REQUESTED,
        "since": timezone.now(),
        "changed_at": timezone.now(),
        "filed_on": None,
        "board_decided_on": None,
        "board_reference": "",
        "override_reason": "",
        "refusal": "",
        "honours_ec": None,
        "batch": None,
        "sent_at": None,
        "taken_by": None,
    }
    seen, batch, as_seen = row.state, row.batch_id, _same(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.enrolment = case
    row.due_on = values["due_on"] = due_after(row, S.REQUESTED)
    if not as_seen.update(**values):
        raise StaleError(_("Somebody else has just changed this registration."))
    registration_papers.end(row, by=by)
    event = record(
        row,
        "purpose",
        by=by,
        from_state=seen,
        to_state=S.REQUESTED,
        reason=change.reason,
        details={"purpose": change.purpose, "asked_by": str(change.asked_by)},
    )
    owe_paper(row)
    telling.tell(event, row)
    telling.no_longer_sent(batch)
    telling.not_theirs_any_more(event, row, had_it)


def _route_of(result: Result) -> dict[str, Any]:
    """The way and the type that the rules give."""
    case = result.enrolment
    if case.is_honours:
        return {"route": Route.HONOURS, "request_type": "", "proposed_type": ""}
    own_form = rules.rulebook().own_form(case.faculty_id)
    kind = proposing.proposed_for(case)
    return {
        "route": Route.OWN_FORM if own_form else Route.PETITION,
        "request_type": kind,
        "proposed_type": kind,
    }


def _chosen(earlier: Registration, case: Enrolment) -> dict[str, Any]:
    """The type that somebody chose instead of the proposed one: what was filed was of this one."""
    kind = earlier.request_type
    if case.is_honours or kind == earlier.proposed_type or kind not in proposing.allowed_for(case):
        return {}
    return {"request_type": kind, "override_reason": earlier.override_reason}


def _go_on_with(row: Registration, result: Result) -> Registration:
    """The registration, not sent yet, is of the corrected result from now on."""
    seen = row.state
    values = {
        "result": result,
        "verified_by": verifier_of(result),
        "changed_at": timezone.now(),
    }
    if not _same(row).update(**values):
        raise StaleError(_("Somebody else has just changed this registration."))
    for name, value in values.items():
        setattr(row, name, value)
    record(
        row,
        "result",
        by=result.recorded_by,
        role="portal",
        from_state=seen,
        to_state=seen,
        reason=result.reason,
        details={"result": result.pk},
    )
    owe_paper(row)
    return row


@transaction.atomic
def forget_registration(result: Result) -> None:
    """`result` is taken back before anybody has heard of it: so is the registration it began.

    What rested on the result before it rests on that one again. Raises StaleError when its
    registration has gone on already.
    """
    rows = Registration.objects.select_for_update(of=("self",)).select_related(*form.SHOWN)
    row = rows.filter(result=result).first()
    before = result.replaces
    if row is not None and before is not None and row.created_at < result.recorded_at:
        if row.state not in {S.REQUESTED, S.PREPARED}:
            raise StaleError(_("Its registration has gone on already."))
        _go_on_with(row, before)
        return
    if row is not None:
        if row.state != S.REQUESTED or row.filed_on not in {None, _filed_before(before)}:
            raise StaleError(_("Its registration has gone on already."))
        telling.take_back_all(row)
        registration_papers.end(row, by=result.recorded_by)
        row.delete()
    rows = Registration.objects.filter(result=before).select_related(*form.SHOWN)
    earlier = rows.order_by("-pk").first() if before else None
    if earlier is not None:
        superseding.restore(earlier, result, by=verifier_of(result))


def _filed_before(result: Result | None) -> date | None:
    """When the registration of an earlier result was filed, which a new one takes along."""
    earlier = Registration.objects.filter(result=result).order_by("-pk").first() if result else None
    return earlier.filed_on if earlier else None


@transaction.atomic
def act(
    row: Registration,
    name: str,
    *,
    by: Actor,
    reason: str = "",
    also: Mapping[str, Any] | None = None,
) -> Event:
    """Move `row` (which comes with `form.SHOWN`), or raise ActionError and change nothing.

    `also` sets the fields that the action asks for. StaleError: somebody else was first.
    """
    action = ACTIONS[name]
    role = action.who(by, row)
    reason = reason.strip()
    if not row.current or row.is_over or row.state not in action.sources or not role:
        raise ActionError(_("This is not possible for this registration now."))
    if hinder := action.hinder(row, by):
        raise ActionError(hinder)
    if action.needs_reason and not reason:
        raise ActionError(_("Say why: it is kept, and whom it concerns can read it."))
    seen = S(row.state)
    target = action.target or seen
    values: dict[str, Any] = {**(also or {}), **_consequences(row, name, by, reason, also or {})}
    _check(row, name, values)
    now = timezone.now()
    values |= {
        "state": target,
        "since": now if target != seen else row.since,
        "changed_at": now,
    }
    before = {field: getattr(row, field) for field in values}
    batch, as_seen = row.batch_id, _same(row)
    for field, value in values.items():
        setattr(row, field, value)
    row.due_on = values["due_on"] = due_after(row, target)
    try:
        with transaction.atomic():
            moved = as_seen.update(**values)
    except IntegrityError:
        _restore(row, before)
        raise ActionError(_("This is not possible for this registration now.")) from None
    if not moved:
        _restore(row, before)
        raise StaleError(_("Somebody else has just changed this registration."))
    event = record(
        row,
        name,
        by=by,
        role=role,
        from_state=seen,
        to_state=target,
        reason=reason,
        details=_details(also or {}),
    )
    if name in {"refuse", "decline"}:
        registration_papers.end(row, by=by if isinstance(by, User) else None)
    if target != seen or name == "choose":
        owe_paper(row)
    telling.tell(event, row)
    if seen == S.SENT != target:
        telling.no_longer_sent(batch)
    return event


def _same(row: Registration) -> Any:
    """The row as it was seen: of two clicks the second finds none."""
    rows = Registration.objects.filter(pk=row.pk, current=True)
    return rows.filter(state=row.state, changed_at=row.changed_at)


def _restore(row: Registration, before: Mapping[str, Any]) -> None:
    for field, value in before.items():
        setattr(row, field, value)


def _details(also: Mapping[str, Any]) -> dict[str, Any]:
    """What an action set, for the history."""
    return {
        name: value.isoformat() if isinstance(value, date) else str(value)
        for name, value in also.items()
        if name not in {"batch", "override_reason"}
    }


def _consequences(
    row: Registration, name: str, by: Actor, reason: str, also: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields that an action sets besides the state and what it asks for."""
    match name:
        case "choose":  # what was filed was of another type
            same = also.get("request_type") == row.request_type
            return {"filed_on": row.filed_on if same else None}
        case "send":
            return {"sent_at": timezone.now()}
        case "take" if isinstance(by, User):
            return {"taken_by": by}
        case "back":
            return {"sent_at": None, "batch": None, "taken_by": None}
        case "register" | "amend" if isinstance(by, User):
            return {"registered_by": by}
        case "refuse" | "decline":
            return {"refusal": reason, "batch": None}
        case "again":
            return {
                "refusal": "",
                "filed_on": None,
                "board_decided_on": None,
                "board_reference": "",
                "sent_at": None,
                "batch": None,
                "taken_by": None,
            }
        case _:
            return {}


def _check(row: Registration, name: str, values: Mapping[str, Any]) -> None:
    """What the database cannot say so well. Raises ActionError."""
    today = timezone.localdate()
    match name:
        case "choose":
            kind = values.get("request_type", "")
            if kind not in proposing.allowed_for(row.enrolment):
                raise ActionError(_("The faculty does not have this type of registration."))
            if kind != row.proposed_type and not str(values.get("override_reason", "")).strip():
                raise ActionError(_("Say why you choose another type."))
        case "file":
            _day_between(values.get("filed_on"), row.result.dated_on, today)
        case "decide":
            # A Board may have said so before the course began: its permission in advance.
            _day_between(values.get("board_decided_on"), today - timedelta(days=1500), today)
        case "register" | "amend":
            first = max(row.result.dated_on, row.board_decided_on or row.result.dated_on)
            _day_between(values.get("registered_on"), first, today)
        case "prepare" if values.get("honours_ec") is None:
            raise ActionError(_("Give the credits (EC) in the honours programme so far."))


def _day_between(day: date | None, first: date, last: date) -> None:
    if day is None:
        raise ActionError(_("Give the day."))
    if day > last:
        raise ActionError(_("This day has yet to come."))
    if day < first:
        raise ActionError(_("This day lies before %(day)s.") % {"day": form.as_text(first)})


def due_after(row: Registration, target: RegistrationState) -> date | None:
    """By when whoever has it now should act; None when nobody has to."""
    today = timezone.localdate()
    book = rules.rulebook()
    case = row.enrolment
    match target:
        case S.REQUESTED if row.route == Route.HONOURS:
            return add_working_days(today, book.portal["verify_days"])
        case S.REQUESTED if row.filed_on is None:
            return today + timedelta(days=book.portal["answer_days"])
        case S.REQUESTED:
            days = book.setting("board_days", case.faculty_id, case.programme_id) or 15
            return add_working_days(row.filed_on or today, days)
        case S.PREPARED | S.SENT:
            return add_working_days(today, book.portal["verify_days"])
        case _:
            return None


def history(row: Registration) -> list[Event]:
    """All that happened to `row`, oldest first. Ask its gate before."""
    return list(Event.objects.about(row).exclude(action="opened").select_related("actor"))
