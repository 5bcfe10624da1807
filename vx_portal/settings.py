"""Settings of the portal: production unless told otherwise, everything from the environment.

Nothing set at all gives the embedded portal: SQLite, files and mail under `var/`, for this
machine's own address. `.env.example` explains each variable; NAME_FILE may give the path of a file.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from environ.fileaware_mapping import FileAwareMapping

from vx_portal import logs

BASE_DIR = Path(__file__).resolve().parent.parent


class _Variables(FileAwareMapping):  # type: ignore[misc]  # comes without types
    """The environment, with secrets from files; what an editor put after a value is not part."""

    def __getitem__(self, key: str) -> str:
        return str(super().__getitem__(key)).strip()


class _Env(environ.FileAwareEnv):  # type: ignore[misc]
    ENVIRON = _Variables()


env = _Env()

VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))
DEMO: bool = env.bool("DEMO", default=False)
DEBUG: bool = env.bool("DEBUG", default=False)
MAINTENANCE: bool = env.bool("MAINTENANCE", default=False)
PORT: int = env.int("PORT", default=8000)
SITE_URL: str = env("SITE_URL", default=f"http://localhost:{PORT}").rstrip("/")
EXAM_NOTICE_DAYS = env.int("EXAM_NOTICE_DAYS", default=10)  # working days before an exam
CONTACT_EMAIL: str = env("CONTACT_EMAIL", default="office@demo.example" if DEMO else "")

# --- Where it may run -----------------------------------------------------------------------------
_LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
_site = urlsplit(SITE_URL)
_is_local = _site.hostname in {"localhost", "127.0.0.1", "::1"}
HTTPS = _site.scheme == "https"
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=_LOCAL_HOSTS if _is_local else [])

if not _is_local and not HTTPS:
    raise ImproperlyConfigured("SITE_URL must begin with https:// unless it is this machine's own.")
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("Set ALLOWED_HOSTS to the host names the portal answers to.")
if DEMO and not (_is_local and set(ALLOWED_HOSTS) <= set(_LOCAL_HOSTS)):
    raise ImproperlyConfigured("DEMO=1 serves this machine's own addresses only.")

EMBEDDED = "DATABASE_URL" not in os.environ and "DATABASE_URL_FILE" not in os.environ


def _secret_key() -> str:
    """The key from the environment; the embedded portal makes its own, which its owner can read."""
    if key := env("SECRET_KEY", default=""):
        if len(key) < 32:
            raise ImproperlyConfigured("SECRET_KEY must have at least 32 characters.")
        return str(key)
    if not EMBEDDED:
        raise ImproperlyConfigured("Set SECRET_KEY (or SECRET_KEY_FILE).")
    path = VAR_DIR / "secret-key"
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
EXAM_PAPER_KEY: str = env("EXAM_PAPER_KEY", default="")  # empty: papers go by SECRET_KEY
if EXAM_PAPER_KEY and len(EXAM_PAPER_KEY) < 32:
    raise ImproperlyConfigured("EXAM_PAPER_KEY must have at least 32 characters.")

# --- What it is made of ---------------------------------------------------------------------------
INSTALLED_APPS = [
    "vx_portal",
    "courses",
    "accounts",
    "paperwork",
    "enrolments",
    "exams",
    "grades",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # allauth's list of sessions uses it
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "lucide",
    "django.forms",  # its widgets' templates, for our own renderer of forms
]

MIDDLEWARE = [
    "vx_portal.middleware.RequestLog",  # a request id on every log line and answer
    "vx_portal.middleware.AskedByMachines",  # health and figures, whichever host was asked
    "vx_portal.kept.KeptPages",  # a visitor's page that is still true is sent without more work
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "vx_portal.middleware.GZip",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "vx_portal.middleware.Maintenance",  # 503 in the portal's look while MAINTENANCE=1
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionLimits",  # idle and absolute limits by role
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # unless a view says otherwise
    "accounts.middleware.StaffNeedsSecondFactor",
    "accounts.middleware.FailedFormsSay422",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "vx_portal.middleware.PersonalPagesAreNotStored",
    "vx_portal.middleware.RefusedMethods",  # 405 in the portal's look
]

ROOT_URLCONF = "vx_portal.urls"
WSGI_APPLICATION = "vx_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "vx_portal.context.portal",
            ],
            "builtins": ["vx_portal.templatetags.portal", "django.templatetags.i18n"],
        },
    }
]

FORM_RENDERER = "vx_portal.forms.PortalRenderer"

# --- Data -----------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = 600  # opening SQLite costs more than most pages
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction takes the write lock at its start: two writers queue, none fails.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        ),
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A cluster made without a locale would give the tests an SQL_ASCII database.
    DATABASES["default"]["TEST"] = {"CHARSET": "UTF8", "TEMPLATE": "template0"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = env("REDIS_URL", default="")
CACHES = {
    # Shared by all processes: limits on signing in must count across them.
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # Seconds: a request that needs it waits no longer for a Redis that does not answer.
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
    }
}

MEDIA_ROOT = Path(
    env("MEDIA_ROOT", default=str(VAR_DIR / "media"))
)  # private: no address serves it
# nginx sends the files itself, told so by the portal; see deploy/nginx/files.conf.
FILES_BY_NGINX: bool = env.bool("FILES_BY_NGINX", default=False)
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_HANDLERS = [
    "paperwork.uploads.CountingHandler",  # ends what is larger than 10 MB while it comes in
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = (
    1024 * 1024
)  # of the fields of a form, in bytes; files are not counted
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000  # an import's page has a tick box for each change it shows
DATA_UPLOAD_MAX_NUMBER_FILES = 25  # the transcripts that a host sends at once

# --- Mail -----------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Virtual Exchange <noreply@localhost>")
if "EMAIL_URL" in os.environ or "EMAIL_URL_FILE" in os.environ:
    _mail = env.email_url("EMAIL_URL")
    MAILERS = {
        "default": {
            "BACKEND": _mail["EMAIL_BACKEND"],
            "OPTIONS": {
                "host": _mail["EMAIL_HOST"],
                "port": _mail["EMAIL_PORT"],
                "username": _mail["EMAIL_HOST_USER"],
                "password": _mail["EMAIL_HOST_PASSWORD"],
                "use_tls": _mail.get("EMAIL_USE_TLS", False),
                "use_ssl": _mail.get("EMAIL_USE_SSL", False),
                "timeout": 10,  # seconds; else a silent mail server holds a worker for ever
            },
        }
    }
else:
    MAILERS = {
        "default": {
            "BACKEND": "vx_portal.mail_files.MailFiles",
            "OPTIONS": {"file_path": str(VAR_DIR / "mail")},
        }
    }

# --- Language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "vx_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["vx_portal.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"

# --- Static files ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", ("fonts", VAR_DIR / "fonts")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- Background work (what it does: each app's tasks.py) ------------------------------------------
# How long a worker holds what it took before another may: longer than anything it does with it.
FACILITY_KEPT_DAYS: int = env.int("FACILITY_KEPT_DAYS", default=365)  # after the exam
LEASE_SECONDS: int = env.int("LEASE_SECONDS", default=90)
CELERY_BROKER_URL = REDIS_URL or "folder://"
_broker_dir = VAR_DIR / "broker"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        # A task whose worker died comes back after at most 120 + 5 seconds. No task or delay may
        # be longer than the 120: it would be run a second time. Delays are dates in the database.
        "visibility_timeout": 120,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        # A broker that is gone costs the request seconds, not for ever.
        "socket_timeout": 2,
        "socket_connect_timeout": 1,
        "max_retries": 1,
    }
    if REDIS_URL
    else {
        "data_folder_in": str(_broker_dir),
        "data_folder_out": str(_broker_dir),
        "control_folder": str(_broker_dir / "control"),
        # Seconds. A worker that holds a task looks for the next at this pace, and kombu's is 1.0:
        # a hundred hints would keep the clock's tasks, the heartbeat among them, waiting as long.
        "polling_interval": 0.1,
    }
)
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker however long it is gone
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True  # with an end: a task that kills its worker is given up
CELERY_TASK_TIME_LIMIT = 60  # seconds
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_WORKER_LOST_WAIT = 1.0  # seconds for the last word of a process that died; work waits
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 3  # seconds; then an unfinished task goes back to the queue
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
PULSE_PATH: str = env("PULSE_PATH", default="")  # touched while a worker works
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = (
    "celery.beat.Scheduler"  # in memory: no file that stops it when it is locked
)
CELERY_BEAT_SCHEDULE = {
    # The heartbeat that /readyz looks for; one that waited longer says nothing.
    "report-alive": {
        "task": "vx_portal.tasks.report_alive",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "sweep": {  # what a lost hint, a crash or a pause left; twice at once is harmless
        "task": "paperwork.tasks.sweep",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "digests": {  # the first on a day gathers what came before seven, the others find nothing
        "task": "paperwork.tasks.gather_digests",
        "schedule": crontab(minute="*/10", hour="7-20", day_of_week="mon-fri"),
        "options": {"expires": 600},
    },
    "sweep-files": {
        "task": "paperwork.tasks.sweep_files",
        "schedule": crontab(minute=40),
    },
    "plans-of-exams": {  # one that nobody makes, or whose maker died
        "task": "exams.tasks.sweep_plans",
        "schedule": 20.0,
        "options": {"expires": 20},
    },
    "exams-every-hour": {
        "task": "exams.tasks.every_hour",
        "schedule": crontab(minute=15),
    },
    "applications-every-minute": {
        "task": "enrolments.tasks.every_minute",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "applications-every-hour": {
        "task": "enrolments.tasks.every_hour",
        "schedule": crontab(minute=5),
    },
    "transcripts-every-minute": {
        "task": "grades.tasks.every_minute",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "transcripts-every-hour": {
        "task": "grades.tasks.every_hour",
        "schedule": crontab(minute=15),
    },
    "exams-every-night": {
        "task": "exams.tasks.every_night",
        "schedule": crontab(hour=4, minute=30),
    },
    "applications-every-night": {
        "task": "enrolments.tasks.every_night",
        "schedule": crontab(hour=4, minute=10),
    },
    "clear-sessions": {
        "task": "vx_portal.tasks.clear_sessions",
        "schedule": crontab(hour=3, minute=20),
    },
    "forget-old-unverified": {
        "task": "accounts.tasks.forget_old_unverified",
        "schedule": crontab(hour=3, minute=40),
    },
    "remove-old-imports": {
        "task": "courses.tasks.remove_old_imports",
        "schedule": crontab(hour=3, minute=30),
    },
    "end-sessions-of-former-staff": {
        "task": "accounts.tasks.end_sessions_of_former_staff",
        "schedule": crontab(hour=0, minute=10),
    },
}

# --- Signing in (hardened on purpose; each line has a test) ---------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
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
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds
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
MFA_TOTP_ISSUER = "Virtual Exchange"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 0
MFA_TRUST_ENABLED = False
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Browsers allow passkeys on http://localhost only; nowhere else is this on.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
USERSESSIONS_TRACK_ACTIVITY = True
ALLAUTH_TRUSTED_PROXY_COUNT: int = env.int("TRUSTED_PROXY_COUNT", default=0)

# Seconds without a request, and seconds since signing in, after which a session ends.
SESSION_LIMITS = {"student": (8 * 3600, 7 * 86400), "staff": (30 * 60, 12 * 3600)}
SESSION_COOKIE_AGE = 7 * 86400
SESSION_COOKIE_NAME = "__Host-sid" if HTTPS else "sid"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "vx_portal.errors.csrf_failure"

# --- What a browser may do with our pages ---------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],  # single sign-on goes out by a link, not by a form's answer
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|metrics)$"]
# Only nginx of our own can set this header: it overwrites what a client sent.
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

# --- Logs: what happened, nothing personal --------------------------------------------------------
LOGGING = logs.configure(level=env("LOG_LEVEL", default="INFO"))
