"""Addresses that the matrix cannot ask, and where each of them is tested."""

from __future__ import annotations

_ALLAUTH = "allauth decides; tests/accounts"
_SINGLE_SIGN_ON = "there only with single sign-on; tests/accounts/test_oidc.py"
_OF_A_CASE = "notes who opened it; tests/enrolments/test_following.py"
_FACILITY = "opening a decision is written down; tests/exams/test_facilities.py"
_CASE_FILE = "opening a file is written down; tests/enrolments/test_deciding.py"
_OF_A_REGISTRATION = "notes who opened it; tests/grades/test_registration_pages.py"
_ANSWERS = "opening a file is written down; tests/exams/test_papers.py"
_COPY = "asks to sign in again, notes who opened it; tests/privacy/test_copies.py"
_DEMO = "there only with DEMO=1; tests/accounts/test_demo_people.py and test_demo_mail.py"

# What the matrix cannot ask, and where it is tested.
OTHERS: dict[str, str] = {
    "account_change_password": _ALLAUTH,
    "account_confirm_login_code": _ALLAUTH,
    "account_confirm_reauthentication_code": _ALLAUTH,
    "account_email": _ALLAUTH,
    "account_email_verification_sent": _ALLAUTH,
    "account_inactive": _ALLAUTH,
    "account_login": _ALLAUTH,
    "account_logout": _ALLAUTH,
    "account_reauthenticate": _ALLAUTH,
    "account_request_reauthentication_code": _ALLAUTH,
    "account_reset_password": _ALLAUTH,
    "account_reset_password_done": _ALLAUTH,
    "account_reset_password_from_key": _ALLAUTH,
    "account_reset_password_from_key_done": _ALLAUTH,
    "account_set_password": _ALLAUTH,
    "account_signup": _ALLAUTH,
    "mfa_activate_totp": _ALLAUTH,
    "mfa_add_webauthn": _ALLAUTH,
    "mfa_authenticate": _ALLAUTH,
    "mfa_deactivate_totp": _ALLAUTH,
    "mfa_download_recovery_codes": _ALLAUTH,
    "mfa_edit_webauthn": _ALLAUTH,
    "mfa_generate_recovery_codes": _ALLAUTH,
    "mfa_index": _ALLAUTH,
    "mfa_list_webauthn": _ALLAUTH,
    "mfa_login_webauthn": _ALLAUTH,
    "mfa_reauthenticate": _ALLAUTH,
    "mfa_reauthenticate_webauthn": _ALLAUTH,
    "mfa_remove_webauthn": _ALLAUTH,
    "mfa_view_recovery_codes": _ALLAUTH,
    "socialaccount_connections": _ALLAUTH,
    "socialaccount_login_cancelled": _ALLAUTH,
    "socialaccount_login_error": _ALLAUTH,
    "socialaccount_signup": _ALLAUTH,
    "usersessions_list": _ALLAUTH,
    "sso": _SINGLE_SIGN_ON,
    "sso-callback": _SINGLE_SIGN_ON,
    "sso-confirm": _SINGLE_SIGN_ON,
    "sso-connect": _SINGLE_SIGN_ON,
    "accounts:demo": _DEMO,
    "transcript:example": "there only with DEMO=1; tests/grades/test_demo.py",
    "own-copies:download": _COPY,
    "demo-mail": _DEMO,
    "demo-mail-html": _DEMO,
    "demo-mail-message": _DEMO,
    "registration:paper": _OF_A_REGISTRATION,
    "registrations:earlier": "where a sent result was corrected; tests/grades/test_superseding.py",
    "registrations:paper": _OF_A_REGISTRATION,
    "registrations:transcript": _OF_A_REGISTRATION,
    "exchange:file": _OF_A_CASE,
    "exchange:document": _OF_A_CASE,
    "desk:undo": "names what was just done; tests/enrolments/test_deciding.py",
    "desk:file": _CASE_FILE,
    "desk:file-page": _CASE_FILE,
    "desk:file-download": _CASE_FILE,
    **dict.fromkeys(
        [
            "confirm:anew",
            "board:anew",
            "host:anew",
            "transcript-link:anew",
            "exam-link:anew",
            "paper-link:anew",
            "honours:anew",
        ],
        "for a link that has expired; tests/test_links_anew.py",
    ),
    "transcript-link:download": "for files that wait; tests/grades/test_transcript_link.py",
    "board:answered": "comes after an answer; tests/enrolments/test_asking.py",
    "host:decline": "for students of that university alone; tests/enrolments/test_host_link.py",
    "examday:leave": "ends the session; tests/exams/test_day.py",
    "planner:slot": "for students who chose that moment; tests/exams/test_planner.py",
    "exams:facility-file": _FACILITY,
    "exams:facility-page": _FACILITY,
    "exam-link:fixed": "comes after an answer; tests/exams/test_fixing.py",
    "examday:sheet": "opening a document is written down; tests/exams/test_sheets.py",
    "papers:answers": _ANSWERS,
    "partner-day:answers": _ANSWERS,
    "paper-link:answers": _ANSWERS,
    "confirm:answered": "comes after an answer; tests/courses/test_confirming.py",
}
