"""Proposing a plan: asked for, made in the background with a lease, stopped, never published.

The row is the queue. Whoever makes it writes a sign of life every second; who dies in the middle
loses it, and it is made anew.
"""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta

import structlog
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.services.actions import ActionError
from exams import people, planning, proposals
from exams.models import Plan
from paperwork import restored, waking
from paperwork.services.events import record
from paperwork.services.notices import Link, owe_notice

log = structlog.get_logger("exams.proposing")

SECONDS = 30.0  # that the planner has
LEASE = timedelta(seconds=20)  # without a sign of life it is given up
LONGEST = timedelta(days=70)  # that one proposal covers
MOST_ATTEMPTS = 3
KEPT = timedelta(days=30)
EACH = 1.0  # seconds between two signs of life
S = Plan.State


@transaction.atomic
def ask(first: date, last: date, *, by: User) -> Plan:
    """Have a plan made for these days. Raises ActionError when one is being made already."""
    if not people.arranger_role(by):
        raise ActionError(_("Only exam staff and the programme office plan exams."))
    if last < first or last - first > LONGEST:
        raise ActionError(_("Choose at most ten weeks; the last day comes after the first."))
    if Plan.objects.filter(state__in=[S.WAITING, S.RUNNING]).exists():
        raise ActionError(_("A plan is being made already. Wait for it, or stop it."))
    plan = Plan.objects.create(starts_on=first, ends_on=last, asked_by=by)
    record(plan, "propose", by=by, role=people.arranger_role(by))
    waking.wake_after_commit("exams.tasks.propose", plan.pk)
    return plan


@transaction.atomic
def stop(plan: Plan, *, by: User) -> None:
    """Have it end with the best so far; one that nobody has begun ends at once."""
    if not people.arranger_role(by):
        raise ActionError(_("Only exam staff and the programme office plan exams."))
    now = timezone.now()
    waiting = Plan.objects.filter(pk=plan.pk, state=S.WAITING)
    record(plan, "stop", by=by, role=people.arranger_role(by))
    if waiting.update(state=S.STOPPED, stop_asked_at=now, finished_at=now):
        return
    running = Plan.objects.filter(pk=plan.pk, state=S.RUNNING)
    if not running.update(stop_asked_at=now):
        raise ActionError(_("This plan is not being made any more."))


def due(at: datetime | None = None) -> list[int]:
    """Plans that somebody may take: waiting, or left by who made them."""
    left = Q(state=S.RUNNING, beat_at__lt=(at or timezone.now()) - LEASE)
    rows = Plan.objects.filter(Q(state=S.WAITING) | left).order_by("asked_at")
    return list(rows.values_list("pk", flat=True))


class _Making:
    """The hold that one attempt has on a row: what it writes counts only while it is its own."""

    def __init__(self, pk: int, started_at: datetime) -> None:
        self.rows = Plan.objects.filter(pk=pk, state=S.RUNNING, started_at=started_at)
        self.looked = self.beaten = 0.0
        self.stopping = False
        self.is_lost = False

    def stop(self) -> bool:
        """Whether it was asked to end, or another attempt has the row. Asked once a second."""
        if time.monotonic() - self.looked >= EACH:
            self.looked = time.monotonic()
            row = list(self.rows.values_list("stop_asked_at", flat=True))
            self.is_lost = not row
            self.stopping = self.is_lost or row[0] is not None
            self.rows.update(beat_at=timezone.now())
        return self.stopping

    def tell(self, progress: planning.Progress) -> None:
        """How far it is, as part of the time."""
        if time.monotonic() - self.beaten >= EACH:
            self.beaten = time.monotonic()
            done = min(99, int(100 * progress.seconds / SECONDS))
            self.rows.update(beat_at=timezone.now(), progress=done)


def make(pk: int) -> bool:
    """Make one plan, unless somebody else does; whether this attempt finished it."""
    plan = Plan.objects.filter(pk=pk).select_related("asked_by").first()
    if plan is None or plan.pk not in due():
        return False
    now = timezone.now()
    attempts = plan.given.get("attempts", 0) + 1
    mine = Plan.objects.filter(pk=pk, state=plan.state, started_at=plan.started_at)
    if attempts > MOST_ATTEMPTS:
        mine.update(state=S.FAILED, finished_at=now)
        return False
    if not mine.update(
        state=S.RUNNING, started_at=now, beat_at=now, progress=0, given={"attempts": attempts}
    ):
        return False
    hold = _Making(pk, now)
    try:
        with restored.going_on(plan.asked_at):
            return _make(plan, hold, attempts)
    except DatabaseError:
        raise  # it is made anew when the lease is over
    except Exception:  # the same days would raise again, and others wait for this one
        log.exception("plan not made", plan=pk)
        hold.rows.update(state=S.FAILED, finished_at=timezone.now())
        return False


def _make(plan: Plan, hold: _Making, attempts: int) -> bool:
    situation = proposals.between(plan.starts_on, plan.ends_on)
    instance = situation.instance
    given = {
        "attempts": attempts,
        "exams": [exam.id for exam in instance.exams],
        "students": sum(len(exam.candidates) for exam in instance.exams),
        "rooms": len(instance.rooms),
        "invigilators": len(instance.invigilators),
        "pinned": len(instance.pinned),
    }
    hold.rows.update(given=given)
    found = planning.propose(instance, seconds=SECONDS, stop=hold.stop, progress=hold.tell)
    return _finish(plan, hold, found)


def _finish(plan: Plan, hold: _Making, found: planning.Plan) -> bool:
    states = {planning.Status.PARTIAL: S.DONE if found.sittings else S.IMPOSSIBLE}
    state = states.get(found.status, S.DONE)
    if found.status is planning.Status.NONE:
        state = S.STOPPED if hold.stopping else S.IMPOSSIBLE
    with transaction.atomic():
        done = hold.rows.update(
            state=state,
            progress=100,
            result=proposals.as_data(found),
            finished_at=timezone.now(),
        )
        if done and plan.asked_by is not None:
            owe_notice(
                "exams.plan_ready",
                f"plan-{plan.pk}-ready",
                plan.asked_by,
                {"plan": plan, "left": len(found.unplanned), "planned": len(found.sittings)},
                about=plan,
                link=Link("planner:proposal", [plan.pk]),
            )
    if not done:
        log.info("plan made by somebody else", plan=plan.pk)
    return bool(done)


def forget_old(at: datetime | None = None) -> int:
    """Proposals of a month ago go."""
    old = Plan.objects.filter(asked_at__lt=(at or timezone.now()) - KEPT)
    return old.exclude(state__in=[S.WAITING, S.RUNNING]).delete()[0]
