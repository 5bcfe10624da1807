"""What can happen to people's own data, in words that follow a name."""

from django.utils.translation import pgettext_lazy

from paperwork.registry import register_events

register_events(
    "privacy.datacopy",
    {
        "ask_copy": pgettext_lazy("history", "asked for a copy of their own data"),
        "opened": pgettext_lazy("history", "downloaded the copy of their own data"),
        "try_again": pgettext_lazy("history", "had it tried again"),
        "delete_copy": pgettext_lazy("history", "deleted the copy of somebody’s own data"),
    },
)
register_events(
    "privacy.preview",
    {
        "name_due": pgettext_lazy("history", "named what will be deleted"),
        "carry_out": pgettext_lazy("history", "deleted what a preview had named"),
        "hold_back": pgettext_lazy("history", "held back what would be deleted"),
        "release": pgettext_lazy("history", "let the deleting go on"),
    },
)
register_events(
    "privacy.legalhold",
    {
        "place_hold": pgettext_lazy("history", "placed a hold on deleting"),
        "lift_hold": pgettext_lazy("history", "lifted a hold on deleting"),
    },
)
