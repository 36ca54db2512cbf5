"""Trouble comes when it is asked for, and only then: refused before, or broken after, the work was done."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from asking import API, error_of

from clipwise.sandbox.chaos import HEADER, Plan, asked, plan
from clipwise.sandbox.serving import Embedded, Settings


def products(api: httpx.Client) -> int:
    """How many products there are."""
    return int(api.get("products/").json()["pagination"]["total"])


def make(api: httpx.Client, chaos: str, **more: Any) -> httpx.Response:
    """Make a product, with trouble."""
    return api.post("products/", json={"name": "x"}, headers={HEADER: chaos}, **more)


@pytest.mark.parametrize(
    ("chaos", "status", "code", "wait"),
    [("503", 503, "server_error", None), ("429;retry-after=2", 429, "rate_limited", "2"),
     ("429", 429, "rate_limited", "1"), ("500", 500, "server_error", None),
     ("503; retry-after=0.2", 503, "server_error", "1"), ("418", 418, "invalid_argument", None)],
)  # fmt: skip
def test_a_status_refuses_without_doing_anything(
    api: httpx.Client, chaos: str, status: int, code: str, wait: str | None
) -> None:
    """In the envelope, with Retry-After where it was asked for; the body is read away, so that the answer arrives."""
    before = products(api)
    answer = make(api, chaos)
    assert error_of(answer, status)["code"] == code
    assert answer.headers.get("retry-after") == wait
    large = api.post("products/", content=b" " * 3_000_000, headers={HEADER: chaos})
    assert error_of(large, status)["code"] == code
    assert products(api) == before


def test_a_slow_answer_is_whole(api: httpx.Client) -> None:
    """It comes later, and is right."""
    start = time.monotonic()
    assert make(api, "slow=0.3").status_code == 201
    assert time.monotonic() - start >= 0.3


@pytest.mark.parametrize(("chaos", "error"), [("reset", httpx.ReadError), ("truncate", httpx.RemoteProtocolError)])
def test_a_broken_answer_hides_work_that_was_done(api: httpx.Client, chaos: str, error: type[Exception]) -> None:
    """The product is there; whoever asks again without care makes another."""
    before = products(api)
    with pytest.raises(error):
        make(api, chaos)
    assert products(api) == before + 1


def test_downloads_break_off_too(api: httpx.Client) -> None:
    """A file ends in the middle, and can be taken up from there."""
    url = api.get("resources/avatars/").json()["items"][0]["preview_url"]
    whole = httpx.get(url, trust_env=False).content
    got = b""
    with (
        pytest.raises(httpx.RemoteProtocolError),
        httpx.stream("GET", url, headers={HEADER: "truncate"}, trust_env=False) as response,
    ):
        for piece in response.iter_raw():
            got += piece
    assert 0 < len(got) < len(whole)
    rest = httpx.get(url, headers={"Range": f"bytes={len(got)}-"}, trust_env=False).content
    assert got + rest == whole


@pytest.mark.parametrize("chaos", ["", "nonsense", "200", "99999", "slow=x", "slow=-1", "slow=inf", "503=2", "429;x=1"])
def test_trouble_that_makes_no_sense_is_refused(api: httpx.Client, chaos: str) -> None:
    """With what can be asked for."""
    error = error_of(make(api, chaos), 400)
    assert (error["code"], HEADER in error["message"]) == ("invalid_argument", True)


def test_a_delay_has_an_end() -> None:
    """Nobody waits for an hour because of a typing mistake."""
    assert asked("slow=3600").options["seconds"] == 60


def test_a_plan_brings_trouble_at_its_rates_and_the_same_for_a_seed(tmp_path: Path, server_settings: Settings) -> None:
    """Two runs with a seed see the same; another seed, something else."""
    seen = []
    for seed in (1, 1, 2):
        settings = Settings(renderers=server_settings.renderers, chaos="429=0.3,503=0.2", seed=seed)
        with Embedded(tmp_path / "data", settings=settings) as sandbox:
            path = f"{sandbox.base_url}{API}formats/"
            with httpx.Client(trust_env=False) as client:
                seen.append([client.get(path).status_code for _ in range(60)])
    assert seen[0] == seen[1] != seen[2]
    assert 8 <= seen[0].count(429) <= 28
    assert 4 <= seen[0].count(503) <= 20
    assert set(seen[0]) == {401, 429, 503}


@pytest.mark.parametrize("text", ["429", "429=2", "429=0.6,503=0.6", "films=0.1", "429=x", "reset=-0.1"])
def test_a_plan_that_makes_no_sense_is_told_at_the_start(tmp_path: Path, text: str) -> None:
    """A ValueError, and no server."""
    with pytest.raises(ValueError), Embedded(tmp_path / "data", settings=Settings(chaos=text)):
        pass


def test_a_plan_is_read_whole() -> None:
    """Options belong to their trouble; spaces and an end comma do not matter."""
    read = plan(" 429=0.05;retry-after=2, reset=0.02 ,")
    assert [(trouble.kind, dict(trouble.options), rate) for trouble, rate in read.rates] == [
        ("429", {"retry-after": 2.0}, 0.05),
        ("reset", {}, 0.02),
    ]
    assert plan("") == Plan()
