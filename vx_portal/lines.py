"""`check --deploy` asks that what leaves this machine is encrypted, and to whom it goes is proven.

A host without a dot in its name is one of docker-compose.yml, on the network of this machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

LOCAL = re.compile(r"[^.:]*$|127\.\d+\.\d+\.\d+$|::1$|/")


def is_here(host: str | None) -> bool:
    """Whether what is said to `host` stays on this machine."""
    return bool(LOCAL.match(host or ""))


def plain_lines() -> Iterator[CheckMessage]:
    """Each line to another machine that somebody on the way could read or answer."""
    database = settings.DATABASES["default"]
    options: dict[str, Any] = database.get("OPTIONS", {})
    if not is_here(database.get("HOST")) and options.get("sslmode") != "verify-full":
        yield Warning(
            "The database is on another machine, whose certificate is not checked.",
            hint="Add ?sslmode=verify-full to DATABASE_URL.",
            id="vx_portal.W001",
        )
    redis = urlsplit(settings.REDIS_URL)
    if not is_here(redis.hostname) and (
        redis.scheme != "rediss" or "ssl_cert_reqs=none" in redis.query.lower()
    ):
        yield Warning(
            "Redis is on another machine, and what is said to it can be read on the way.",
            hint="Begin REDIS_URL with rediss://.",
            id="vx_portal.W002",
        )
    mail: dict[str, Any] = settings.MAILERS["default"].get("OPTIONS", {})
    if not is_here(mail.get("host")) and not (mail.get("use_tls") or mail.get("use_ssl")):
        yield Warning(
            "Mail goes to another machine without TLS.",
            hint="Begin EMAIL_URL with smtp+tls://, or smtp+ssl:// on port 465.",
            id="vx_portal.W003",
        )
    if settings.CLAMD and not is_here(urlsplit(settings.CLAMD).hostname):
        yield Warning(
            "Files go to a virus scanner on another machine in the clear: clamd has no TLS.",
            hint="Have clamd on this machine, as deploy/viruses.yml has, or behind a tunnel.",
            id="vx_portal.W004",
        )


@register(Tags.security, deploy=True)
def check_lines(**_asked: Any) -> list[CheckMessage]:
    return list(plain_lines())
