"""Signing in and staying signed in: hardened on purpose, and each line has a test."""

from __future__ import annotations

from vx_portal.settings.environment import DEMO, HTTPS, env

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "accounts.password_rules.LongEnough",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "accounts.password_rules.NotCommon"},
    {"NAME": "accounts.password_rules.NotOurWords"},
    {
        "NAME": "accounts.password_rules.NotAboutYou",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:start"
LOGOUT_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600  # seconds
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Signing in again at the university counts too (accounts/oidc.py). A code by mail does not: who
# sits at somebody's open screen often has their mail open as well.
ACCOUNT_REAUTHENTICATION_METHODS = ("password", "mfa", "socialaccount")
# Seconds for which an answer to who one is counts; the demo, whose password everybody knows, asks
# seldom. Grades come by the dozen, so before those it is asked less often (accounts/recent.py).
ACCOUNT_REAUTHENTICATION_TIMEOUT = 3600 if DEMO else 300
GRADES_REAUTHENTICATION_TIMEOUT = 3600
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 3
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# A whole campus can share one address, so what is counted per address is generous; what is counted
# per account is strict. The order matters: what an account's limit refused costs the address none.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "5/m/key,20/h/key,200/m/ip",  # key: account and address together
    "login_failed_account": "60/h/key",  # key: account, from wherever it is tried
    "signup": "60/m/ip",
    "reset_password": "3/m/key,10/h/key,60/m/ip",
    "reset_password_from_key": "60/m/ip",
    "confirm_email": "1/10s/key,10/h/key",
}
ACCOUNT_FORMS = {
    "login": "accounts.forms.signing_in.SignInForm",
    "signup": "accounts.forms.signing_in.SignUpForm",
    "add_email": "accounts.forms.signing_in.NewEmailForm",
    "change_password": "accounts.forms.signing_in.NewPasswordForm",
    "set_password": "accounts.forms.signing_in.FirstPasswordForm",
    "reset_password": "accounts.forms.signing_in.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.forms.signing_in.ResetPasswordForm",
    "reauthenticate": "accounts.forms.signing_in.ConfirmPasswordForm",
    "confirm_email_verification_code": "accounts.forms.signing_in.EmailCodeForm",
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own

SOCIALACCOUNT_ADAPTER = "accounts.oidc.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = False
SOCIALACCOUNT_STORE_TOKENS = False
OIDC_NAME: str = env("OIDC_NAME", default="SURFconext")
OIDC_SERVER_URL: str = env("OIDC_SERVER_URL", default="")
# Authentication contexts (`acr`) that stand for a second factor.
OIDC_STRONG_ACR: list[str] = env.list(
    "OIDC_STRONG_ACR",
    default=[
        "https://refeds.org/profile/mfa",
        "http://surfconext.nl/assurance/loa2",
        "http://surfconext.nl/assurance/loa3",
    ],
)
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "university",
                    "name": OIDC_NAME,
                    "client_id": env("OIDC_CLIENT_ID"),
                    "secret": env("OIDC_CLIENT_SECRET"),
                    "settings": {"server_url": OIDC_SERVER_URL, "oauth_pkce_enabled": True},
                }
            ],
        }
    }
    if OIDC_SERVER_URL
    else {}
)

MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.second_factor.CodeForm",
    "reauthenticate": "accounts.forms.second_factor.ConfirmCodeForm",
    "activate_totp": "accounts.forms.second_factor.FirstCodeForm",
    "add_webauthn": "accounts.forms.second_factor.NewPasskeyForm",
    "edit_webauthn": "accounts.forms.second_factor.PasskeyNameForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 0
MFA_TRUST_ENABLED = False
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Browsers allow passkeys on http://localhost only; nowhere else is this on.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
USERSESSIONS_TRACK_ACTIVITY = True

# Seconds without a request, and seconds since signing in, after which a session ends.
SESSION_LIMITS = {"student": (8 * 3600, 7 * 86400), "staff": (30 * 60, 12 * 3600)}
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_AGE = 7 * 86400
SESSION_COOKIE_NAME = "__Host-sid" if HTTPS else "sid"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
RECENT_COOKIE_NAME = "__Host-recent" if HTTPS else "recent"  # vx_portal/homes/recent.py
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "vx_portal.errors.csrf_failure"
