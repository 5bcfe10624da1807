"""The look keeps its promises: contrast, size, valid CSS, and geometry without overlaps."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import brotli
import fontpkg
import lightningcss
import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext_lazy

from courses.models.university import LineColour
from tests import factories
from vx_portal.fonts import CHARACTERS, FACES

CSS = (settings.BASE_DIR / "static" / "app.css").read_text()


# --- Colours --------------------------------------------------------------------------------------
def tokens() -> dict[str, tuple[str, str]]:
    """Every colour token with its light and its dark value."""
    pairs = re.findall(r"--([a-z0-9-]+): light-dark\((#\w{6}), (#\w{6})\);", CSS)
    same = re.findall(r"--([a-z0-9-]+): (#\w{6});", CSS)
    return {name: (light, dark) for name, light, dark in pairs} | {
        name: (value, value) for name, value in same
    }


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


TEXT_PAIRS = [
    *(
        (ink, ground)
        for ink in ("ink", "ink-2", "brand-ink", "link", "visited", "err")
        for ground in ("page", "surface", "sunken")
    ),
    *((kind, f"{kind}-bg") for kind in ("ok", "warn", "err", "info")),
    *(("ink", f"{kind}-bg") for kind in ("ok", "warn", "err", "info")),
    ("ink", "line"),
    ("on-brand", "brand"),
    ("on-brand-2", "brand"),
    ("on-signal", "signal"),
    ("signal", "brand"),
    ("on-btn", "btn"),
    ("on-btn", "btn-hover"),
    *(("on-line", f"l-{colour}") for colour in LineColour.values),
]
PART_PAIRS = [  # what one must be able to make out, but need not read
    *(("control", ground) for ground in ("page", "surface")),
    *(("rule", ground) for ground in ("page", "surface")),
    *((f"l-{colour}", ground) for colour in LineColour.values for ground in ("page", "surface")),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [(*pair, 4.5) for pair in TEXT_PAIRS] + [(*pair, 3.0) for pair in PART_PAIRS],
)
def test_contrast(front: str, back: str, least: float, theme: int) -> None:
    colours = tokens()

    assert contrast(colours[front][theme], colours[back][theme]) >= least


@pytest.mark.parametrize("colour", LineColour.values)
def test_lines_stand_out_on_the_navy_map(colour: str) -> None:
    assert contrast(tokens()[f"l-{colour}"][1], tokens()["brand"][1]) >= 4.5


def test_contrast_is_measured_right() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_only_tokens_know_of_dark() -> None:
    """A rule of its own for dark would not heed the reader's choice."""
    assert "prefers-color-scheme" not in CSS


# --- The files ------------------------------------------------------------------------------------
def test_style_sheet_is_valid_and_small() -> None:
    assert lightningcss.process_stylesheet(CSS, filename="app.css", minify=True)
    assert len(brotli.compress(CSS.encode())) <= 12 * 1024


def test_script_is_small_and_keeps_nothing() -> None:
    script = (settings.BASE_DIR / "static" / "app.js").read_text()

    assert len(brotli.compress(script.encode())) <= 3 * 1024
    assert not re.search(r"localStorage|sessionStorage|document\.cookie|eval\(|indexedDB", script)


def test_ranges_of_the_fonts_agree() -> None:
    """What the style sheet says is in a file is what was put into it."""
    for name, characters in CHARACTERS.items():
        ranges = re.findall(rf"-{name}\.woff2.*?unicode-range: ([^;]+);", CSS)
        assert ranges
        for found in ranges:
            said: set[int] = set()
            for part in found.replace("U+", "").split(","):
                first, _dash, last = part.strip().partition("-")
                said.update(range(int(first, 16), int(last or first, 16) + 1))
            assert said == set(characters)


def test_fallbacks_have_the_height_of_the_faces() -> None:
    """In the letters that stand there until the face has come, a line is as high as in the face."""
    from fontTools.ttLib import TTFont  # slow to load

    numbers = r"size-adjust: ([\d.]+)%; ascent-override: ([\d.]+)%; descent-override: ([\d.]+)%"
    for _file, family, _axes in FACES:
        font = TTFont(fontpkg.path(family, 400))
        line, em = font["hhea"], font["head"].unitsPerEm
        own = [line.ascent / em, -line.descent / em]
        name = family.partition("-")[0].title()
        stand_ins = re.findall(rf'font-family: "{name} (?!Display)[^@]*?{numbers}', CSS)
        assert len(stand_ins) >= 3
        for size, ascent, descent in stand_ins:
            heights = [float(size) * float(part) / 10_000 for part in (ascent, descent)]
            assert heights == pytest.approx(own, abs=0.002)


# --- Tags and forms -------------------------------------------------------------------------------
def rendered(source: str, language: str = "nl", **context: object) -> str:
    with translation.override(language):
        return Template(source).render(Context(context))


def test_dates_and_credits_in_the_readers_language() -> None:
    when = date(2027, 4, 14)
    source = "{{ d|day }}; {{ d|weekday_day }}; {{ d|short_day }}; {{ n|ec }}"

    assert rendered(source, d=when, n=Decimal("7.50")) == (
        "14 april 2027; woensdag 14 april 2027; 14 apr; 7,5\xa0EC"
    )
    assert rendered(source, "en", d=when, n=Decimal("10.0")) == (
        "14 April 2027; Wednesday 14 April 2027; 14 Apr; 10\xa0EC"
    )
    assert rendered(source, d=None, n=None) == "; ; ; "


