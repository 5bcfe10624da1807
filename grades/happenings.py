"""What can happen to transcripts, results and registrations, in words that follow a name."""

from courses.wording import pgettext_lazy
from grades.registration_words import OTHERS
from grades.reviewing import SAID
from grades.services import actions, registration_actions
from paperwork.registry import register_events

register_events(
    "grades.transcript", {name: one.done for name, one in actions.ACTIONS.items()} | SAID
)
register_events(
    "grades.registration",
    {name: one.done for name, one in registration_actions.ACTIONS.items()} | OTHERS,
)
register_events(
    "enrolments.enrolment",
    {
        "no_transcript": pgettext_lazy("history", "recorded that no transcript comes"),
        "transcript_expected": pgettext_lazy("history", "recorded that a transcript is awaited"),
    },
)
register_events(
    "grades.result",
    {
        "enter": pgettext_lazy("history", "entered the result"),
        "confirm": pgettext_lazy("history", "confirmed the result"),
    },
)
register_events("courses.edition", {"result_back": pgettext_lazy("history", "sent a result back")})
register_events("grades.experience", {"answer": pgettext_lazy("history", "said how it went")})
register_events(
    "grades.batch",
    {
        "begin": pgettext_lazy("history", "began a batch of registrations"),
        "sent": pgettext_lazy("history", "had the batch sent"),
    },
)
register_events(
    "grades.gradetable", {"save_table": pgettext_lazy("history", "saved the grade table")}
)
register_events(
    "grades.usislist", {"bring": pgettext_lazy("history", "brought a list from {system}")}
)
