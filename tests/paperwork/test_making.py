"""Making what is owed: once, whoever tries, and whatever dies on the way."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from paperwork import filing, making
from paperwork.models import Document, Event
from paperwork.models.owed import LAST_ATTEMPT
from paperwork.press import Made, NotMadeError, Sheet
from paperwork.samples import sample
from paperwork.services.background import try_again
from paperwork.services.documents import (
    TakenError,
    make_again,
    owe_document,
    withdraw,
)
from paperwork.tasks import make_document, sweep
from tests import factories
from tests.races import at_once


class QuickPress:
    """Instead of the real one where the PDF itself does not matter: says what it was given."""

    def __init__(self) -> None:
        self.asked: list[Sheet] = []

    def make(self, sheet: Sheet) -> Made:
        self.asked.append(sheet)
        if "bomb" in sheet.html:
            raise NotMadeError("out of memory")
        return Made(f"%PDF {sheet.html}".encode(), 1)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> QuickPress:
    settings.MEDIA_ROOT = tmp_path
    press = QuickPress()
    monkeypatch.setattr(making, "press", lambda: press)
    return press


def a_letter(key: str = "k", **fields: Any) -> Document:
    title, data = sample("letter", "nl")
    return owe_document("letter", key, **{"title": title, "language": "nl", "data": data, **fields})


def files() -> list[Path]:
    return sorted(path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())


def test_what_is_owed_is_made_by_a_worker(db: None, settings: Any, tmp_path: Path) -> None:
    """With the real press: the row says what lies on the disk."""
    settings.MEDIA_ROOT = tmp_path
    document = a_letter()
    make_document(str(document.pk))
    document.refresh_from_db()

    content = filing.path_of(document.file).read_bytes()
    assert content.startswith(b"%PDF-1.7")
    assert document.state == Document.State.DONE
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert (document.size, document.pages) == (len(content), 1)
    assert str(document.pk) not in document.file  # the name says nothing
    assert document.code not in document.file


def test_a_made_document_is_never_made_again(db: None, quick: QuickPress) -> None:
    document = a_letter()
    making.make(str(document.pk))
    making.make(str(document.pk))

    assert len(quick.asked) == len(files()) == 1


def test_making_it_again_is_a_new_version(db: None, quick: QuickPress) -> None:
    first = a_letter()
    making.make(str(first.pk))
    first.refresh_from_db()
    second = make_again(first, by=factories.UserFactory.create())
    making.make(str(second.pk))
    first_file, first_hash = first.file, first.sha256
    first.refresh_from_db()
    second.refresh_from_db()

    assert (second.version, second.data, second.title) == (2, first.data, first.title)
    assert second.code != first.code
    assert (first.file, first.sha256) == (first_file, first_hash)
    assert first.replaced_at
    assert not second.replaced_at
    assert len(files()) == 2


def test_only_the_latest_is_made_again(db: None, quick: QuickPress) -> None:
    first, by = a_letter(), factories.UserFactory.create()
    make_again(first, by=by)

    with pytest.raises(TakenError):
        make_again(first, by=by)
    assert Document.objects.count() == 2


def test_one_that_cannot_be_made_is_given_up_and_others_are_made(
    db: None, quick: QuickPress
) -> None:
    bad, good = a_letter("bad", title="bomb"), a_letter("good")
    for _attempt in range(LAST_ATTEMPT):
        Document.objects.filter(state="new").update(due_at=timezone.now())
        sweep()
    bad.refresh_from_db()
    good.refresh_from_db()

    assert (bad.state, bad.attempts, bad.error) == ("dead", LAST_ATTEMPT, "out of memory")
    assert good.state == "done"
    assert len(files()) == 1


def test_a_template_that_fails_is_no_different(db: None, quick: QuickPress) -> None:
    document = a_letter()
    Document.objects.update(kind="forgotten")
    making.make(str(document.pk))
    document.refresh_from_db()

    assert (document.state, document.error) == ("new", "KeyError")


def test_what_was_given_up_can_be_tried_once_more(db: None, quick: QuickPress) -> None:
    document, by = a_letter(), factories.UserFactory.create()
    Document.objects.update(state="dead", attempts=LAST_ATTEMPT)

    assert try_again(document, by=by)
    assert not try_again(document, by=by)  # it is not given up any more
    making.make(str(document.pk))
    document.refresh_from_db()
    assert (document.state, document.attempts) == ("done", 1)


class PowerCutError(BaseException):
    """The end of the process."""


def test_a_crash_between_file_and_row_leaves_no_wrong_row(
    db: None, quick: QuickPress, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = a_letter()
    with monkeypatch.context() as crashing:
        crashing.setattr(Document, "finish", lambda *_a, **_k: (_ for _ in ()).throw(PowerCutError))
        with pytest.raises(PowerCutError):
            making.make(str(document.pk))
    orphan = files()
    document.refresh_from_db()
    assert (document.state, document.file) == ("leased", "")
    making.make(str(document.pk))
    document.refresh_from_db()
    assert document.state == "leased"  # for as long as the lease lasts

    Document.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    making.make(str(document.pk))
    document.refresh_from_db()
    assert document.state == "done"
    assert [filing.path_of(document.file)] == [path for path in files() if path not in orphan]


def test_a_worker_that_comes_too_late_takes_its_file_away(
    db: None, quick: QuickPress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was away longer than its lease; meanwhile another has begun."""
    document = a_letter()

    class SlowPress(QuickPress):
        def make(self, sheet: Sheet) -> Made:
            Document.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
            monkeypatch.setattr(making, "press", lambda: quick)
            making.make(str(document.pk))
            return super().make(sheet)

    monkeypatch.setattr(making, "press", SlowPress)
    making.make(str(document.pk))
    document.refresh_from_db()

    assert document.attempts == 2
    assert files() == [filing.path_of(document.file)]


def test_two_workers_at_once_make_one_file(transactional_db: None, quick: QuickPress) -> None:
    document = a_letter()
    at_once([lambda: making.make(str(document.pk))] * 4)
    document.refresh_from_db()

    assert len(quick.asked) == len(files()) == 1
    assert (document.state, document.attempts) == ("done", 1)


def test_two_who_make_it_again_at_once_make_one_version(
    transactional_db: None, quick: QuickPress
) -> None:
    document, by = a_letter(), factories.UserFactory.create()

    def again() -> bool:
        try:
            make_again(document, by=by)
        except TakenError:
            return False
        return True

    assert sorted(map(bool, at_once([again] * 4))) == [False, False, False, True]
    assert Document.objects.count() == 2


def test_what_was_withdrawn_stays_so(db: None, quick: QuickPress) -> None:
    document, by = a_letter(), factories.UserFactory.create()
    assert not withdraw(document, by=by)  # nobody has it yet
    making.make(str(document.pk))

    assert withdraw(document, by=by)
    assert not withdraw(document, by=by)
    assert Event.objects.about(document).get().action == "withdraw"
    assert len(files()) == 1


def test_the_file_can_be_read_by_its_owner_and_group_alone(db: None, quick: QuickPress) -> None:
    making.make(str(a_letter().pk))

    assert {oct(path.stat().st_mode & 0o777) for path in files()} == {"0o640"}
