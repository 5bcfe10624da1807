"""What the environment says, and where the portal may run: it refuses to start unsafe.

Nothing set at all gives the embedded portal: SQLite, files and mail under `var/`, for this
machine's own address. `.env.example` explains each variable; NAME_FILE may give the path of a file.
"""

from __future__ import annotations

import os
import re
import secrets
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

BASE_DIR = Path(__file__).resolve().parents[2]


class _Variables(FileAwareMapping):  # type: ignore[misc]  # comes without types
    """The environment, with secrets from files; what an editor put after a value is not part."""

    def __getitem__(self, key: str) -> str:
        return str(super().__getitem__(key)).strip()


class _Env(environ.FileAwareEnv):  # type: ignore[misc]
    ENVIRON = _Variables()


env = _Env()

TIME_ZONE: str = env("TIME_ZONE", default="Europe/Amsterdam")  # of the university


def _moment(text: str) -> datetime | None:
    """A day and time on the university's clock, such as 2027-04-14 18:30; None when left out."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(TIME_ZONE))
    except ValueError as error:
        raise ImproperlyConfigured("MAINTENANCE_UNTIL is written 2027-04-14 18:30.") from error


VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))
DEMO: bool = env.bool("DEMO", default=False)
DEBUG: bool = env.bool("DEBUG", default=False)
MAINTENANCE: bool = env.bool("MAINTENANCE", default=False)
MAINTENANCE_UNTIL = _moment(env("MAINTENANCE_UNTIL", default=""))
PORT: int = env.int("PORT", default=8000)
SITE_URL: str = env("SITE_URL", default=f"http://localhost:{PORT}").rstrip("/")
CONTACT_EMAIL: str = env("CONTACT_EMAIL", default="office@demo.example" if DEMO else "")
# How many proxies of our own stand before it; their word on who asks is taken.
ALLAUTH_TRUSTED_PROXY_COUNT: int = env.int("TRUSTED_PROXY_COUNT", default=0)
REDIS_URL: str = env("REDIS_URL", default="")

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
AUDIT_KEY: str = env("AUDIT_KEY", default="")  # empty: the audit trail is sealed by SECRET_KEY
AUDIT_KEY_FALLBACKS: list[str] = env.list("AUDIT_KEY_FALLBACKS", default=[])
if AUDIT_KEY and len(AUDIT_KEY) < 32:
    raise ImproperlyConfigured("AUDIT_KEY must have at least 32 characters.")

# Where clamd listens, which looks through files before they are kept; empty: none does.
CLAMD: str = env("CLAMD", default="")
if CLAMD and not re.fullmatch(r"unix:///\S+|clamd://(\[[\da-f:]+\]|[^\s/:]+):\d{1,5}", CLAMD):
    raise ImproperlyConfigured("CLAMD is written unix:///path/of/its.sock or clamd://host:3310.")
if CLAMD and DEMO:
    raise ImproperlyConfigured("DEMO=1 makes its files itself: leave CLAMD out.")
