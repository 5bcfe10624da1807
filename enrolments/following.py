"""What a student reads about an own case: where it is, what happened, what can be done."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.directory import Entry, read_directory
from accounts.models import Role, User
from courses.timetable import difference_in_words, noon, slots
from enrolments import people
from enrolments.holding import holder
from enrolments.later import Happened, history_of, moments_of, news_of, parts_of
from enrolments.models import Enrolment, Purpose, State
from enrolments.models.enrolment import HOLDING, OVER, Kind
from enrolments.route import stops
from enrolments.services import acting, actions, agreements, hosting, places, requests, telling
from enrolments.services.actions import ACTIONS
from enrolments.turn import turn_of
from enrolments.usual import usual_days
from paperwork.models import Attachment, Document, Event, Owed
from paperwork.models.attachment import AttachmentQuerySet
from paperwork.models.document import DocumentQuerySet


def about(case: Enrolment, user: User) -> dict[str, Any]:
    """All that the page of `case` shows to its student. The case has passed its gate."""
    events = acting.history(case)
    possible = actions.actions_for(user, case)
    edition, zone = case.edition, case.edition.course.university.zone
    goes_on = case.state not in OVER
    news = news_of([case])[case.pk]
    history = [one for event in events if (one := happening(event))]
    return {
        "case": case,
        "edition": edition,
        "course": edition.course,
        "university": edition.course.university,
        "turn": turn_of(case, news),
        "holder": holder(case, news),
        "usual": news.usual if news.holder else usual_days(case),
        "stops": stops(case, events, news, moments_of(case) if goes_on else {}),
        "later": parts_of(case, user),
        "position": places.position(case),
        "cap": requests.cap_in_the_way(case),
        "actions": possible,
        "too_late": actions.hindrance("withdraw", user, case),
        "history": sorted([*history, *history_of(case, user)], key=lambda one: one.at),
        "decision": _decision(events) if not goes_on else None,
        "host_answer": _host_answer(events),
        "files": list(files_of(case)),
        "documents": list(documents_of(case)),
        "slots": slots(edition, list(edition.live_sessions.all()), zone) if goes_on else [],
        "difference": difference_in_words(zone, noon(edition.starts_on)),
        "contacts": contacts(case) if case.kind != Kind.INCOMING else [],
        "at_home": contacts_at_home(case) if case.kind == Kind.INCOMING else [],
    }


def files_of(case: Enrolment) -> AttachmentQuerySet:
    """The files of `case` that its student may open; what a host wrote to the office is not.

    Unless the office has said that the student may read it.
    """
    theirs = Q(given_by=case.student_id) | Q(purpose__in=[agreements.SIGNED, hosting.FOR_STUDENT])
    return Attachment.objects.about(case).filter(theirs).order_by("given_at")


def documents_of(case: Enrolment) -> DocumentQuerySet:
    """The documents that the portal made for `case` and that hold now."""
    made = Document.objects.about(case).filter(state=Owed.State.DONE)
    return made.filter(replaced_at=None, withdrawn_at=None).defer("data")


def happening(event: Event) -> Happened | None:
    """`event` in words; None for what only staff do among themselves."""
    done = ACTIONS[event.action].done if event.action in ACTIONS else _OTHERS().get(event.action)
    if not done:
        return None
    role = {
        "student": pgettext("role", "student"),
        "host": pgettext("role", "host university"),
        "home": pgettext("role", "home university"),
        "board": pgettext("role", "Board of Examiners"),
    }.get(event.role) or (str(Role(event.role).label) if event.role in Role.values else "")
    return Happened(event.at, event.actor_name or _("The portal"), role, str(done), event.reason)


def _OTHERS() -> dict[str, str]:  # noqa: N802  # a table; its words are in the reader's language
    return {
        "begin": pgettext("history", "began the application"),
        "board": pgettext("history", "wrote down what the Board of Examiners decided"),
        "board_letter": pgettext("history", "sent the permission of the Board of Examiners"),
        "ask_board": pgettext("history", "asked the Board of Examiners for permission"),
        "shared": pgettext("history", "gave the host university your data"),
        "downloaded": pgettext("history", "took your data out as a spreadsheet"),
        "home_answer": pgettext("history", "passed on the mail of the home university"),
        "host_answer": pgettext("history", "passed on the mail of the host university"),
        "agreement": pgettext("history", "renewed the agreement"),
        "agreement_signed": pgettext("history", "added a signed agreement"),
        "undo": pgettext("history", "took the last step back"),
        "consent_withdrawn": pgettext("history", "withdrew the consent to share data"),
        "host_untold": pgettext("history", "asked the programme office to tell the host"),
        "host_told": pgettext("history", "told the host that it may not use the data any more"),
        "passed_over": pgettext("history", "gave a place to the next in line: too many credits"),
        "reorder": pgettext("history", "changed the order of the waiting list"),
    }


def _decision(events: list[Event]) -> Event | None:
    """What ended the case."""
    return next((event for event in reversed(events) if event.to_state in OVER), None)


class HostAnswer(NamedTuple):
    """What the host has answered: when, and its words, if any."""

    on: date
    words: str


def _host_answer(events: list[Event]) -> HostAnswer | None:
    """The last word of the host, by its mail or here."""
    last = next((one for one in reversed(events) if one.action in ("confirm", "decline")), None)
    if last is None:
        return None
    days = [one.details["answered_on"] for one in events if one.action == "host_answer"]
    return HostAnswer(
        date.fromisoformat(days[-1]) if days else timezone.localdate(last.at), last.reason
    )


def contacts(case: Enrolment) -> list[Entry]:
    """Whom its student may write to: who decides on the home side. Three queries."""
    if case.faculty is None and not case.is_honours:
        return []
    directory = read_directory(case.faculty, case.programme)
    return people_for(
        case.purpose, directory.desks[0].people if case.faculty else [], directory.academy
    )


class Contact(NamedTuple):
    """Somebody at a partner university whom its students may write to."""

    name: str
    email: str


def contacts_at_home(case: Enrolment) -> list[Contact]:
    """Whom a student who comes to us asks: who decides there, else the university's contact."""
    found = [Contact(str(one), one.email) for one in people.home_side(case).order_by("name", "pk")]
    home = case.home_university
    if not found and home.contact_email:
        found.append(Contact(home.contact_name or home.local_name, home.contact_email))
    return found


def people_for(purpose: str, faculty: list[Entry], academy: list[Entry]) -> list[Entry]:
    """The honours coordinators for honours, the exchange coordinators for all else."""
    if purpose == Purpose.HONOURS:
        return [*(one for one in faculty if one.is_honours), *academy]
    return [one for one in faculty if one.is_exchange]


def leaving(case: Enrolment) -> list[str]:
    """What happens when the student withdraws `case` now, one sentence each."""
    said = []
    if case.state in HOLDING:
        said.append(
            _("Your place goes to the first in line at once.")
            if places.goes_at_once(case)
            else _("Your place comes free for somebody else.")
        )
    elif case.state == State.WAITING:
        said.append(_("You lose your turn on the waiting list."))
    else:
        said.append(
            _("Nobody has seen it yet, and nobody will. What you typed stays with the case.")
        )
    if telling.host_hears(case, case.state):
        said.append(
            _("%(host)s hears that you will not come.")
            % {"host": case.edition.course.university.local_name}
        )
    said.append(_("It cannot be undone. You can apply again while applications are open."))
    return said
