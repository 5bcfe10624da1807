"""What a form that is sent changes in the database, and which addresses change nothing of note."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

CHANGE = re.compile(r"(?:INSERT(?: OR IGNORE)? INTO|UPDATE|DELETE FROM)\s+\W?(\w+)", re.IGNORECASE)
# What is no change of the portal's: sessions, counters, the kept offer's number, and the trail.
IGNORED = re.compile(
    r"django_session|usersessions_|shared_cache|courses_offerversion|paperwork_(event|seal)"
)

# Addresses whose changes leave no event, and why.
_OWN = "one's own, which nobody else sees and nothing depends on"
_DRAFT = "a draft is its student's alone until it is sent; sending it is an event"
_READING = "what somebody has read is theirs"
NO_EVENT = {
    "exchange:save": f"the list of saved courses is {_OWN}",
    "exchange:purpose": _DRAFT,
    "exchange:permission": _DRAFT,
    "notice-choices": f"which messages come by mail is {_OWN}",
    "notices:open": _READING,
    "notices:read": _READING,
    "notices:read-all": _READING,
    "desk:save-view": f"a saved view of the desk is {_OWN}",
    "desk:view": f"a saved view of the desk is {_OWN}",
    "background-test": "a message to oneself that says nothing",
}

# Addresses that take a form and change nothing that the database keeps.
NO_CHANGE = {
    "display": "language and theme are cookies",
    "verify:document": "a file is compared with the one that was made, and not kept",
    "exchange:timetable": "a calendar is compared in memory, and not kept",
    "results:check": "a list is shown as it would be entered; entering it is the event",
    "examday:hold": "this device stays signed in; the session says so",
    "examday:leave": "ends the session",
    "desk:keys": "a switch in the session",
    "work:switch": "a choice in the session",
    "partner:download": "takes data out; each student's case has an event when there are some",
    "host:download": "takes data out; each student's case has an event when there are some",
}

# Of what the matrix cannot ask (`other_addresses.py`): what takes no form at all, or changes
# nothing but the session; and what allauth does (`accounts/services/security.py` writes the event).
ELSEWHERE = {
    "no form": {
        *(
            "account_inactive",
            "account_reset_password_done",
            "account_reset_password_from_key_done",
        ),
        *("mfa_index", "mfa_list_webauthn", "mfa_download_recovery_codes"),
        *("mfa_view_recovery_codes", "socialaccount_login_cancelled", "socialaccount_login_error"),
        *("demo-mail", "demo-mail-html", "demo-mail-message", "transcript:example"),
        *("registration:paper", "registrations:paper", "registrations:transcript"),
        *("exchange:file", "exchange:document", "desk:file", "desk:file-page"),
        *("desk:file-download", "board:answered", "exams:facility-file", "exams:facility-page"),
        *("exam-link:fixed", "examday:sheet", "papers:answers", "partner-day:answers"),
        *("paper-link:answers", "confirm:answered", "own-copies:download"),
        "transcript-link:download",
    },
    "refused; tests/accounts/test_recent.py": {
        *("account_request_reauthentication_code", "account_confirm_reauthentication_code"),
    },
    "the session alone": {
        *("account_logout", "account_reauthenticate", "mfa_reauthenticate"),
        *("mfa_reauthenticate_webauthn", "sso", "sso-confirm", "sso-connect", "usersessions_list"),
    },
    "a mail to the owner, whose new password is the event": {"account_reset_password"},
    "allauth's signals; tests/accounts/test_security_events.py": {
        *("account_confirm_login_code", "account_email", "account_set_password", "sso-callback"),
        *("socialaccount_connections", "socialaccount_signup", "mfa_add_webauthn"),
        *("mfa_remove_webauthn", "mfa_generate_recovery_codes", "mfa_login_webauthn"),
    },
    "the name of one's own key": {"mfa_edit_webauthn"},
}


@contextmanager
def changes() -> Iterator[dict[str, int]]:
    """How many changes of each table are made meanwhile, on this thread's connection."""
    counted: dict[str, int] = {}

    def look(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if found := CHANGE.match(sql):
            counted[found[1]] = counted.get(found[1], 0) + 1
        return execute(sql, *rest)

    with connection.execute_wrapper(look):
        yield counted


def changed(counted: dict[str, int]) -> list[str]:
    """The tables that were changed, without those that do not count."""
    return sorted(table for table in counted if not IGNORED.match(table))
