"""Errors say what is wrong and what to do next, compare, and survive a process pool."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from clipwise import errors
from clipwise.errors import (
    APIError,
    AuthenticationError,
    ClipwiseError,
    GenerationFailed,
    Problem,
    RateLimited,
    UnknownFormatError,
    ValidationError,
    WaitTimeout,
    error_for,
)

PROBLEM = Problem(("product_images", 1), "wrong_type", "takes text, not 3", 'write "3"', "/properties/x", "error")
DOUBT = Problem(("tone",), "unknown_input", "is not known", severity="warning")
EVERY: list[ClipwiseError] = [
    ValidationError("smart", [PROBLEM, DOUBT], hint="See `clipwise formats show smart`"),
    UnknownFormatError("smrt", ["smart"]),
    errors.ConfigurationError("the file is torn"),
    errors.ConnectionFailed("no route", attempts=4, idempotency_key="k"),
    errors.InvalidResponse("no id", status_code=200),
    WaitTimeout("not done", generation_id="gen_1"),
    GenerationFailed("it failed", generation={"id": "gen_1", "status": "failed"}, code="render_failed"),
    *(
        cls("refused", status_code=status, request_id="r", details={"a": [1]})
        for status, cls in errors.BY_STATUS.items()
    ),
    errors.ServerError("broken", status_code=503, retry_after=2.5),
    APIError("refused", status_code=418),
    ClipwiseError("plain"),
]


def raised(place: int) -> None:
    """Raise one of the errors, in another process."""
    raise EVERY[place]


def same(one: ClipwiseError, other: ClipwiseError) -> bool:
    """Whether two errors say the same in every way that a caller can see."""
    return one == other and str(one) == str(other) and repr(one) == repr(other) and one.args == other.args


@pytest.mark.parametrize("error", EVERY, ids=lambda each: type(each).__name__)
def test_an_error_is_the_same_after_pickling(error: ClipwiseError) -> None:
    """Pickled, copied and copied deeply, every error is equal to itself, hashes alike and keeps its attributes."""
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is type(error)
        assert same(other, error)
        assert hash(other) == hash(error)


def test_every_error_survives_a_process_pool() -> None:
    """Raised in another process, an error arrives as it was raised."""
    with ProcessPoolExecutor(1, mp_context=get_context("forkserver")) as pool:
        futures = [pool.submit(raised, place) for place in range(len(EVERY))]
        for error, future in zip(EVERY, futures, strict=True):
            arrived = future.exception()
            assert isinstance(arrived, type(error))
            assert same(arrived, error)


def test_an_unknown_format_keeps_its_name_in_another_process() -> None:
    """`name` belongs to AttributeError, which keeps it apart; it arrives all the same."""
    arrived = pickle.loads(pickle.dumps(UnknownFormatError("smrt", ["smart"])))
    assert (arrived.name, arrived.suggestions) == ("smrt", ("smart",))


def test_different_errors_are_not_equal() -> None:
    """Another class, message or detail makes another error."""
    assert ClipwiseError("a") != APIError("a")
    assert APIError("a") != APIError("b")
    assert APIError("a", details={"x": 1}) != APIError("a", details={"x": 2})
    assert APIError("a") != "a"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ClipwiseError("it broke"), "it broke."),
        (ClipwiseError("it broke", hint="try again"), "it broke. Try again."),
        (ClipwiseError("it broke!", hint="`clipwise wait x`"), "it broke! `clipwise wait x`"),
        (ClipwiseError("it broke", hint="eMail us"), "it broke. eMail us."),
        (ClipwiseError(""), ""),
        (
            UnknownFormatError("smrt", ["smart", "quiz"]),
            "there is no format called 'smrt'; did you mean smart or quiz? "
            "`clipwise formats list` shows what there is.",
        ),
        (
            ValidationError("smart", [PROBLEM, DOUBT]),
            'smart: 1 problem in the inputs; nothing was sent\n  - product_images[1]: takes text, not 3 (write "3")',
        ),
        (ValidationError("smart", [], hint="See help"), "smart: 0 problems in the inputs; nothing was sent\nSee help"),
    ],
)
def test_an_error_is_said_in_sentences(error: ClipwiseError, text: str) -> None:
    """What is shown to a person is closed sentences: what is wrong, then what to do."""
    assert str(error) == text


def test_names_from_outside_cannot_repaint_a_terminal() -> None:
    """A slug, a suggestion or a path with an escape sequence is shown without it."""
    assert "\x1b" not in str(UnknownFormatError("a\x1b[2J", ["b\x1b[2J"]))
    assert "\x1b" not in str(ValidationError("a\x1b", [Problem(("x\x1b",), "c", "m")]))


@pytest.mark.parametrize(
    ("path", "where"),
    [((), ""), (("a",), "a"), (("a", 0, "b"), "a[0].b"), ((0, "b"), "[0].b"), (("a", 1, 2), "a[1][2]")],
)
def test_a_path_is_written_as_in_a_program(path: tuple[str | int, ...], where: str) -> None:
    """`where` reads like the expression that leads to the value."""
    assert Problem(path, "c", "m").where == where


def test_a_problem_as_a_dictionary_is_json() -> None:
    """The dictionary holds every field, its path as a list."""
    assert PROBLEM.as_dict() == {
        "path": ["product_images", 1],
        "code": "wrong_type",
        "message": "takes text, not 3",
        "hint": 'write "3"',
        "rule": "/properties/x",
        "severity": "error",
    }
    assert str(DOUBT) == "tone: is not known"
    assert str(Problem((), "c", "message", "hint")) == "message (hint)"


def test_the_envelope_is_the_api_s_own_shape() -> None:
    """An error can be printed as the API would have answered it."""
    assert RateLimited("slow down", request_id="r", status_code=429).envelope() == {
        "success": False,
        "error": {"code": "rate_limited", "message": "slow down.", "details": None},
        "request_id": "r",
    }
    assert ValidationError("smart", [DOUBT]).envelope()["error"]["details"] == {"problems": [DOUBT.as_dict()]}


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "APIError"),
        (401, "AuthenticationError"),
        (403, "PermissionDenied"),
        (404, "NotFound"),
        (409, "Conflict"),
        (418, "APIError"),
        (429, "RateLimited"),
        (500, "ServerError"),
        (599, "ServerError"),
    ],
)
def test_each_status_has_its_class(status: int, name: str) -> None:
    """A status leads to the class that callers catch."""
    assert error_for(status).__name__ == name


def test_codes_are_the_documented_ones() -> None:
    """Each class has the API's word where no better one came, and a given code wins."""
    codes = {type(each).__name__: type(each).default_code for each in EVERY}
    assert codes == {
        "ValidationError": "validation_error",
        "UnknownFormatError": "unknown_format",
        "ConfigurationError": "clipwise_error",
        "ConnectionFailed": "connection_error",
        "InvalidResponse": "invalid_response",
        "WaitTimeout": "timeout",
        "GenerationFailed": "clipwise_error",
        "AuthenticationError": "invalid_api_key",
        "PermissionDenied": "clipwise_error",
        "NotFound": "not_found",
        "Conflict": "clipwise_error",
        "RateLimited": "rate_limited",
        "ServerError": "server_error",
        "APIError": "clipwise_error",
        "ClipwiseError": "clipwise_error",
    }
    assert AuthenticationError("x", code="insufficient").code == "insufficient"
    assert GenerationFailed("x", generation={}, code="render_failed").code == "render_failed"


def test_an_unknown_format_is_an_attribute_error_too() -> None:
    """`hasattr` can be asked of what raises it, and `except ClipwiseError` catches it."""
    assert issubclass(UnknownFormatError, AttributeError)
    assert issubclass(UnknownFormatError, ClipwiseError)


def test_the_tree_at_the_top_of_the_file_is_the_tree() -> None:
    """Every class is drawn in the module's docstring, and every drawn one exists."""
    drawn = {word for word in (errors.__doc__ or "").replace("─", " ").split() if word.strip("├└│").isidentifier()}
    classes = {
        name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, ClipwiseError)
    }
    assert classes <= drawn
