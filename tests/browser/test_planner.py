"""The planner by hand: with the arrow keys, in the dialog with its live check, and by dragging."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Portal
from tests.browser.journeys import Journey, Open, Way

# Two exams of their own on a day on which the demo has none: each may be held when it likes.
TWO_EXAMS = """
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo
from django.utils import timezone
from exams.demo_day import published_sitting, running_course
from exams.models import Exam, Mode, Sitting
day = timezone.localdate() + timedelta(days=150)
day += timedelta(days=(1 - day.weekday()) % 7)
zone = ZoneInfo("Europe/Amsterdam")
said = [day.isoformat()]
for slug, room, hour in (("astrophysics", "0.05", 10),
                         ("solar-energy", "2.02", 13)):
    at = datetime.combine(day, time(hour), zone)
    row = published_sitting(running_course(slug, 2), 1, room, at, number=2)
    Exam.objects.filter(pk=row.exam_id).update(mode=Mode.WINDOW, starts_at=None,
        window_from=datetime.combine(day, time(6), zone),
        window_until=datetime.combine(day, time(22), zone))
    Sitting.objects.filter(pk=row.pk).update(state="planned", published_at=None)
    said += [row.pk, row.room_id]
"""


class Planner(NamedTuple):
    """A day with two exams, 0.05 at 10:00 and 2.02 at 13:00, and the page that shows it."""

    page: Page
    address: str
    first: int
    room: int  # of the first
    second: int
    other_room: int

    def event(self, pk: int) -> Locator:
        return self.page.locator(f"#s{pk}")

    def held(self, pk: int) -> str:
        """In which room the table shows it, and when it begins and ends."""
        line = self.page.locator("table.plan tr", has=self.page.locator(f"#s{pk}"))
        name = line.locator("th").evaluate("cell => cell.firstChild.textContent.trim()")
        return f"{name} {self.event(pk).locator('small').first.inner_text().splitlines()[0]}"

    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.closest('.event')?.id || ''"))


@pytest.fixture
def planner(portal: Portal, open_browser: Open) -> Callable[..., Planner]:
    trip = Journey("planner", portal, open_browser, Way("en", "desktop", "light", has_script=True))
    day, *rows = trip.happens(TWO_EXAMS)
    page = open_browser("exams", viewport={"width": 1280, "height": 1000}).new_page()
    page.goto(address := f"{portal.base}/en/exams/plan/?day={day}")
    return Planner(page, address, *rows)


def test_an_exam_is_moved_by_keys_in_the_dialog_and_by_dragging(
    planner: Planner, open_browser: Open
) -> None:
    page, first, second = planner.page, planner.first, planner.second
    verdict = page.locator("dialog #verdict")
    assert planner.held(first) == "0.05 10:00–12:00"

    # From exam to exam with the arrows, and into the dialog with Enter.
    planner.event(first).locator("a").first.focus()
    page.keyboard.press("ArrowUp")
    assert planner.focused() == f"s{second}", "the room above"
    page.keyboard.press("ArrowDown")
    assert planner.focused() == f"s{first}"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_accessible_name("Move Astrophysics")
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert planner.focused() == f"s{first}", "the focus is where it was"

    # The live check says what would be wrong before anything is sent.
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Room").select_option(str(planner.other_room))
    dialog.get_by_label("Begins at").fill("12:00")
    expect(verdict).to_contain_text("The room has another exam at that time")
    assert planner.held(first) == "0.05 10:00–12:00", "nothing has moved yet"
    dialog.get_by_label("Begins at").fill("23:30")
    expect(verdict).to_contain_text("Outside the period that the host gives")
    dialog.get_by_label("Begins at").fill("09:00")
    expect(verdict).not_to_contain_text("The room has another exam at that time")
    expect(verdict).not_to_contain_text("Outside the period")

    # Meanwhile a colleague moves it: both versions, and nothing is overwritten.
    colleague = open_browser("office").new_page()
    colleague.goto(page.url.partition("?")[0] + f"sittings/{first}/move/")
    colleague.get_by_label("Begins at").fill("11:00")
    colleague.get_by_role("button", name="Move exam").click()
    expect(colleague.get_by_role("status").filter(has_text="Moved.")).to_be_visible()
    dialog.get_by_label("Begins at").press("Enter")
    alert = page.get_by_role("alert").filter(has_text="Somebody else was first")
    expect(alert).to_contain_text("11:00")
    expect(page.get_by_label("Begins at")).to_have_value("09:00")
    page.get_by_role("button", name="Move exam").click()
    expect(page.get_by_role("status").filter(has_text="Moved.")).to_be_visible()
    assert planner.held(first) == "2.02 09:00–11:00"

    # Dragging fills in the same form; what is dragged elsewhere than to a free place stays.
    planner.event(second).drag_to(planner.event(first))
    assert planner.held(second) == "2.02 13:00–15:00"
    cell = page.locator(f"td[data-room='{planner.room}'][data-at='15:00']")
    with page.expect_navigation():
        planner.event(second).drag_to(cell)
    expect(page.get_by_label("Begins at")).to_have_value("15:00")
    expect(page.locator("#verdict")).not_to_be_empty()
    page.get_by_role("button", name="Move exam").click()
    expect(page.get_by_role("status").filter(has_text="Moved.")).to_be_visible()
    assert planner.held(second) == "0.05 15:00–17:00"
