"""What was sent against what uSis holds: each line of its list finds its registration, or none.

Of what is the same and was not recorded yet, the registration is recorded with it; of what differs
nothing is changed, and the difference is shown until a later list has it right. A cell that is
empty differs: nothing is recorded that the list does not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from accounts.models import User
from courses.models import Faculty, Programme
from enrolments.scopes import scopes_of
from grades import form, usis_lists
from grades.models import Registration, RegistrationState, UsisList, UsisRow
from grades.models.registration import WITH_ADMINISTRATION, RegistrationQuerySet
from grades.proposing import in_usis
from grades.registrars import has_administration
from grades.services import registering
from grades.services.registration_actions import ActionError
from paperwork.services.events import record

S = RegistrationState
Outcome = UsisRow.Outcome
COMPARED = {  # in this order; of type, title and code what the list does not have is not compared
    "request_type": gettext_lazy("type"),
    "title": gettext_lazy("title"),
    "course_code": gettext_lazy("code"),
    "ec": gettext_lazy("credits"),
    "result": gettext_lazy("result"),
}


class Line(NamedTuple):
    """What a line of the list was found to be."""

    cells: dict[str, str]
    row: Registration | None
    outcome: str
    differences: list[dict[str, str]]


@dataclass
class Brought:
    """What came of a list."""

    usis_list: UsisList
    recorded: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)  # line, why


def faculties_of(user: User) -> list[Faculty]:
    """Those for which `user` may bring a list: the administration, or coordinators without one.

    Who coordinates some programmes of a faculty brings it for those (`programmes_of`).
    """
    scopes = scopes_of(user)
    wholly = Q(pk__in=scopes.administers | scopes.coordinates_faculties)
    partly = Q(programmes__in=scopes.coordinates_programmes)
    mine = Faculty.objects.filter(wholly | partly).distinct()
    return [
        faculty
        for faculty in mine.order_by("name_nl")
        if faculty.pk in scopes.administers or not has_administration(faculty.pk)
    ]


def programmes_of(user: User, faculty: Faculty) -> list[Programme]:
    """The programmes of `faculty` for which `user` brings a list; none when for all of it."""
    scopes = scopes_of(user)
    if faculty.pk in scopes.administers | scopes.coordinates_faculties:
        return []
    return list(faculty.programmes.filter(pk__in=scopes.coordinates_programmes))


def bring(faculty: Faculty, name: str, rows: list[dict[str, str]], *, by: User) -> Brought:
    """Keep the list, lay it beside what was sent, and record what it shows to be entered.

    Raises ActionError when `by` may not. Each registration is recorded in a transaction of its
    own; what cannot be (who verified it brought the list) is named by its line.
    """
    if faculty not in faculties_of(by):
        raise ActionError(_("You cannot bring a list for this faculty."))
    programmes = programmes_of(by, faculty)
    lines = compared(faculty, rows, programmes)
    with transaction.atomic():
        usis_list = UsisList.objects.create(faculty=faculty, name=name[:120], brought_by=by)
        usis_list.programmes.set(programmes)
        UsisRow.objects.bulk_create(
            UsisRow(
                usis_list=usis_list,
                line=int(line.cells["line"]),
                cells={key: value for key, value in line.cells.items() if key != "line"},
                registration=line.row,
                outcome=line.outcome,
                differences=line.differences,
            )
            for line in lines
        )
        record(usis_list, "bring", by=by, details={"rows": len(lines)})
    brought = Brought(usis_list)
    for line in lines:
        if line.row is None or line.outcome != Outcome.FOUND:
            continue
        try:
            brought.recorded += _record(line.row, line.cells, by)
        except ActionError as problem:
            brought.refused.append((int(line.cells["line"]), str(problem)))
    return brought


def _record(row: Registration, cells: dict[str, str], by: User) -> bool:
    """It stands in uSis as it was sent; whether that was not recorded before.

    A list without days was made today. Raises ActionError for a day that cannot be read.
    """
    new = row.state == S.SENT
    if new:
        said = cells.get("registered_on", "")
        day = usis_lists.day_in(said) if said else timezone.localdate()
        if day is None:
            raise ActionError(_("Give the day as 2027-01-31 or 31-01-2027."))
        also = {"registered_on": day, "usis_reference": cells.get("usis_reference", "")[:60]}
        registering.act(row, "register", by=by, also=also)
    if row.state == S.REGISTERED:
        registering.act(row, "reconcile", by=by)
    return new


def compared(
    faculty: Faculty, rows: Iterable[dict[str, str]], programmes: Sequence[Programme] = ()
) -> list[Line]:
    """Each line with the registration of the same student that it fits best. Two queries.

    Lines that do not say which course they are about come last: they never take the registration
    of a line that does. One that was sent before its result was corrected is found where no other
    is: uSis holds it until what follows is entered.
    """
    sent = _sent(faculty.pk, programmes).filter(state__in=WITH_ADMINISTRATION)
    of: dict[str, list[Registration]] = {}
    for row in sent.select_related(*form.SHOWN):
        of.setdefault(usis_lists.bare(row.enrolment.student_number), []).append(row)
    taken: set[int] = set()
    found = {}
    for cells in sorted(rows, key=lambda cells: not says_a_course(cells)):
        found[cells["line"]] = _line(cells, of, taken)
    return sorted(found.values(), key=lambda line: int(line.cells["line"]))


def _sent(faculty: int, programmes: Sequence[Programme]) -> RegistrationQuerySet:
    """The registrations that uSis may hold: of the faculty, or of these programmes alone."""
    rows = Registration.objects.filter(enrolment__faculty=faculty)
    if programmes:
        rows = rows.filter(enrolment__programme__in=programmes)
    return rows.exclude(route=Registration.Route.HONOURS)


def _line(cells: dict[str, str], of: dict[str, list[Registration]], taken: set[int]) -> Line:
    possible = [
        row
        for row in of.get(usis_lists.bare(cells.get("student_number", "")), [])
        if row.pk not in taken
    ]
    about_it = [row for row in possible if is_same_course(row, cells)]
    found = [(row, differences(row, cells)) for row in about_it if row.current]
    if not found:
        replaced = [row for row in about_it if says_a_course(cells)]
        if not replaced:
            return Line(cells, None, Outcome.UNKNOWN, [])
        last = max(replaced, key=lambda row: row.pk)
        taken.add(last.pk)
        return Line(cells, last, Outcome.REPLACED, [])
    row, differ = min(found, key=lambda one: (len(one[1]), one[0].pk))
    taken.add(row.pk)
    return Line(cells, row, Outcome.DIFFERS if differ else Outcome.FOUND, differ)


def says_a_course(cells: dict[str, str]) -> bool:
    """Whether the line says which course it is about."""
    return any(cells.get(name) for name in usis_lists.OF_THE_COURSE)


def is_same_course(row: Registration, cells: dict[str, str]) -> bool:
    """Whether the line can be about this course: by its code or title, where it has either."""
    ours = ours_of(row)
    said = [(ours[name], cells[name]) for name in ("course_code", "title") if cells.get(name)]
    return not said or any(usis_lists.same(left, right) for left, right in said)


def ours_of(row: Registration) -> dict[str, str]:
    """What was sent, as texts."""
    return {
        "request_type": in_usis(row.request_type) if row.request_type else "",
        "title": row.result.title_printed,
        "course_code": row.result.code_printed or row.enrolment.edition.course.code,
        "ec": form.plain(row.result.ec),
        "result": form.plain(row.result.grade) if row.result.grade else row.result.mark,
    }


def differences(row: Registration, cells: dict[str, str]) -> list[dict[str, str]]:
    """What the line says otherwise than was sent: the field, as sent, as found."""
    ours = ours_of(row)
    must = {*usis_lists.NEEDED} | (set() if says_a_course(cells) else {"title"})
    return [
        {"name": name, "sent": ours[name], "found": cells.get(name, "")}
        for name in COMPARED
        if (cells.get(name) or name in must)
        and not usis_lists.same(ours[name], cells.get(name, ""))
    ]


def summary(usis_list: UsisList) -> dict[str, Any]:
    """How many were sent, found and differ; the lines that are of interest. Ask the gate before."""
    rows = list(usis_list.rows.select_related("registration__enrolment__student").order_by("line"))
    found = [row for row in rows if row.outcome == Outcome.FOUND]
    differ = [row for row in rows if row.outcome == Outcome.DIFFERS]
    replaced = [row for row in rows if row.outcome == Outcome.REPLACED]
    unknown = [row for row in rows if row.outcome == Outcome.UNKNOWN]
    programmes = list(usis_list.programmes.all())
    sent = _sent(usis_list.faculty_id, programmes)
    open_ones = sent.current().filter(state__in=[S.SENT, S.REGISTERED])
    absent = open_ones.exclude(pk__in=[row.registration_id for row in rows if row.registration_id])
    absent = absent.filter(sent_at__lte=usis_list.brought_at)
    missing = list(absent.select_related(*form.SHOWN).order_by("sent_at", "pk")[:200])
    return {
        "found": found,
        "differ": differ,
        "replaced": replaced,
        "unknown": unknown,
        "missing": missing,
        "programmes": programmes,
        "words": in_words(len(found) + len(differ) + len(missing), found, differ),
    }


def in_words(sent: int, found: list[UsisRow], differ: list[UsisRow]) -> str:
    """“12 sent, 11 found, 1 differs: credits 5 against 6.”"""
    said = _("%(sent)s sent, %(found)s found") % {"sent": sent, "found": len(found)}
    if not differ:
        return f"{said}."
    words = ngettext("%(n)s differs", "%(n)s differ", len(differ)) % {"n": len(differ)}
    first = [difference_in_words(one) for row in differ[:3] for one in row.differences]
    return f"{said}, {words}: {'; '.join(first)}."


def difference_in_words(one: dict[str, str]) -> str:
    """“credits 5 against 6”."""
    return _("%(field)s %(sent)s against %(found)s") % {
        "field": COMPARED[one["name"]],
        "sent": one["sent"],
        "found": one["found"] or pgettext("in a list", "nothing"),
    }
