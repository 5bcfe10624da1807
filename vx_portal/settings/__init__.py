"""Settings of the portal: production unless told otherwise, everything from the environment."""

from __future__ import annotations

import os
from pathlib import Path

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from vx_portal import logs
from vx_portal.settings.background import *  # noqa: F403
from vx_portal.settings.environment import *  # noqa: F403
from vx_portal.settings.environment import (
    ALLAUTH_TRUSTED_PROXY_COUNT,
    BASE_DIR,
    DEBUG,
    HTTPS,
    REDIS_URL,
    VAR_DIR,
    env,
)
from vx_portal.settings.signing_in import *  # noqa: F403

# --- What it is made of ---------------------------------------------------------------------------
INSTALLED_APPS = [
    "vx_portal",
    "courses",
    "accounts",
    "paperwork",
    "enrolments",
    "exams",
    "grades",
    "privacy",
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
    "accounts.working.WorksAs",  # which of several roles is in view
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # unless a view says otherwise
    "accounts.middleware.StaffNeedsSecondFactor",
    "accounts.middleware.FailedFormsSay422",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "vx_portal.middleware.PersonalPagesAreNotStored",
    "vx_portal.homes.recent.RecentCases",  # which cases somebody of staff opened last
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
            "builtins": [
                "vx_portal.templatetags.portal",
                "django.templatetags.i18n",
                "vx_portal.templatetags.wording",
            ],
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

# Shared by all processes: limits on signing in must count across them.
_table: dict[str, object] = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "shared_cache",
    "OPTIONS": {"MAX_ENTRIES": 10_000},  # with few, a flood of addresses would push limits out
}
CACHES: dict[str, dict[str, object]] = {"default": _table}
if REDIS_URL:
    CACHES = {
        "default": {"BACKEND": "vx_portal.shared_cache.SharedCache"},
        "redis": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            # Seconds: a request that needs it waits no longer for a Redis that does not answer.
            "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
        },
        "spare": _table,  # while Redis is away
    }

MEDIA_ROOT = Path(
    env("MEDIA_ROOT", default=str(VAR_DIR / "media"))
)  # private: no address serves it
# The seals of the audit trail, appended to; a copy of it elsewhere is what nobody here can change.
SEALS_FILE = Path(env("SEALS_FILE", default=str(VAR_DIR / "seals.jsonl")))
# nginx sends the files itself, told so by the portal; see deploy/nginx/files.conf.
FILES_BY_NGINX: bool = env.bool("FILES_BY_NGINX", default=False)
# Where nginx finds what it says when it refuses something itself; empty: nothing is written.
PAGES_ROOT: str = env("PAGES_ROOT", default="")
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
LANGUAGE_COOKIE_NAME = "__Host-vx_language" if HTTPS else "vx_language"
THEME_COOKIE_NAME = "__Host-vx_theme" if HTTPS else "vx_theme"
KEYS_COOKIE_NAME = "__Host-vx_keys" if HTTPS else "vx_keys"  # "off": no single-letter keys
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["vx_portal.formats"]
USE_I18N = True
USE_TZ = True

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
