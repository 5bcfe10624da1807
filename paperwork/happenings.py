"""What can happen to files, documents and messages; of courses and accounts too, which come before.

The words follow a name, as in “Noor withdrew the document”.
"""

from django.utils.translation import pgettext_lazy

from paperwork.registry import register_events

OPENED = {"opened": pgettext_lazy("history", "opened it")}
CURATED = {
    "create": pgettext_lazy("history", "made it"),
    "change": pgettext_lazy("history", "changed it"),
    "delete": pgettext_lazy("history", "deleted it"),
}
SHOWN = {
    "publish": pgettext_lazy("history", "published it"),
    "withdraw": pgettext_lazy("history", "took it off the website"),
}
AGAIN = {"try_again": pgettext_lazy("history", "had it tried again")}

register_events(
    "courses.course",
    CURATED
    | SHOWN
    | {
        "ask": pgettext_lazy("history", "asked the partner whether it is still true"),
        "revoke_question": pgettext_lazy("history", "revoked the link to the partner"),
        "answer_question": pgettext_lazy("history", "answered for the partner"),
        "handle_answer": pgettext_lazy("history", "handled what the partner answered"),
    },
)
register_events("courses.edition", CURATED | SHOWN)
for curated in ("university", "faculty", "programme"):
    register_events(f"courses.{curated}", CURATED)
register_events(
    "courses.importrun",
    {
        "take_in": pgettext_lazy("history", "sent a file with courses"),
        "choose": pgettext_lazy("history", "chose what to take over"),
        "apply": pgettext_lazy("history", "took it over"),
        "discard": pgettext_lazy("history", "discarded it"),
    },
)
register_events(
    "accounts.user",
    {
        "change_profile": pgettext_lazy("history", "changed the profile"),
        "close": pgettext_lazy("history", "closed the account"),
        "reopen": pgettext_lazy("history", "opened the account again"),
        "sign_in": pgettext_lazy("history", "signed in"),
        "sign_up": pgettext_lazy("history", "made an account"),
        "set_password": pgettext_lazy("history", "chose a password"),
        "change_password": pgettext_lazy("history", "changed the password"),
        "reset_password": pgettext_lazy("history", "chose a new password by mail"),
        "confirm_email": pgettext_lazy("history", "confirmed an e-mail address"),
        "change_email": pgettext_lazy("history", "changed the e-mail address"),
        "add_email": pgettext_lazy("history", "added an e-mail address"),
        "remove_email": pgettext_lazy("history", "removed an e-mail address"),
        "add_factor": pgettext_lazy("history", "added a way to confirm signing in"),
        "remove_factor": pgettext_lazy("history", "removed a way to confirm signing in"),
        "renew_codes": pgettext_lazy("history", "made new recovery codes"),
        "connect": pgettext_lazy("history", "connected single sign-on"),
        "disconnect": pgettext_lazy("history", "disconnected single sign-on"),
    },
)
register_events(
    "accounts.membership",
    {
        "give": pgettext_lazy("history", "gave the role"),
        "change": pgettext_lazy("history", "changed the role"),
        "end": pgettext_lazy("history", "ended the role"),
    },
)
register_events(
    "accounts.invitation",
    {
        "invite": pgettext_lazy("history", "sent an invitation"),
        "resend": pgettext_lazy("history", "sent the invitation again"),
        "revoke": pgettext_lazy("history", "revoked the invitation"),
        "accept": pgettext_lazy("history", "accepted the invitation"),
    },
)
register_events("paperwork.settingversion", {"set": pgettext_lazy("history", "changed a setting")})
register_events(
    "paperwork.chaincheck",
    {"ask": pgettext_lazy("history", "asked to check the audit trail")},
)
register_events(
    "paperwork.attachment",
    OPENED | {"drop": pgettext_lazy("history", "threw the file away")},
)
register_events(
    "paperwork.document",
    OPENED
    | AGAIN
    | {
        "ask": pgettext_lazy("history", "had the document made"),
        "withdraw": pgettext_lazy("history", "withdrew the document"),
        "reinstate": pgettext_lazy("history", "let the document count again"),
    },
)
register_events(
    "paperwork.notice",
    AGAIN | {"say_sent": pgettext_lazy("history", "noted that it has arrived")},
)
