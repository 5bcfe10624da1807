"""What people at the desk keep beside the cases: notes, views, what is put aside, stand-ins."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments import colleagues, people
from enrolments.models import Enrolment, Note, SavedView, StandIn, State
from enrolments.scopes import scopes_of
from enrolments.services.actions import ActionError, StaleError
from paperwork.services.events import record
from paperwork.services.notices import Link, owe_notice
from paperwork.working_days import add_working_days

MOST_VIEWS = 20  # of one's own


def notes_of(case: Enrolment, reader: User) -> list[Note]:
    """The notes of colleagues about `case`; none for its student and for partners."""
    if not colleagues.is_colleague(reader, case):
        return []
    return list(Note.objects.filter(enrolment=case).select_related("author"))


@transaction.atomic
def add_note(case: Enrolment, text: str, *, by: User) -> Note:
    """Keep a note for colleagues. Raises ActionError for whoever is none, or only reads."""
    if not may_note(by, case):
        raise ActionError(_("Only colleagues who work on this application can add a note."))
    record(case, "note", by=by, from_state=case.state, to_state=case.state)
    return Note.objects.create(enrolment=case, author=by, text=text.strip())


def may_note(user: User, case: Enrolment) -> bool:
    """Whether `user` may write a note: a colleague, but an auditor only reads."""
    only_reads = scopes_of(user).is_auditor and not people.office_role(user, case)
    return colleagues.is_colleague(user, case) and not (
        only_reads and not people.home_role(user, case)
    )


def next_morning() -> date:
    """The next working day."""
    return add_working_days(timezone.localdate(), 1)


def next_week() -> date:
    """The first working day of next week."""
    today = timezone.localdate()
    return add_working_days(today + timedelta(days=7 - today.weekday()), 0)


def may_put_aside(user: User, case: Enrolment) -> bool:
    """Whether the case waits for `user`, so that it could wait a little longer."""
    return case.state == State.SUBMITTED and bool(people.home_role(user, case))


@transaction.atomic
def put_aside(case: Enrolment, until: date | None, *, by: User) -> None:
    """Take the case out of the queue until that day; None brings it back. The due day stays.

    Raises ActionError for whom it does not wait, StaleError when it has moved on.
    """
    if not may_put_aside(by, case):
        raise ActionError(_("This is not possible for this application now."))
    rows = Enrolment.objects.filter(pk=case.pk, state=State.SUBMITTED)
    if not rows.update(snoozed_until=until):
        raise StaleError(_("Somebody else has just changed this application."))
    case.snoozed_until = until
    record(
        case,
        "aside",
        by=by,
        role=people.home_role(by, case),
        from_state=case.state,
        to_state=case.state,
        details={"until": until.isoformat() if until else ""},
    )


def save_view(name: str, query: str, *, by: User, view: SavedView | None = None) -> SavedView:
    """Keep a view of one's own under that name; `view` gets another name.

    Raises ValidationError when the name is taken or there are too many.
    """
    if view is None and SavedView.objects.filter(user=by).count() >= MOST_VIEWS:
        raise ValidationError(
            _("You have %(number)s views. Delete one first.") % {"number": MOST_VIEWS}
        )
    row = view or SavedView(user=by, query=query[:500])
    row.name = name.strip()
    row.full_clean()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # a second tab was first
        raise ValidationError(_("You already have a view with this name.")) from None
    return row


def delete_view(view: SavedView) -> None:
    view.delete()


def may_arrange(user: User) -> bool:
    """Whether `user` decides about cases of our students, and so can be stood in for."""
    scopes = scopes_of(user)
    own = (
        scopes.coordinates_faculties
        or scopes.coordinates_programmes
        or scopes.honours_faculties
        or scopes.all_honours
    )
    return bool(own)


@transaction.atomic
def arrange_stand_in(
    absent: User, stand_in: User, starts_on: date, ends_on: date, *, by: User | None = None
) -> StandIn:
    """Let a colleague do `absent`'s work from the first day until the last; they are told.

    `by`: who arranges it when `absent` cannot, somebody of the programme office; both are told.
    Raises ActionError when `by` may not, the colleague cannot, or the days overlap with another
    stand-in.
    """
    by = by or absent
    if by.pk != absent.pk:
        if not scopes_of(by).is_office:
            raise ActionError(_("Only the programme office arranges this for somebody else."))
        if not colleagues.who_decide().filter(pk=absent.pk).exists():
            raise ActionError(_("Choose an exchange coordinator or honours coordinator."))
    if not colleagues.possible_stand_ins(absent).filter(pk=stand_in.pk).exists():
        raise ActionError(_("Choose an exchange coordinator or honours coordinator."))
    # One after the other, so that two tabs do not make two for the same days.
    User.objects.select_for_update(no_key=True).get(pk=absent.pk)
    others = StandIn.objects.filter(absent=absent, ended_at=None)
    if others.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        if by.pk == absent.pk:
            raise ActionError(_("Somebody stands in for you on some of these days already."))
        raise ActionError(
            _("Somebody stands in for %(name)s on some of these days already.") % {"name": absent}
        )
    row = StandIn(absent=absent, stand_in=stand_in, starts_on=starts_on, ends_on=ends_on)
    row.full_clean()
    row.save(force_insert=True)
    record(row, "arrange", by=by)
    _tell(row, {row.stand_in: "stand_in", row.absent: "stand_in_for_you"}, by=by)
    return row


@transaction.atomic
def end_stand_in(row: StandIn, *, by: User) -> None:
    """End it now; the colleague is told. Raises ActionError when it is not `by`'s or is over."""
    if by.pk not in {row.absent_id, row.stand_in_id} and not scopes_of(by).is_office:
        raise ActionError(_("Only the two of you and the programme office can end this."))
    ended = StandIn.objects.filter(
        pk=row.pk, ended_at=None, ends_on__gte=timezone.localdate()
    ).update(ended_at=timezone.now())
    if not ended:
        raise StaleError(_("This has ended already."))
    record(row, "end", by=by)
    _tell(row, dict.fromkeys((row.absent, row.stand_in), "stand_in_ended"), by=by)


def _tell(row: StandIn, kinds: dict[User, str], *, by: User) -> None:
    """Each of the two that way, but not who did it."""
    for reader, kind in kinds.items():
        if reader.pk == by.pk:
            continue
        owe_notice(
            f"enrolments.{kind}",
            f"{kind}-{row.pk}-{reader.pk}",
            reader,
            {"row": row, "by": by},
            link=Link("desk:stand-ins", []),
        )


def day_in_words(day: date) -> str:
    """A day as messages say it."""
    return date_format(day, "l j F")
