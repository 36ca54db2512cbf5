"""Claims about settings: where each value comes from, and what is refused before anything is sent."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from clipwise import settings
from clipwise.errors import AuthenticationError, ConfigurationError
from clipwise.settings import BASE_URL, checked_key, checked_url, resolve, save_config, shortened

KEY = "cw_live_" + "k" * 24


def saved(home: Path, **values: Any) -> dict[str, str]:
    """Write a config file and return an environment that leads to it."""
    (home / "config.json").write_text(json.dumps(values))
    return {"CLIPWISE_HOME": str(home)}


def test_nothing_given_is_the_live_api_without_a_key(home: Path) -> None:
    """With no setting at all the base URL is the live one and there is no key, which is no error yet."""
    found = resolve(environment={"CLIPWISE_HOME": str(home)})
    assert (found.base_url, found.api_key, found.timeout, found.host) == (BASE_URL, None, 30.0, "app.clipwise.ai")
    assert found.origins["api_key"] == "default"
    with pytest.raises(AuthenticationError, match="CLIPWISE_API_KEY") as caught:
        found.need_key()
    assert caught.value.code == "invalid_api_key"


def test_argument_beats_environment_beats_file(home: Path) -> None:
    """Each value is taken from the nearest place that has one, and says from where."""
    env = saved(home, api_key="from-file")
    assert resolve(environment=env).api_key == "from-file"
    env["CLIPWISE_API_KEY"] = "from-environment"
    assert resolve(environment=env).api_key == "from-environment"
    found = resolve("from-argument", environment=env)
    assert (found.api_key, found.origins["api_key"]) == ("from-argument", "argument")


def test_an_empty_value_counts_as_absent(home: Path) -> None:
    """An empty environment variable or argument hides nothing."""
    env = saved(home, api_key="from-file") | {"CLIPWISE_API_KEY": "", "CLIPWISE_BASE_URL": ""}
    found = resolve("", "", environment=env)
    assert (found.api_key, found.base_url) == ("from-file", BASE_URL)


@pytest.mark.parametrize("other", ["https://evil.example", "http://app.clipwise.ai", "https://app.clipwise.ai:8443"])
def test_a_saved_key_stays_with_its_host(home: Path, other: str) -> None:
    """A key saved for one base URL is never taken for another."""
    assert resolve(base_url=other, environment=saved(home, api_key=KEY)).api_key is None


def test_a_saved_key_goes_with_the_saved_url(home: Path) -> None:
    """A saved key is used for the base URL saved beside it, however it is spelled."""
    env = saved(home, api_key=KEY, base_url="https://Other.Example/")
    assert resolve(environment=env).api_key == KEY
    assert resolve(base_url="https://other.example", environment=env).api_key == KEY
    assert resolve(base_url=BASE_URL, environment=env).api_key is None


def test_the_key_is_not_shown(home: Path) -> None:
    """Neither the repr of the settings nor the shortened key gives the key away."""
    found = resolve(KEY, environment={"CLIPWISE_HOME": str(home)})
    assert KEY not in repr(found)
    assert shortened(KEY) == "cw_live_…kkkk"
    assert shortened("short") == "…"


@pytest.mark.parametrize("key", ["a b", "a\nb", "a\x00b", "schlüssel", " ", "k\r\nX-Evil: 1", "k" * 4097])
def test_a_key_that_cannot_travel_is_refused_unseen(key: str) -> None:
    """A key with spaces, breaks, NULs or letters beyond ASCII is refused where it is set, and not repeated."""
    with pytest.raises(AuthenticationError) as caught:
        resolve(key, environment={})
    assert key.strip() == "" or key not in str(caught.value)


def test_white_space_around_a_key_from_a_file_is_forgiven() -> None:
    """A trailing line break in an environment variable is an accident; in an argument it is an error."""
    assert checked_key(f" {KEY}\n", "environment") == KEY
    with pytest.raises(AuthenticationError):
        checked_key(f"{KEY}\n")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://api.example/", "https://api.example"),
        ("HTTPS://API.Example:8443", "https://api.example:8443"),
        ("http://127.0.0.1:9/prefix/", "http://127.0.0.1:9/prefix"),
        ("http://[::1]:9", "http://[::1]:9"),
        (" https://api.example\n", "https://api.example"),
    ],
)
def test_a_base_url_has_one_spelling(given: str, kept: str) -> None:
    """A base URL loses its closing slash and the case of its host."""
    assert checked_url(given) == kept


@pytest.mark.parametrize(
    "url",
    [
        *["ftp://a", "app.clipwise.ai", "https://", "https://u:p@a", "https://:p@a", "https://a?q", "https://a#f"],
        *["https://a:99999", "http://[::1", "https://a b", "https://a\x00b", "file:///etc/passwd", "javascript:x"],
    ],
)
def test_what_is_no_base_url_is_refused(url: str) -> None:
    """Anything but a plain http(s) address, credentials in it included, is refused."""
    with pytest.raises(ConfigurationError, match="base URL"):
        checked_url(url)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), True, "30", None.__class__])
def test_a_timeout_is_a_number_of_seconds(timeout: Any) -> None:
    """A timeout that is not a number above zero is refused."""
    with pytest.raises(ConfigurationError):
        resolve("k", timeout=timeout, environment={})


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"{", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "is not a JSON object"),
        (b'{"api_key": 5}', "has a value for api_key that is not text"),
    ],
)
def test_a_spoilt_config_matters_only_when_it_is_needed(home: Path, content: bytes, wrong: str) -> None:
    """A config file that cannot be read stops nobody who gives a key; without one the error names the file."""
    (home / "config.json").write_bytes(content)
    env = {"CLIPWISE_HOME": str(home)}
    assert resolve("k", environment=env).api_key == "k"
    with pytest.raises(AuthenticationError) as caught:
        resolve(environment=env).need_key()
    assert f"config.json {wrong}" in str(caught.value)


def test_a_config_that_is_a_folder_is_told(home: Path) -> None:
    """A folder where the config file should be is a clear error."""
    (home / "config.json").mkdir()
    with pytest.raises(AuthenticationError, match="is not a file"):
        resolve(environment={"CLIPWISE_HOME": str(home)}).need_key()


def test_the_config_path_can_be_named(home: Path) -> None:
    """CLIPWISE_CONFIG_PATH wins over the home folder."""
    (home / "own.json").write_text(json.dumps({"api_key": "own"}))
    assert resolve(environment={"CLIPWISE_CONFIG_PATH": str(home / "own.json")}).api_key == "own"


def test_saving_keeps_what_else_is_there(home: Path) -> None:
    """Writing a setting keeps unknown ones, None takes one out, and only the owner may read the file."""
    path = home / "sub" / "config.json"
    save_config(path, api_key=KEY, base_url="https://a.example")
    content = json.loads(path.read_text()) | {"theirs": 1}
    path.write_text(json.dumps(content))
    save_config(path, api_key=None)
    assert json.loads(path.read_text()) == {"base_url": "https://a.example", "theirs": 1}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["config.json"]


def test_saving_does_not_destroy_a_foreign_file(home: Path) -> None:
    """A file that is not ours is kept under another name, which is told."""
    path = home / "config.json"
    path.write_text("theirs")
    aside = save_config(path, api_key=KEY)
    assert aside == home / "config.json.unreadable"
    assert aside.read_text() == "theirs"
    assert json.loads(path.read_text()) == {"api_key": KEY}


def test_saving_where_nothing_can_be_written_says_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A config that cannot be written (here: a full disk) is an error that names another way, not the key."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(settings, "replace_file", full)
    with pytest.raises(ConfigurationError, match=r"No space left on device.*CLIPWISE_API_KEY") as caught:
        save_config(home / "config.json", api_key=KEY)
    assert KEY not in str(caught.value)


def test_the_cache_lies_in_the_home(home: Path) -> None:
    """The cache and the sandbox lie under the home folder; `~` is the user's."""
    assert resolve(environment={"CLIPWISE_HOME": str(home)}).cache == home / "cache"
    assert settings.sandbox_path({"CLIPWISE_HOME": str(home)}) == home / "sandbox"
    assert settings.home_path({}) == Path("~/.clipwise").expanduser()


@pytest.mark.parametrize(
    "url", ["http://user:hunter2@127.0.0.1:1", "http://127.0.0.1/?key=hunter2", "ftp://a:hunter2@b"]
)
def test_what_is_secret_in_a_url_is_not_repeated(url: str) -> None:
    """A password or a key in an address that cannot be used stays out of the message."""
    with pytest.raises(ConfigurationError) as caught:
        resolve("cw_live_x", url)
    assert "hunter2" not in str(caught.value)
