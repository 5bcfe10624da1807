"""Who asks under load: each request at its moment, and its time counted from then."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from bench.open_model import keep_to, percentile, post_of, upload_of
from bench.semester import clock


def waits(seconds: float, many: int) -> list[float]:
    """How long each of so many waits, who come together to somebody who serves one at a time."""
    times: list[float] = []

    async def all_of_it() -> None:
        counter = asyncio.Lock()
        loop = asyncio.get_running_loop()

        async def ask(due: float) -> None:
            async with counter:
                await asyncio.sleep(seconds)
            times.append(loop.time() - due)

        await keep_to((0.0, ask) for _one in range(many))

    asyncio.run(all_of_it())
    return times


def test_who_waits_in_line_is_counted() -> None:
    """The control of every figure of `make load`: a slow answer shows in the times of those after.

    A client that asks again when it was answered would say that each took 0.05 s.
    """
    times = waits(0.05, 10)

    assert 0.01 <= min(times) < 0.4
    assert max(times) >= 0.5
    assert percentile([1000 * one for one in times], 99) >= 500


def test_each_begins_at_its_moment_whatever_the_others_do() -> None:
    begun: list[float] = []

    async def all_of_it() -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()

        async def ask(due: float) -> None:
            begun.append(loop.time() - began)
            await asyncio.sleep(0.3)

        await keep_to((moment, ask) for moment in (0.0, 0.1, 0.2))

    asyncio.run(all_of_it())
    assert begun == pytest.approx([0.0, 0.1, 0.2], abs=0.18)


@pytest.mark.parametrize(("percent", "says"), [(50, 51), (95, 96), (99, 100), (100, 100)])
def test_percentiles(percent: float, says: int) -> None:
    assert percentile([float(number) for number in range(1, 101)], percent) == says
    assert percentile([], percent) == 0


def test_a_form_is_sent_as_a_browser_sends_it() -> None:
    headers, body = post_of("portal.example.org", "/en/x/", {"a": "b c", "token": "t&"})

    assert body == b"a=b+c&token=t%26"
    assert headers["Origin"] == "https://portal.example.org"
    assert headers["Referer"] == "https://portal.example.org/en/x/"


def test_a_file_is_sent_as_a_browser_sends_it() -> None:
    content = b"%PDF-1.7 \x00\xff"
    headers, body = upload_of("portal.example.org", "/en/x/", {"a": "b"}, "papers", content)

    edge = headers["Content-Type"].partition("boundary=")[2].encode()
    assert body.count(b"--" + edge) == 3
    assert body.endswith(b"--" + edge + b"--\r\n")
    assert content in body
    assert b'name="papers"; filename="paper.pdf"' in body


def test_the_semesters_clock_is_one_for_all_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime

    path = tmp_path / "clock"
    monkeypatch.setenv("CLOCK_FILE", str(path))
    moment = datetime(2026, 4, 13, 7, tzinfo=UTC)

    clock.write(moment, path)

    assert float(path.read_text()) + time.monotonic() == pytest.approx(moment.timestamp(), abs=1)
    assert clock.machine() == pytest.approx(time.time(), abs=1)