def test_icon_is_decoration_unless_named() -> None:
    assert 'aria-hidden="true"' in rendered('{% icon "x" %}')
    named = rendered('{% icon "x" label=label %}', label='"><script>')
    assert 'role="img"' in named
    assert "<script>" not in named


def test_crumbs() -> None:
    source = '{% crumbs "courses:catalogue" "Courses" "/nl/x/" name "Here" %}'
    html = rendered(source, name="<b>")

    assert '<a href="/nl/courses/">Courses</a>' in html
    assert '<a href="/nl/x/">&lt;b&gt;</a>' in html
    assert '<span aria-current="page">Here</span>' in html


class SampleForm(forms.Form):
    name = forms.CharField(help_text="As <on> your card")
    note = forms.CharField(required=False)
    way = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    sure = forms.BooleanField()


def test_fields_say_what_belongs_to_them() -> None:
    html = str(SampleForm({"name": ""}))

    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext">As &lt;on&gt; your card' in html
    assert 'aria-invalid="true"' in html
    assert html.count('class="opt"') == 1  # only the optional one is marked
    assert "<legend>Way" in html
    assert 'for="id_way_0"' in html
    for id_ in re.findall(r'aria-describedby="([^"]+)"', html):
        assert all(f'id="{part}"' in html for part in id_.split())


def test_a_select_offers_all_and_shows_everything_as_text() -> None:
    class Form(forms.Form):
        place = forms.ChoiceField(
            choices=[
                ("", "<i>"),
                ('"', "R&D"),
                ("In <b>", [(1, "one"), (2, gettext_lazy("Courses"))]),
            ]
        )

    assert "".join(str(Form({"place": "2"})["place"]).splitlines()[1:]) == (
        '<option value="">&lt;i&gt;</option><option value="&quot;">R&amp;D</option>'
        '<optgroup label="In &lt;b&gt;"><option value="1">one</option>'
        '<option value="2" selected>Vakken</option></optgroup></select>'
    )


def test_error_summary_leads_to_the_fields() -> None:
    html = rendered('{% include "parts/form_errors.html" %}{{ form }}', form=SampleForm({}))
    targets = re.findall(r'<a href="#([^"]+)"', html)

    assert targets == ["id_name", "id_way_group", "id_sure"]
    assert all(f'id="{target}"' in html for target in targets)
    assert 'tabindex="-1"' in html


# --- Theme ----------------------------------------------------------------------------------------
@pytest.mark.django_db
class TestDisplay:
    def test_follows_the_device_until_somebody_chooses(self, client: Client) -> None:
        assert b"data-theme" not in client.get("/nl/account/display/").content

        answer = client.post("/nl/account/display/", {"theme": "dark", "language": "en"})

        assert answer.headers["Location"] == "/en/account/display/?kept"
        assert answer.cookies["vx_theme"].value == "dark"
        assert answer.cookies["vx_language"].value == "en"
        assert b'data-theme="dark"' in client.get("/en/account/display/").content
        assert client.get("/").headers["Location"] == "/en/"

    def test_back_to_the_device(self, client: Client) -> None:
        client.cookies["vx_theme"] = "dark"

        answer = client.post("/nl/account/display/", {"theme": "system", "language": "nl"})

        assert answer.cookies["vx_theme"].value == ""
        assert answer.cookies["vx_theme"]["max-age"] == 0

    @pytest.mark.parametrize("theme", ["", "pink", "\0", "d" * 10_000])
    def test_refuses_what_is_no_theme(self, client: Client, theme: str) -> None:
        answer = client.post("/nl/account/display/", {"theme": theme, "language": "nl"})

        assert answer.status_code == 422
        assert "vx_theme" not in answer.cookies

    def test_a_made_up_cookie_is_ignored(self, client: Client) -> None:
        client.cookies["vx_theme"] = '"><script>'

        assert b"data-theme" not in client.get("/nl/account/display/").content


# --- The shell ------------------------------------------------------------------------------------
@pytest.mark.django_db
class TestShell:
    def test_other_language_keeps_page_and_query(self, client: Client) -> None:
        html = client.get("/nl/account/display/?kept=1").content.decode()

        assert 'href="/en/account/display/?kept=1" lang="en" hreflang="en">English' in html
        assert f'hreflang="en" href="{settings.SITE_URL}/en/account/display/?kept=1"' in html

    def test_main_menu_by_role(self, client: Client) -> None:
        student, office = factories.StudentFactory.create(), factories.MemberFactory.create()

        assert menu(client) == ["Vakken", "Universiteiten", "Zo werkt het"]
        sign_in(client, student)
        assert menu(client) == ["Mijn uitwisseling", "Vakken", "Zo werkt het"]
        sign_in(client, office)
        assert menu(client) == [
            *("Bureau", "Aanmeldingen", "Tentamens", "Mensen", "Vakken", "Rapporten")
        ]

    def test_visitors_cost_one_query_and_get_no_cookie(
        self, client: Client, django_assert_num_queries: object
    ) -> None:
        client.get("/nl/nowhere/")  # what is settled is read now
        with django_assert_num_queries(1):  # type: ignore[operator]  # whether it still holds
            answer = client.get("/nl/nowhere/")

        assert not answer.cookies
        assert b"csrf" not in answer.content


def menu(client: Client) -> list[str]:
    html = client.get("/nl/account/display/").content.decode()
    nav = html.split('<nav aria-label="Hoofdmenu">')[1].split("</nav>")[0]
    return re.findall(r">([^<>]+)</a>", nav)


def sign_in(client: Client, user: object) -> None:
    client.force_login(
        user,  # type: ignore[arg-type]
        backend="accounts.backends.Backend",
    )
