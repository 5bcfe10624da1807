"""What may come in and what may not, asked of many files; each defence once without itself."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings as portal_settings

from paperwork import limited
from paperwork.refusals import REASONS
from tests.paperwork.files.batch import ACCEPTED, checked
from tests.paperwork.files.mutating import faults, mutated
from tests.paperwork.files.producers import GENUINE, PHOTOS, signed
from tests.paperwork.files.samples import HOSTILE, NO_PDF, huge_photo, photo, plain

SEED = 7
DAMAGED = ("WeasyPrint", "Ghostscript", "cairo", "linearized", "signed", "by hand")


def hostile(*names: str) -> dict[str, bytes]:
    return {name: HOSTILE[name][0]() for name in names or HOSTILE}


def test_genuine_files_of_all_producers_are_taken() -> None:
    files = {name: make() for name, make in {**GENUINE, **PHOTOS}.items()}

    assert {name: code for name, code in checked(files).items() if code != ACCEPTED} == {}


def test_the_signed_one_is_really_signed(tmp_path: Path) -> None:
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed())

    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout

    assert "Signature is Valid" in said


def test_every_hostile_family_is_refused_for_what_it_is() -> None:
    wanted = {name: code for name, (_make, code) in HOSTILE.items()}

    assert checked(hostile()) == wanted


def test_without_the_walk_through_arrays_a_script_comes_in() -> None:
    files = hostile("link with a script in arrays")

    assert set(checked(files, WALK_ARRAYS=True).values()) == {"active"}
    assert set(checked(files, WALK_ARRAYS=False).values()) == {ACCEPTED}


def test_without_strict_reading_damaged_files_come_in() -> None:
    """Recovery is seen by the check of the syntax too: both must be off to let damage in."""
    files = hostile("wrong table", "wrong length")

    assert set(checked(files, RECOVERY=True).values()) == {"damaged"}
    assert set(checked(files, RECOVERY=True, SYNTAX=False).values()) == {ACCEPTED}


def test_what_is_no_pdf_is_refused() -> None:
    said = checked({name: make() for name, make in NO_PDF.items()})

    assert set(said.values()) == {"not_pdf"}


def test_a_photograph_that_is_damaged_or_too_large_is_refused() -> None:
    half = {kind: photo(kind)[:-9000] for kind in ("JPEG", "PNG")}

    said = checked({**half, "large": huge_photo()})

    assert said == {"JPEG": "photo_damaged", "PNG": "photo_damaged", "large": "photo_too_large"}


def accepted_but_unsound(
    number: int, folder: Path, seed: int = SEED, **switches: bool
) -> list[str]:
    """Which of `number` damaged files are taken though qpdf or poppler cannot read them."""
    sources = [GENUINE[name]() for name in DAMAGED]
    files = {str(turn): data for turn, data in enumerate(mutated(sources, number, seed))}
    taken = [name for name, code in checked(files, **switches).items() if code == ACCEPTED]
    assert taken, "none is taken: the oracle was asked nothing"
    return [
        f"number {name} of seed {seed}: {wrong}"
        for name in taken
        if (wrong := faults(files[name], folder))
    ]


def test_what_is_damaged_at_random_is_refused_or_sound(tmp_path: Path) -> None:
    assert accepted_but_unsound(100, tmp_path) == []


@pytest.mark.chaos
def test_the_oracle_sees_what_comes_in_without_the_syntax_check(tmp_path: Path) -> None:
    assert accepted_but_unsound(12, tmp_path, SYNTAX=False, RECOVERY=True)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", [SEED, 20261128])
def test_of_thousands_damaged_none_is_taken_unsound(tmp_path: Path, seed: int) -> None:
    assert accepted_but_unsound(2000, tmp_path, seed) == []


class TestTheProcess:
    """The process that reads a file: limited, and nobody's harm when it dies."""

    def test_it_reads_in_a_process_of_its_own(self) -> None:
        said = limited.read_upload("check", io.BytesIO(plain(2)))

        assert said.found == {"type": "application/pdf", "pages": 2}

    def test_a_bomb_is_refused_in_time(self) -> None:
        said = limited.read_upload("check", io.BytesIO(HOSTILE["bomb"][0]()))

        assert said.refusal == "too_complex"

    def test_who_takes_too_long_is_killed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limited, "SECONDS", 0.0)

        # A reader may be done before anybody looks at the clock: not hundreds of times in a row.
        tries = (limited.read_upload("check", io.BytesIO(plain())) for _ in range(500))
        assert any(said.refusal == "too_slow" for said in tries)

    def test_readers_are_forked_from_one_that_is_ready(self) -> None:
        limited.read_upload("check", io.BytesIO(plain()))
        ready = limited.readers().process

        limited.read_upload("check", io.BytesIO(plain()))

        assert limited.readers().process is ready

    def test_what_died_is_started_again(self) -> None:
        limited.read_upload("check", io.BytesIO(plain()))
        ready = limited.readers().process
        assert ready is not None
        ready.kill()

        said = limited.read_upload("check", io.BytesIO(plain(3)))

        assert said.found["pages"] == 3
        assert limited.readers().process is not ready

    def test_many_are_read_at_once_each_with_its_own_answer(self) -> None:
        with ThreadPoolExecutor(8) as threads:
            answers = threads.map(
                lambda pages: limited.read_upload("check", io.BytesIO(plain(pages))).found["pages"],
                range(1, 25),
            )

            assert list(answers) == list(range(1, 25))

    def test_a_reader_that_is_ended_leaves_the_others_alone(self) -> None:
        """Who takes too long is killed while another one reads."""
        own = limited.Readers()
        with tempfile.TemporaryFile() as file, closing(own):
            file.write(plain())
            file.flush()
            number, ended = own.begin(file, json.dumps(["page", 1]).encode())
            own.end(number)
            file.seek(0)
            _number, other = own.begin(file, json.dumps(["check"]).encode())
            with ended, other:
                assert json.loads(other.read())["pages"] == 1
                assert ended.read() == b""

    def test_nothing_stays_when_the_portal_stops(self) -> None:
        own = limited.Readers()
        with tempfile.TemporaryFile() as file:
            file.write(plain())
            file.flush()
            _number, answer = own.begin(file, json.dumps(["check"]).encode())
            with answer:
                answer.read()
            ready = own.process
            own.close()

        assert ready is not None
        assert ready.returncode == 0

    def test_it_may_use_little_and_write_nothing(self) -> None:
        code = (
            "from paperwork.inside.__main__ import limit; limit()\n"
            "import resource as r\n"
            "print(*(r.getrlimit(n)[1] for n in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE)))\n"
            "try: bytearray(700 * 1024 * 1024)\n"
            "except MemoryError: print('no memory')"
        )
        ended = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=portal_settings.BASE_DIR,
            check=True,
        )

        assert ended.stdout.split() == [str(600 * 1024 * 1024), "5", "0", "no", "memory"]

    def test_it_knows_nothing_of_the_portal(self) -> None:
        code = "import sys; import paperwork.inside.__main__\nprint('django' in sys.modules)"
        ended = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=portal_settings.BASE_DIR,
            check=True,
        )

        assert ended.stdout.strip() == "False"

    @pytest.mark.parametrize("is_ready", [True, False])
    def test_no_reader_has_to_import_anything(self, tmp_path: Path, is_ready: bool) -> None:
        """Each of them would do it again; not ready, the control, it is dozens of modules."""
        (tmp_path / "pdf").write_bytes(plain())
        (tmp_path / "photo").write_bytes(photo())
        code = (
            "import sys; from pathlib import Path\n"
            "from paperwork.inside import __main__ as inside\n"
            "if sys.argv[2] == 'True': inside.get_ready()\n"
            "before = set(sys.modules)\n"
            "for file in Path(sys.argv[1]).iterdir():\n"
            "    for asked in ('check', 'words', 'pages', 'page'):\n"
            "        inside.answer(asked, [1], file.read_bytes())\n"
            "print(*(set(sys.modules) - before))"
        )
        ended = subprocess.run(
            [sys.executable, "-c", code, tmp_path, str(is_ready)],
            capture_output=True,
            text=True,
            cwd=portal_settings.BASE_DIR,
            check=True,
        )

        imported = [name for name in ended.stdout.split() if not name.startswith("encodings.")]
        assert (imported == []) is is_ready, imported


def test_every_reason_has_its_sentence() -> None:
    codes = {code for _make, code in HOSTILE.values()}

    assert codes | {"photo_damaged", "photo_too_large", "photo", "not_known"} <= REASONS.keys()
