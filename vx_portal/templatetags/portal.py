"""Tags and filters that every template has, without loading them. Use: docs/look.md."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django import template
from django.db.models import Model
from django.template.base import Parser, Token
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format, time_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from lucide.templatetags.lucide import lucide

from courses import house
from vx_portal import daystrip, linemap, theme

if TYPE_CHECKING:
    from courses.models import University

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, size: int = 20, label: str = "") -> str:
    """A lucide icon as inline SVG: decoration, unless it has a `label`."""
    named = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    return lucide(name, size=size, **{"class": "ico", "focusable": "false"}, **named)


class OnceNode(template.Node):
    """Renders what is in it once per language, and again when the office has settled something."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist
        self.made: dict[str | None, tuple[house.Known, SafeString]] = {}

    def render(self, context: template.Context) -> SafeString:
        language, known = get_language(), house.remembered()
        made = self.made.get(language)
        if made is None or made[0] is not known:
            made = self.made[language] = (known, self.nodelist.render(context))
        return made[1]


@register.tag
def once(parser: Parser, _token: Token) -> OnceNode:
    """`{% once %}…{% endonce %}`: for what depends on the language and on what is settled alone."""
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(nodelist)


@register.inclusion_tag("parts/crumbs.html")
def crumbs(*steps: str) -> dict[str, Any]:
    """The way here: `{% crumbs "courses:catalogue" _("Courses") university_address name title %}`.

    Address and words of each step (an address or the name of one), and the page's own words last.
    """
    pairs = zip(steps[0:-1:2], steps[1:-1:2], strict=True)
    return {
        "trail": [(a if a.startswith("/") else reverse(a), label) for a, label in pairs],
        "here": steps[-1],
    }


@register.simple_tag
def house_look() -> theme.Look:
    """The colours and the logo that the office has settled."""
    return theme.now(house.remembered())


@register.simple_tag
def line_map(
    universities: Iterable[University], highlight: University | None = None
) -> linemap.LineMap | None:
    """The line map as it is now, for parts/linemap.html; with `highlight`, its line is lit."""
    return linemap.line_map(universities, timezone.now(), highlight)


@register.simple_tag
def day_strip(universities: Iterable[University], other: University) -> daystrip.DayStrip | None:
    """`other`'s working day against ours, for parts/daystrip.html; none for our own."""
    home = next((university for university in universities if university.is_home), None)
    return daystrip.day_strip(home, other, timezone.now()) if home and home != other else None


@register.filter(is_safe=True)
def after(value: object, signs: str) -> str:
    """`value` behind `signs`, such as a comma; nothing at all where there is no value."""
    return f"{signs}{value}" if value else ""


@lru_cache(maxsize=4096)
def _written(day: int, form: str, _language: str | None) -> str:
    """A day, counted from the year 1: a list has the same few a hundred times."""
    return str(date_format(date.fromordinal(day), form))


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """14 april 2027"""
    return _written(value.toordinal(), "j F Y", get_language()) if value else ""


@register.filter(expects_localtime=True)
def weekday_day(value: date | None) -> str:
    """woensdag 14 april 2027"""
    return _written(value.toordinal(), "l j F Y", get_language()) if value else ""


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    """woensdag 14 april 2027, 13:15, midnight too: when something begins."""
    if not value:
        return ""
    return f"{date_format(value, 'l j F Y')}, {time_format(value.time(), 'TIME_FORMAT')}"


@register.filter(expects_localtime=True)
def deadline(value: datetime | None) -> str:
    """woensdag 14 april 2027, 13:15; for the end of a day, which is midnight, that day alone."""
    if not value:
        return ""
    if value.time() == time():
        return date_format(value - timedelta(days=1), "l j F Y")
    return moment(value)


@register.filter(expects_localtime=True)
def short_day(value: date | None) -> str:
    """14 apr: the large date at the start of a board's row."""
    if not value:
        return ""
    short = date_format(value, "j M").rstrip(".")
    return short if (get_language() or "").startswith("en") else short.lower()


@register.filter
def ec(value: Decimal | float | None) -> str:
    """5 EC, 7,5 EC: credits without needless zeros, in the reader's way of writing decimals."""
    return "" if value is None else f"{number_format(Decimal(value).normalize(), None)}\xa0EC"


@register.filter
def time_span(seconds: int) -> str:
    """8 hours, 7 days: a number of seconds in the unit that people use."""
    days, hours, minutes = seconds // 86400, seconds // 3600, seconds // 60
    if days > 1:
        return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
    if hours > 1:
        return ngettext("%(hours)d hour", "%(hours)d hours", hours) % {"hours": hours}
    return ngettext("%(minutes)d minute", "%(minutes)d minutes", minutes) % {"minutes": minutes}


@register.filter
def in_fours(key: str) -> str:
    """ABCD EFGH IJ: a long key as people can type it over."""
    return " ".join(key[i : i + 4] for i in range(0, len(key), 4))


@register.filter
def university_url(university: Model) -> str:
    """The address of a university's page: its code in small letters."""
    return reverse("universities:university", args=[getattr(university, "code", "").lower()])


@register.filter
def course_url(course: Model) -> str:
    """The address of a course's page. The course's university must have been fetched with it."""
    university: Any = getattr(course, "university", None)
    return reverse("courses:course", args=[university.code.lower(), getattr(course, "slug", "")])


@register.filter
def kind(field: Any) -> str:
    """Of a form's field: how it is laid out (checkbox, group, file or input)."""
    widget = field.field.widget
    name = getattr(widget, "input_type", "")
    if field.use_fieldset:
        return "group"
    return name if name in {"checkbox", "file"} else "input"


type Group = tuple[str | None, list[dict[str, Any]], int]  # of a select: its title or none
SELECTED = SafeString(" selected")


@register.filter
def as_options(groups: Iterable[Group]) -> SafeString:
    """What a select offers, made at once: lists of countries or programmes have hundreds."""
    return format_html_join("\n", "{}", ((_group(*group),) for group in groups))


def _group(title: str | None, options: list[dict[str, Any]], _index: int) -> SafeString:
    made = format_html_join(
        "\n",
        '<option value="{}"{}>{}</option>',
        ((one["value"], SELECTED if one["selected"] else "", one["label"]) for one in options),
    )
    return format_html('<optgroup label="{}">{}</optgroup>', title, made) if title else made
