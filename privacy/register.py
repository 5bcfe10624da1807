"""Which rows are about a person, and what of them goes into the copy of one's own data.

Every model that leads to a person stands in one of the two tables; a test walks all models. What is
left out says why. The rule for words of staff: what was addressed to the person, or decided about
them with a reason, is theirs to read; what colleagues write to each other is not in the copy (who
wants it asks the office, which looks whether it names others).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

OPENS = "A secret that opens something; only a hash or a sealed value of it is kept."
WORK = "How staff plan their own work; it says nothing about the person."
COLLEAGUES = "What colleagues write to each other, in which others can be named."
SOMEBODY_ELSE = "The address or name of somebody else."
OTHERS = "It is about something else; that the person did it stands under “What you did”."
INSIDE = "How the portal keeps its own work in order; nothing about the person."


class Kept(NamedTuple):
    """How rows of a kind lead to the person, and which of their fields stay behind, with why."""

    paths: tuple[str, ...]
    left_out: Mapping[str, str] = {}
    gated: bool = False  # only those that the person may see by now


def _of(*paths: str, gated: bool = False, **left_out: str) -> Kept:
    return Kept(paths, left_out, gated)


INCLUDED: dict[str, Kept] = {
    "accounts.user": _of("pk", password=OPENS),
    "accounts.studentprofile": _of("user"),
    "accounts.membership": _of("user"),
    "accounts.invitation": _of("accepted_by", digest=OPENS),
    "account.emailaddress": _of("user"),
    "socialaccount.socialaccount": _of("user"),
    "mfa.authenticator": _of("user", data=OPENS),
    "usersessions.usersession": _of("user", session_key=OPENS, data=INSIDE),
    "paperwork.mailchoice": _of("user"),
    "enrolments.enrolment": _of(
        "student", rank=INSIDE, kept=INSIDE, rules=INSIDE, snoozed_until=WORK
    ),
    "enrolments.boardrequest": _of(
        "enrolment__student", digest=OPENS, email=SOMEBODY_ELSE, message=COLLEAGUES
    ),
    "enrolments.savedcourse": _of("student"),
    "enrolments.savedview": _of("user"),
    "enrolments.standin": _of("absent", "stand_in"),
    "enrolments.calendarfeed": _of("user", number=OPENS),
    "exams.slotchoice": _of("enrolment__student"),
    "exams.seat": _of("enrolment__student", gated=True),
    "exams.mark": _of(
        "seat__enrolment__student",
        key=INSIDE,
        device=INSIDE,
        text=COLLEAGUES,
        by_name=SOMEBODY_ELSE,
    ),
    "exams.ownexam": _of("enrolment__student"),
    "exams.facility": _of("enrolment__student"),
    "exams.resit": _of("enrolment__student"),
    "exams.invigilator": _of("user"),
    "exams.invigilatorhours": _of("invigilator__user"),
    "exams.duty": _of("invigilator__user"),
    "grades.experience": _of("enrolment__student"),
    "grades.notranscript": _of("enrolment__student"),
    "grades.transcript": _of("enrolment__student", due_on=WORK, snoozed_until=WORK),
    "grades.result": _of("enrolment__student", gated=True),
    "grades.registration": _of("enrolment__student", batch=WORK, due_on=WORK),
    "grades.purposechange": _of("enrolment__student", reason=COLLEAGUES),
    "grades.usisrow": _of("registration__enrolment__student", usis_list=WORK, line=WORK),
    "privacy.datacopy": _of(
        "user", file=INSIDE, subject_kind=INSIDE, subject_id=INSIDE, request_id=INSIDE
    ),
    "privacy.legalhold": _of("person", "case__student"),
}

# Of these the copy has a part of its own (collecting.py).
IN_PARTS = {
    "paperwork.attachment": "The files themselves, and a list of them with who opened each.",
    "paperwork.document": "The documents themselves, and a list of them with who opened each.",
    "paperwork.notice": "The messages to the person; of staff those about others without the text.",
    "paperwork.event": "What happened to the person's cases, and what the person did.",
}

EXCLUDED: dict[str, str] = {
    "account.emailconfirmation": OPENS,
    "socialaccount.socialtoken": OPENS,
    "accounts.membership_programmes": "Stands with the role itself.",
    "accounts.invitation_programmes": "Stands with the invitation itself.",
    "paperwork.chaincheck": OTHERS,
    "paperwork.settingversion": OTHERS,
    "courses.university": "The contact of a university, in its function.",
    "courses.faculty": "The address of a faculty's desk.",
    "courses.course": "The offer: who confirmed it did so in a function.",
    "courses.importrun": "The offer: who brought it did so in a function.",
    "courses.confirmationrequest": "The offer: to whom a question went, in a function.",
    "enrolments.portalrules": "The address of the honours programme's office.",
    "enrolments.note": COLLEAGUES,
    "enrolments.hostlink": "A link for a host university, in its contact's function.",
    "exams.exam": OTHERS,
    "exams.examlink": "A link for a host university, in its contact's function.",
    "exams.sitting": "Of a whole room; the person's own seat is in the copy.",
    "exams.paper": OTHERS,
    "exams.paperstep": OTHERS,
    "exams.plan": OTHERS,
    "grades.batch": OTHERS,
    "grades.usislist": OTHERS,
    "grades.usislist_programmes": "Of which programmes the list is.",
    "privacy.preview": OTHERS,
    "privacy.duerow": "Names what will be deleted, for some days, and goes with it.",
    "grades.honourslink": "A link for the honours programme's office; the history has it.",
}
