"""What can happen to a case, in words that follow a name."""

from django.utils.translation import pgettext_lazy

from enrolments.deciding import SAID
from enrolments.services.actions import ACTIONS
from paperwork.registry import register_events

register_events(
    "enrolments.enrolment",
    {name: action.done for name, action in ACTIONS.items()}
    | SAID
    | {
        "board": pgettext_lazy("history", "wrote down what the Board of Examiners decided"),
        "aside": pgettext_lazy("history", "put the application aside"),
        "reorder": pgettext_lazy("history", "changed the order of the waiting list"),
        # Of apps that come after this one, about a case.
        "say_own_exam": pgettext_lazy("history", "said when they have an exam of their own"),
        "unsay_own_exam": pgettext_lazy("history", "took off an exam of their own"),
        "choose_slot": pgettext_lazy("history", "chose a moment for the exam"),
        "offer_resit": pgettext_lazy("history", "offered a resit"),
        "take_back_resit": pgettext_lazy("history", "took back the offer of a resit"),
        "take_resit": pgettext_lazy("history", "takes the resit"),
        "pass_resit": pgettext_lazy("history", "does not take the resit"),
        "purpose": pgettext_lazy("history", "agreed that it counts otherwise"),
        "purpose_asked": pgettext_lazy("history", "asked whether it may count otherwise"),
        "purpose_refused": pgettext_lazy("history", "did not agree that it counts otherwise"),
    },
)
register_events(
    "accounts.user",
    {"renew_calendar": pgettext_lazy("history", "gave the calendar another address")},
)
register_events(
    "enrolments.hostlink",
    {
        "send": pgettext_lazy("history", "sent a link to the host university"),
        "send_transcripts": pgettext_lazy(
            "history", "sent the host university a link for transcripts"
        ),
        "revoke": pgettext_lazy("history", "revoked the link to the host university"),
    },
)
register_events(
    "enrolments.standin",
    {
        "arrange": pgettext_lazy("history", "arranged a stand-in"),
        "end": pgettext_lazy("history", "ended the standing in"),
    },
)
for level in ("portal", "faculty", "programme", "host"):
    register_events(
        f"enrolments.{level}rules", {"set_rules": pgettext_lazy("history", "set the rules")}
    )
register_events(
    "courses.edition", {"places": pgettext_lazy("history", "kept places for universities")}
)
