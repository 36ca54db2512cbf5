"""Text from outside is fit to show, and a wrong name leads to the right one."""

from __future__ import annotations

import time
import unicodedata

import generated  # noqa: F401  (sets the profile)
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipwise.text import folded, nearest, printable

UNSAFE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
hostile = st.text(
    st.one_of(
        st.sampled_from("\x1b\x07\x9b\x00\u202e\u2066\u2028\ud800\ue000\t\r\n\xa0 \u200d\u200bé🎬ab…"), st.characters()
    )
)


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\r\nb\tc", "a b c"),
        ("  a \u2028 b  ", "a b"),
        ("\u202eevil", "evil"),
        ("\ud800half", "half"),
        ("naïve 🎬 日本", "naïve 🎬 日本"),
        ("👩\u200d💻", "👩\u200d💻"),
        (b"\x00", "b'\\x00'"),
        (None, "None"),
        ("", ""),
    ],
)
def test_text_is_shown_without_what_repaints_a_terminal(given_text: object, shown: str) -> None:
    """Escape, bidirectional and broken characters go, white space becomes one space, letters of any script stay."""
    assert printable(given_text) == shown


def test_line_breaks_stay_where_they_are_wanted() -> None:
    """With `lines`, only the line break survives of all control characters."""
    assert printable(" a\n\tb\x1b\r\n\nc ", lines=True) == "a\n b \n\nc"


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    """The result is never longer than the limit, the ellipsis counted."""
    assert printable("abcdef", 5) == "abcd…"
    assert printable("abcde", 5) == "abcde"
    assert printable("\x00" * 3 + "abcde", 5) == "abcde"


@given(hostile, st.integers(1, 30), st.booleans())
def test_showing_twice_is_showing_once(text: str, limit: int, lines: bool) -> None:
    """`printable` is idempotent, keeps to its limit, and leaves no unsafe character."""
    shown = printable(text, limit, lines=lines)
    assert printable(shown, limit, lines=lines) == shown
    assert len(shown) <= limit
    kept = {"\u200d", "\u200c"} | ({"\n"} if lines else set())
    assert {char for char in shown if unicodedata.category(char) in UNSAFE} <= kept


@pytest.mark.parametrize("name", ["Ad Replicate", "ad-replicate", "AD.REPLICATE", "ad__replicate", " ad_replicate-"])
def test_spellings_of_one_name_fold_into_one(name: str) -> None:
    """Case, hyphen, dot, space and repetition do not tell two names apart."""
    assert folded(name) == "ad_replicate"


@given(st.text(max_size=30))
def test_folding_is_stable(name: str) -> None:
    """A name in upper case or spread by hyphens folds into the same, for names of one case form."""
    assert folded(name.casefold()) == folded(name)
    assert folded(f"-{name}. ") == folded(name)
    assert folded(folded(name)) == folded(name)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("promt", ["prompt"]),
        ("Aspect-Ratio", ["aspect_ratio"]),
        ("ratio", ["aspect_ratio"]),
        ("image", ["images", "product_image"]),
        ("zzz", []),
        ("", []),
    ],
)
def test_a_wrong_name_leads_to_the_right_one(name: str, near: list[str]) -> None:
    """Slips of the keyboard, other spellings and parts of a name find the name that was meant, the likeliest first."""
    assert nearest(name, ["prompt", "aspect_ratio", "images", "product_image", "script"]) == near


def test_no_more_names_are_offered_than_asked_for() -> None:
    """`count` bounds the answer."""
    names = [f"input_{n}" for n in range(9)]
    assert len(nearest("input_", names, 2)) == 2
    assert len(nearest("input_", names)) == 3


def test_long_names_are_not_compared() -> None:
    """Thousands of names of three thousand characters cost no noticeable time."""
    started = time.process_time()
    assert nearest("ab" * 1500, [f"{n}" + "ab" * 1500 for n in range(3000)]) == []
    assert nearest("prompt", ["x" * 5000, "prompts"]) == ["prompts"]
    assert time.process_time() - started < 0.2
