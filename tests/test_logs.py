"""Nothing personal in a log line, whoever wrote it and whatever it quotes."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.db import DataError, IntegrityError

from vx_portal.logs import task_that_failed, where_it_failed, without_personal_data

PLANTED = ("s1234567", "jan.jansen@umail.example", "Ab3dEf6hIj9kLmN2pQr5tUv8")
NUMBER, EMAIL, TOKEN = PLANTED


@pytest.fixture
def formatter() -> logging.Formatter:
    """The one that production has, whether or not these tests run on a terminal."""
    described = settings.LOGGING["formatters"]["events"]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=described["foreign_pre_chain"],
        processors=[
            task_that_failed,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            where_it_failed,
            without_personal_data,
            structlog.processors.JSONRenderer(),
        ],
    )


def line_of(
    formatter: logging.Formatter, name: str, text: str, *values: object, **more: Any
) -> tuple[str, dict[str, Any]]:
    record = logging.LogRecord(name, logging.ERROR, "", 0, text, values, more.pop("exc_info", None))
    record.__dict__ |= more
    line = formatter.format(record)
    return line, json.loads(line)


@pytest.mark.parametrize(
    ("logger", "text", "values"),
    [
        ("django.request", "%s: %s", ("Internal Server Error", f"/nl/confirm/{TOKEN}/")),
        ("django.security.csrf", "Forbidden (%s): %s", ("Origin", f"/en/desk/?q={NUMBER}")),
        ("gunicorn.error", "Error handling request %s", (f"/?email={EMAIL}",)),
        ("gunicorn.error", "Error handling request %s", (f"/?q={EMAIL.replace('@', '%40')}",)),
        ("any", "refused %s, %s and %s", PLANTED),
        ("any", "550 5.1.1 <%s>: user unknown, number 0612345678", (EMAIL,)),
        ("any", "%r", ({"to": [EMAIL], NUMBER: TOKEN},)),
    ],
    ids=["path", "query", "gunicorn", "escaped", "plain", "mail server", "structure"],
)
def test_what_libraries_quote_is_masked(
    formatter: logging.Formatter, logger: str, text: str, values: tuple[object, ...]
) -> None:
    line, event = line_of(formatter, logger, text, *values)

    assert not [planted for planted in (*PLANTED, "jan.jansen", "0612345678") if planted in line]
    assert event["logger"] == logger
    assert "[" in event["event"]


def test_what_helps_stays(formatter: logging.Formatter) -> None:
    row = "3f1c2b4a-0d5e-4f60-8a71-92b3c4d5e6f7"
    text = f"broker gone (code 111), row {row}, task paperwork.tasks.send_notice, 12345 ms"

    _line, event = line_of(formatter, "paperwork.waking", text)

    assert event["event"] == text


def test_a_request_id_stays(formatter: logging.Formatter) -> None:
    with structlog.contextvars.bound_contextvars(request_id="0123456789abcdef" * 2):
        _line, event = line_of(formatter, "any", "text")

    assert event["request_id"] == "0123456789abcdef" * 2


def raised(error: Exception) -> Any:
    """What `sys.exc_info()` says of `error` once it has been raised, with a cause."""
    error.__cause__ = IntegrityError(f"Key (email)=({EMAIL}) of Jan Jansen already exists")
    try:
        raise error
    except type(error):
        return sys.exc_info()


def test_an_exception_says_where_and_not_what(formatter: logging.Formatter) -> None:
    info = raised(DataError(f"invalid input: 'Jan Jansen' {NUMBER} {TOKEN}"))

    line, event = line_of(formatter, "django.request", "Internal Server Error", exc_info=info)

    assert not [planted for planted in (*PLANTED, "Jan Jansen") if planted in line]
    assert [part["kind"] for part in event["where"]] == [
        "django.db.utils.DataError",
        "django.db.utils.IntegrityError",
    ]
    assert event["where"][0]["at"][-1].startswith("tests/test_logs.py:")
    assert event["where"][0]["at"][-1].endswith(" raised")


def test_an_exception_brings_its_code(formatter: logging.Formatter) -> None:
    _line, event = line_of(formatter, "any", "text", exc_info=raised(OSError(28, EMAIL)))

    assert event["where"][0]["code"] == "28"


def test_a_task_that_failed_is_named_without_its_arguments(formatter: logging.Formatter) -> None:
    context = {"name": "paperwork.tasks.send_notice", "id": "7", "exc": f"Refused('Jan {EMAIL}')"}
    text = "Task %(name)s[%(id)s] raised unexpected: %(exc)s"

    line, event = line_of(formatter, "celery.app.trace", text, context, data=context)

    assert "Jan" not in line
    assert (event["task"], event["event"]) == ("paperwork.tasks.send_notice", "task failed")


def test_without_all_this_it_would_be_found(formatter: logging.Formatter) -> None:
    """The control: the same lines as a plain formatter writes them."""
    info = raised(DataError(f"invalid input: {NUMBER} {TOKEN}"))
    record = logging.LogRecord("any", logging.ERROR, "", 0, "text", (), info)

    line = logging.Formatter("%(message)s").format(record)

    assert all(planted in line for planted in PLANTED)
