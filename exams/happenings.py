"""What can happen to exams, in words that follow a name."""

from django.utils.translation import pgettext_lazy

from exams.models import PaperStep
from exams.services.sittings import ACTIONS
from paperwork.happenings import CURATED
from paperwork.registry import register_events

register_events(
    "courses.edition",
    {"ask_exam": pgettext_lazy("history", "asked the host university to fix the exam")},
)
register_events(
    "exams.exam",
    {
        "ask_paper": pgettext_lazy("history", "sent a link for the exam paper"),
        "fix_exam": pgettext_lazy("history", "fixed the exam"),
        "change_exam": pgettext_lazy("history", "changed the exam"),
        "offer_slot": pgettext_lazy("history", "offered a moment to choose"),
        "take_back_slot": pgettext_lazy("history", "took back a moment to choose"),
        "tell_slots": pgettext_lazy("history", "asked the students to choose a moment"),
    },
)
register_events(
    "exams.sitting",
    {name: action.done for name, action in ACTIONS.items()}
    | {
        "hold": pgettext_lazy("history", "began the exam"),
        "left": pgettext_lazy("history", "left the course; the seat is free"),
        "mark": pgettext_lazy("history", "marked who is there"),
        "close": pgettext_lazy("history", "closed the exam"),
    },
)
register_events(
    "exams.seat",
    {
        "report_ill": pgettext_lazy("history", "reported ill"),
        "report_well": pgettext_lazy("history", "took back the report of being ill"),
        "correct_attendance": pgettext_lazy("history", "corrected who was at the exam"),
    },
)
register_events(
    "exams.facility",
    {
        "ask_facility": pgettext_lazy("history", "asked for an exam facility"),
        "check_facility": pgettext_lazy("history", "checked the exam facility"),
        "withdraw_facility": pgettext_lazy("history", "withdrew the exam facility"),
    },
)
register_events(
    "exams.paper",
    {f"step_{kind}": label for kind, label in PaperStep.Kind.choices}
    | {
        "name_readers": pgettext_lazy("history", "named who opens the exam paper"),
        "read": pgettext_lazy("history", "opened the exam paper"),
        "sent_out": pgettext_lazy("history", "sent the exam paper to another university"),
    },
)
register_events(
    "exams.plan",
    {
        "propose": pgettext_lazy("history", "asked for a plan"),
        "adopt": pgettext_lazy("history", "took over the plan"),
        "stop": pgettext_lazy("history", "stopped the plan"),
    },
)
for kept in ("building", "invigilator"):
    register_events(f"exams.{kept}", CURATED)
register_events(
    "exams.invigilator",
    {
        "add_hours": pgettext_lazy("history", "noted hours of an invigilator"),
        "remove_hours": pgettext_lazy("history", "took off hours of an invigilator"),
    },
)
register_events(
    "exams.room",
    {
        "delete": CURATED["delete"],
        "change_room": pgettext_lazy("history", "changed the room"),
        "close_room": pgettext_lazy("history", "closed the room for a time"),
        "reopen_room": pgettext_lazy("history", "took back that the room is closed"),
    },
)
for studying in ("faculty", "programme"):
    register_events(
        f"courses.{studying}",
        {
            "add_exam_week": pgettext_lazy("history", "noted an exam week"),
            "remove_exam_week": pgettext_lazy("history", "took off an exam week"),
        },
    )
