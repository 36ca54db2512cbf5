"""A trusted backend acts for one of its users: with the internal service token, and never without."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hands import Hands
from stub_api import StubApi

from clipwise import ConfigurationError


@dataclass
class User:
    """A user of some web framework."""

    id: int


HEADER = "x-clipwise-act-as-user-id"


@pytest.mark.parametrize("given", [{"user": User(17)}, {"user": "17"}, {"user": {"id": 17}}, {"act_as_user_id": "17"}])
def test_a_backend_acts_for_one_of_its_users(hands: Hands, api: StubApi, monkeypatch, given):
    """The header names the user, and the token is the internal one, whichever way the user is given."""
    monkeypatch.setenv("CLIPWISE_INTERNAL_SERVICE_TOKEN", "cw_internal_0123456789")
    monkeypatch.setenv("CLIPWISE_API_KEY", "cw_live_of_somebody")
    api.on("GET", "resource-types/", {"resource_types": []})
    hands.do(hands.client(api.url, key=None, **given).resources.types())
    (asked,) = api.asked
    assert (asked.headers[HEADER], asked.headers["authorization"]) == ("17", "Bearer cw_internal_0123456789")


def test_without_a_user_the_internal_token_stays_at_home(hands: Hands, api: StubApi, monkeypatch):
    """The ordinary key is sent, and no header."""
    monkeypatch.setenv("CLIPWISE_INTERNAL_SERVICE_TOKEN", "cw_internal_0123456789")
    monkeypatch.setenv("CLIPWISE_API_KEY", "cw_live_of_somebody")
    api.on("GET", "resource-types/", {"resource_types": []})
    hands.do(hands.client(api.url, key=None).resources.types())
    (asked,) = api.asked
    assert HEADER not in asked.headers
    assert asked.headers["authorization"] == "Bearer cw_live_of_somebody"


@pytest.mark.parametrize("user", ["two words", "", "a\nb", object(), True, {"name": "x"}])
def test_what_is_no_user_is_refused(hands: Hands, api: StubApi, user):
    """An id that could not travel in a header never gets there."""
    with pytest.raises(ConfigurationError):
        hands.client(api.url, user=user)
    assert api.asked == []
