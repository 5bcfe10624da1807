"""What may stand in a log: what happened and where in the code, never who asked or what they typed.

Our own lines name views, tasks and kinds of problems. Those of libraries may quote an address, a
form or a mail server's answer, and exceptions quote whatever they met; so every line passes here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict

ROOT = str(Path(__file__).resolve().parent.parent)
LONGEST_CHAIN = 5  # exceptions that caused one another
LONGEST_WAY = 40  # calls of one of them, the innermost

# Written by the portal itself, in a form that holds nothing personal.
OURS = {"request_id", "timestamp", "level", "logger", "view", "task", "where", "seal"}
OURS |= {"virus"}  # the name that the scanner's signatures give it

PERSONAL = {
    # Our addresses hold tokens and references, and queries hold what somebody looked for.
    "address": re.compile(r"(?<![\w/.])(?:https?://[^\s/]+)?/(?:nl|en|api|sso|static)/[^\s\"']*"),
    "query": re.compile(r"\?[\w.%-]+=[^\s\"']*"),
    "e-mail": re.compile(r"[\w.+%'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*"),
    "number": re.compile(r"(?<![\w-])[sS]?\d{6,}(?![\w-])"),  # a student's, a telephone's
    # A token or a key: long, with digits; but not the id of a row, which leads back to nobody.
    "secret": re.compile(
        r"(?<![\w-])(?![0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-]))"
        r"(?=[A-Za-z_-]*\d)[\w-]{16,}"
    ),
}


def without_personal_data(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Put `[e-mail]` and the like in the place of what may not stand in a log, in every value."""
    return {key: value if key in OURS else _masked(value) for key, value in event.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {_masked(key): _masked(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set):
        return [_masked(part) for part in value]
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and abs(value) < 100_000:
        return value  # no pattern below finds fewer than six digits, or letters alone
    text = str(value)
    if text.isalpha():
        return text
    for name, pattern in PERSONAL.items():
        text = pattern.sub(f"[{name}]", text)
    return value if isinstance(value, int) and text == str(value) else text


def task_that_failed(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Celery's line about a task quotes arguments and exception: keep the name and the id."""
    record = event.get("_record")
    context = getattr(record, "data", None)
    if record is not None and record.name == "celery.app.trace" and isinstance(context, dict):
        event["event"] = f"task {context.get('description', 'failed')}"
        event["task"], event["task_id"] = context.get("name"), context.get("id")
    return event


def where_it_failed(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Describe an exception by its kind, its code and its way through the code.

    Its message is left out: `duplicate key (email)=(…)`, `invalid literal: '…'`.
    """
    given = event.pop("exc_info", None)
    if isinstance(given, BaseException):
        event["where"] = list(_chain(given, given.__traceback__))
    elif isinstance(given, tuple) and given[1] is not None:
        event["where"] = list(_chain(given[1], given[2]))
    return event


def _chain(error: BaseException, way: TracebackType | None) -> Iterator[dict[str, Any]]:
    """`error`, what caused it, and so on."""
    for _number in range(LONGEST_CHAIN):
        kind = type(error)
        described = {"kind": f"{kind.__module__}.{kind.__qualname__}", "at": _calls(way)}
        if code := _code(error):
            described["code"] = code
        yield described
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is None:
            return
        error, way = cause, cause.__traceback__


def _calls(way: TracebackType | None) -> list[str]:
    calls: list[str] = []
    while way is not None:
        code = way.tb_frame.f_code
        file = code.co_filename.removeprefix(f"{ROOT}/").rpartition("site-packages/")[2]
        calls.append(f"{file}:{way.tb_lineno} {code.co_name}")
        way = way.tb_next
    return calls[-LONGEST_WAY:]


def _code(error: BaseException) -> str:
    """What the database, the mail server or the system calls the problem; none is personal."""
    for name in ("sqlstate", "pgcode", "sqlite_errorname", "smtp_code", "errno"):
        if isinstance(code := getattr(error, name, None), int | str):
            return str(code)[:40]
    return ""


def configure(level: str) -> dict[str, Any]:
    """Set structlog up, and return the setting LOGGING that goes with it.

    One JSON line an event, without anything personal; readable lines on a terminal.
    """
    on_a_terminal = sys.stderr.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    task_that_failed,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info if on_a_terminal else where_it_failed,
                    without_personal_data,
                    structlog.dev.ConsoleRenderer(colors=False)
                    if on_a_terminal
                    else structlog.processors.JSONRenderer(),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "events"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Our own line says the same of every request, with its id.
            "django.request": {"level": "ERROR"},
            # Nobody's mistake but the giver's, who is told; our line has the 413.
            "django.security.FileTooLargeError": {"level": "CRITICAL"},
            "django.security.TogetherTooLargeError": {"level": "CRITICAL"},
            "django.security.TooManyFilesSent": {"level": "CRITICAL"},
            "django.server": {"handlers": [], "propagate": False},
            "gunicorn.error": {"handlers": [], "propagate": True, "level": "WARNING"},
            # A wrong host name is a visitor's doing: the answer is 400, nginx refused it before.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "fontTools": {"level": "WARNING"},
            "celery": {"level": "WARNING"},  # else three lines every heartbeat
        },
    }
