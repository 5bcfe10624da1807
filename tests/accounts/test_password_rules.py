"""Which passwords are refused besides the short ones."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from accounts.password_rules import NotCommon, NotOurWords


@pytest.mark.parametrize(
    "password",
    ["iloveyou1234567", "ILoveYou1234567", " iloveyou1234567", "football12345"],
)
def test_what_was_found_in_breaches_is_refused(password: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        NotCommon().validate(password)

    assert refusal.value.messages == [NotCommon().get_error_message()]
    CommonPasswordValidator().validate(password)  # Django's own list does not have it


@pytest.mark.parametrize(
    "password",
    ["a boat full of cheese", "ijsvrij in november", "Zoë fietst", "短い", "", "x" * 4000],
)
def test_others_are_not(password: str) -> None:
    NotCommon().validate(password)


@pytest.mark.parametrize(
    "password",
    ["VirtualExchange2026", "leidenuniversiteit", "student-leiden-1", "Welkom Leiden 2027!"],
)
def test_what_is_made_of_our_own_words_is_refused(password: str) -> None:
    with pytest.raises(ValidationError, match=r"woorden|words"):
        NotOurWords().validate(password)


@pytest.mark.parametrize(
    "password", ["leiden in the autumn rain", "three portals of brass", "1234567890123"]
)
def test_a_word_of_ours_among_others_is_no_harm(password: str) -> None:
    NotOurWords().validate(password)
