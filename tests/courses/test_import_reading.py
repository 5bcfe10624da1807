"""Bad files: each is refused in words that say where and why; beside it one that passes."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest

from courses.imports import applying, reading
from courses.imports.checking import Fault
from courses.imports.reading import UnreadableError
from courses.models import Course, ImportRun, University
from tests import factories

pytestmark = pytest.mark.django_db

GOOD = "university,code,title,ec,language\nUQ,SOL1,Solar Energy,5,en\n"
EDITION = "university,code,title,starts_on,ends_on,period"


@pytest.fixture(autouse=True)
def uq() -> University:
    return factories.UniversityFactory.create(code="UQ")


def faults(content: str | bytes, name: str = "courses.csv") -> list[Fault]:
    """What is wrong with the file; and nothing is kept or changed when something is."""
    before = ImportRun.objects.count(), Course.objects.count()
    taken = applying.take_in(
        name, content.encode() if isinstance(content, str) else content, by="Karin"
    )
    if taken.run is None:
        assert before == (ImportRun.objects.count(), Course.objects.count())
        assert taken.checked.faults
    return taken.checked.faults


def workbook(*rows: list[Any], title: str = "courses") -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_good_file_has_no_faults() -> None:
    assert faults(GOOD) == []
    assert faults(GOOD.replace(",", ";")) == []
    assert faults(GOOD.replace(",", "\t")) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_are_read(encoding: str) -> None:
    text = GOOD.replace("Solar Energy", "Énergie à Zürich")

    assert faults(text.encode(encoding)) == []
    assert ImportRun.objects.get().data["courses"][0]["values"]["title"] == "Énergie à Zürich"


def test_another_encoding_is_named_with_its_line() -> None:
    with pytest.raises(UnreadableError, match=r"2.*Windows-1252.*Énergie"):
        faults(GOOD.replace("Solar Energy", "Énergie").encode("cp1252"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"  \n \n"),
        ("a.csv", b"university,title\n"),
        ("a.csv", b"university,title\nUQ,a\x00b\n"),
        ("a.csv", b'university,title\nUQ,"never closed\n'),
        ("a.csv", b"u\x00n\x00i\x00"),
        ("a.csv", b"a" * (10 * 1024 * 1024 + 1)),
        ("a.json", b"{"),
        ("a.json", b"[" * 100_000),
        ("a.json", b"3"),
        ("a.json", b'{"courses": [1]}'),
        ("a.json", b'{"courses": {}}'),
        ("a.json", b'{"people": []}'),
        ("a.xlsx", b"not a workbook"),
        ("a.xlsx", b"PK\x03\x04 broken"),
        ("a.exe", b"MZ"),
        ("courses", b"university,title\nUQ,x\n"),
    ],
)
def test_what_cannot_be_read_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(UnreadableError):
        faults(content, name)

    assert not ImportRun.objects.exists()


def test_wrong_columns_are_named_with_the_nearest() -> None:
    found = faults("univercity,code,titel,weather\nUQ,A,B,sunny\n")

    by_column = {fault.column: fault.message for fault in found}
    assert "university" in by_column["univercity"]
    assert "title" in by_column["titel"]
    assert set(by_column) == {"univercity", "titel", "weather", "university", "title"}


def test_a_column_twice_and_a_cell_too_many() -> None:
    assert "Code" in {f.column for f in faults("university,code,Code,title\nUQ,A,A,B\n")}
    assert len(faults("university,title\nUQ,Solar, Energy\n")) == 1
    assert faults('university,title\nUQ,"Solar, Energy"\n') == []


BAD_CELLS = [
    ("ec", "five"),
    ("ec", "5,0,0"),
    ("ec", "-1"),
    ("ec", "61"),
    ("ec", "NaN"),
    ("ec", "1e3"),
    ("level", "doctor"),
    ("level_number", "150.5"),
    ("field", "physics and more"),
    ("language", "Klingonish"),
    ("honours", "perhaps"),
    ("source", "javascript:alert(1)"),
    ("confirmed_on", "31-2-2027"),
    ("confirmed_on", "2027-13-01"),
    ("confirmed_on", "1-2-27"),
    ("confirmed_on", "1000-01-01"),
    ("address", "Solar Energy"),
    ("source_note", "x" * 301),
    ("about_nl", "x" * 20_001),
    ("about_nl", "a\x07b"),
    ("code", "x" * 31),
]


@pytest.mark.parametrize(("column", "value"), BAD_CELLS)
def test_a_bad_cell_is_named(column: str, value: str) -> None:
    found = faults(f'university,title,{column}\nUQ,Solar,"{value}"\n')

    assert [(fault.where, fault.column) for fault in found] == [("2", column)]


GOOD_CELLS = [
    ("ec", "5,0", "5"),
    ("ec", "5.0", "5"),
    ("ec", "7,5", "7.5"),
    ("level", "Master", "master"),
    ("field", "53", "053"),
    ("field", "Natuurwetenschappen", None),
    ("language", "Engels", "en"),
    ("language", "English", "en"),
    ("language", "nl", "nl"),
    ("honours", "ja", True),
    ("honours", "No", False),
    ("assessment", "assignment", "assignment"),
    ("confirmed_on", "2027-02-01", "2027-02-01"),
    ("confirmed_on", "1-2-2027", "2027-02-01"),
    ("confirmed_on", "28/02/2027", "2027-02-28"),
    ("title_nl", "=1+1", "=1+1"),
    ("title_nl", "'=1+1", "=1+1"),
    ("title_nl", "'s Werelds natuur", "'s Werelds natuur"),
    ("title_nl", "@home", "@home"),
]


@pytest.mark.parametrize(("column", "value", "expected"), GOOD_CELLS)
def test_a_good_cell_is_understood(column: str, value: str, expected: object) -> None:
    found = faults(f'university,title,{column}\nUQ,Solar,"{value}"\n')

    if expected is None:
        assert len(found) == 1
    else:
        assert found == []
        assert ImportRun.objects.get().data["courses"][0]["values"][column] == expected


def test_a_code_twice_in_the_file() -> None:
    found = faults("university,code,title\nUQ,A,Solar\nUQ,B,Wind\nUQ,A,Water\n")

    assert [(f.where, f.column) for f in found] == [("4", "title")]
    assert "2" in found[0].message


def test_an_unknown_university_with_the_nearest() -> None:
    found = faults("university,title\nUQX,Solar\n")

    assert "UQ" in found[0].message
    both = '{"universities":[{"code":"NEW1","name":"New","city":"Rome","country":"IT",'
    both += '"time_zone":"Europe/Rome"}],"courses":[{"university":"NEW1","title":"Solar"}]}'
    assert faults(both, "a.json") == []


def test_rows_of_one_course_are_its_editions() -> None:
    rows = "UQ,A,Solar,2027-02-01,2027-06-01,spring\nUQ,A,,1-9-2027,1-12-2027,eerste semester\n"

    assert faults(f"{EDITION}\n{rows}") == []
    (course,) = ImportRun.objects.get().data["courses"]
    assert [e["starts_on"] for e in course["editions"]] == ["2027-02-01", "2027-09-01"]
    assert [e["period"] for e in course["editions"]] == ["spring", "autumn"]


@pytest.mark.parametrize(
    "row",
    [
        "UQ,A,Solar,2027-06-01,2027-02-01,spring",  # ends before it starts
        "UQ,A,Solar,2027-02-01,,spring",
        "UQ,A,Solar,2027-02-01,2027-06-01,",
    ],
)
def test_an_edition_that_cannot_be(row: str) -> None:
    assert [f.where for f in faults(f"{EDITION}\n{row}\n")] == ["2"]


def test_an_edition_twice() -> None:
    row = "UQ,A,Solar,2027-02-01,2027-06-01,spring\n"

    assert [f.where for f in faults(EDITION + "\n" + row + row)] == ["3"]


def test_live_sessions() -> None:
    header, row = f"{EDITION},live_sessions\n", "UQ,A,Solar,2027-02-01,2027-06-01,spring,"

    assert len(faults(f"{header}{row}tuesday at eight\n")) == 1
    assert len(faults(f"{header}{row}tue 25:00-26:00\n")) == 1
    assert len(faults(f"{header}{row}tue 09:00-08:00\n")) == 1
    assert faults(f"{header}{row}do 17.30 - 18.30; dinsdag 8:00-9:00 verplicht\n") == []
    edition = ImportRun.objects.get().data["courses"][0]["editions"][0]
    assert edition["live_sessions"] == "tue 08:00-09:00 required; thu 17:30-18:30"


def test_a_formula_is_refused_and_its_cell_named() -> None:
    rows = ["university", "title", "ec"], ["UQ", "Solar", "=2+3"]

    assert [(f.where, f.column) for f in faults(workbook(*rows), "a.xlsx")] == [("C2", "ec")]
    assert faults(workbook(rows[0], ["UQ", "Solar", 5]), "a.xlsx") == []


def test_a_cell_beyond_z_has_two_letters() -> None:
    names = [column.name for column in reading.SHEETS["courses"]]
    place = names.index("starts_on")
    row: list[Any] = [""] * len(names)
    row[0], row[names.index("title")], row[place] = "UQ", "Solar", "soon"

    found = faults(workbook(names, row), "a.xlsx")

    assert "AB2" in {f.where for f in found}
    assert place == 27


def test_too_many_rows_are_refused_quickly() -> None:
    rows = "university,title\n" + "".join(f"UQ,Course {n}\n" for n in range(50_000))
    started = time.monotonic()

    with pytest.raises(UnreadableError, match=r"5.000"):
        faults(rows)

    assert time.monotonic() - started < 5
    assert not ImportRun.objects.exists()


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(size // (1024 * 1024)):
                part.write(b"0" * 1024 * 1024)
    return out.getvalue()


def test_a_zip_bomb_is_refused_without_unpacking_it() -> None:
    content = bomb(300 * 1024 * 1024)
    assert len(content) < 1024 * 1024
    with pytest.raises(UnreadableError):
        faults(b"none", "courses.xlsx")  # what reads is imported now, and not counted
    tracemalloc.start()

    with pytest.raises(UnreadableError):
        faults(content, "courses.xlsx")

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * 1024 * 1024


def workbook_with(declared: str, cell: str) -> bytes:
    """A workbook whose sheet declares entities, and uses one as the title of a course."""
    import openpyxl

    out = io.BytesIO()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "courses"
    for row in (["university", "title"], ["UQ", "TITLE"]):
        sheet.append(row)
    book.save(out)
    changed = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/sharedStrings.xml" or name.startswith("xl/worksheets/"):
                body = text.decode().partition("?>")[2] if b"?>" in text else text.decode()
                text = f"<!DOCTYPE x [{declared}]>{body.replace('TITLE', cell)}".encode()
            new.writestr(name, text)
    return changed.getvalue()


def test_entities_of_a_workbook_are_not_read(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("a-secret-of-this-machine")
    outside = f'<!ENTITY x SYSTEM "file://{canary}">'
    laughs = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    started = time.monotonic()

    for declared, cell in ((outside, "&x;"), (laughs, "&j;")):
        try:
            said = str(reading.read("a.xlsx", workbook_with(declared, cell)))
        except UnreadableError as refusal:
            said = str(refusal)
        assert "a-secret-of-this-machine" not in said
        assert len(said) < 100_000
    assert time.monotonic() - started < 10
    plain = reading.read("a.xlsx", workbook_with("", "Solar Energy"))
    assert "Solar Energy" in str(plain)  # without entities it is a workbook like any other


def test_many_faults_end_the_checking() -> None:
    rows = "".join(f"UQ,Course {n},much\n" for n in range(800))
    taken = applying.take_in("a.csv", f"university,title,ec\n{rows}".encode(), by="Karin")

    assert taken.run is None
    assert taken.checked.stopped
    assert len(taken.checked.faults) == 500
