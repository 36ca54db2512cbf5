"""Claims about bringing files home: where from, where to, and that no part of a file ever has the final name."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path
from typing import Any

import pytest
from scripted import context, lost, said

from clipwise.effects import Answer, Disk, Fetch, Flow, NoAnswer, Sleep, Tell
from clipwise.errors import ClipwiseError, ConnectionFailed, InvalidResponse
from clipwise.flows import download
from clipwise.flows.context import Context
from clipwise.flows.events import Downloaded

FILM = b"film" * 1000
SHA = hashlib.sha256(FILM).hexdigest()
URL = "https://cdn.example/out/final.mp4"


def content(**outputs: Any) -> dict[str, Any]:
    return {"generation": {"id": "gen_1", "status": "completed", "outputs": outputs}}


def carry(flow: Flow[Any], *server: Any) -> tuple[Any, list[Any]]:
    """Run a download: local work is really done, each fetch gets the server's next answer; return result and asked.

    An answer is `(Answer or NoAnswer, bytes that arrive)`.
    """
    answers, asked = list(server), []
    try:
        effect = next(flow)
        while True:
            if not isinstance(effect, Disk):
                asked.append(effect)
            answer: Any = None
            if isinstance(effect, Disk):
                try:
                    answer = effect.work(*effect.args)
                except Exception as error:
                    answer = error
            elif isinstance(effect, Fetch):
                answer, body = answers.pop(0)
                mode = "ab" if effect.offset and getattr(answer, "status", 206) == 206 else "wb"
                if body is not None:
                    with effect.path.open(mode) as file:
                        file.write(body)
            effect = flow.throw(answer) if isinstance(answer, BaseException) else flow.send(answer)
    except StopIteration as stop:
        assert not answers
        return stop.value, asked
    finally:
        flow.close()


def brought(outputs: dict[str, Any], folder: Path, *server: Any, asker: Context | None = None) -> tuple[Any, list[Any]]:
    return carry(download.download(asker or context(), content(**outputs), folder, "quiz-gen_1"), *server)


def fetches(asked: list[Any]) -> list[tuple[str, int, str]]:
    """Return what was fetched: the URL, from where on, and the ETag that it must still have."""
    return [(each.url, each.offset, each.validator) for each in asked if isinstance(each, Fetch)]


FINE = (Answer(200, {"etag": '"e"'}), FILM)
FILE = {"url": URL, "kind": "video", "mime_type": "video/mp4", "bytes": len(FILM), "sha256": SHA.upper()}


def test_a_whole_file_gets_its_name(tmp_path: Path) -> None:
    """Fetched without an offset, checked, renamed, told; the folder is made, and nothing else is in it."""
    folder = tmp_path / "new" / "deep"
    paths, asked = brought({"files": [FILE]}, folder, FINE)
    assert paths == [folder / "quiz-gen_1.mp4"]
    assert (fetches(asked), asked[-1]) == ([(URL, 0, "")], Tell(Downloaded(paths[0])))
    assert paths[0].read_bytes() == FILM
    assert stat.S_IMODE(paths[0].stat().st_mode) == 0o644
    assert list(folder.iterdir()) == paths


def test_an_older_file_of_that_name_is_replaced_whole(tmp_path: Path) -> None:
    """A second download of the same job replaces the first."""
    (tmp_path / "quiz-gen_1.mp4").write_bytes(b"old")
    paths, _ = brought({"files": [FILE]}, tmp_path, FINE)
    assert paths[0].read_bytes() == FILM


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"bytes": 5}, "quiz-gen_1.mp4 arrived with 4000 bytes instead of 5"),
        ({"sha256": "0" * 64}, "quiz-gen_1.mp4 arrived damaged: its SHA-256 is not the one that the server named"),
    ],
)
def test_a_file_that_is_not_what_was_named_is_thrown_away(wrong: dict[str, Any], message: str, tmp_path: Path) -> None:
    """A wrong length or hash is an error; neither the part nor the final name is left, an older file stays."""
    (tmp_path / "quiz-gen_1.mp4").write_bytes(b"old")
    with pytest.raises(InvalidResponse) as caught:
        brought({"files": [FILE | wrong]}, tmp_path, FINE)
    assert caught.value.message == message
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("quiz-gen_1.mp4", b"old")]


@pytest.mark.parametrize("odd", [{"bytes": True}, {"bytes": -1}, {"bytes": "many"}, {"sha256": "short"}, {"sha256": 5}])
def test_nonsense_about_a_file_is_not_held_against_it(odd: dict[str, Any], tmp_path: Path) -> None:
    """A length or hash that is none is not checked."""
    row = {key: value for key, value in FILE.items() if key not in odd}
    paths, _ = brought({"files": [row | odd]}, tmp_path, FINE)
    assert paths[0].read_bytes() == FILM


# --- broken off -------------------------------------------------------------------------------------------------------


def broken(etag: str = "", body: bytes = FILM[:1500], status: int = 200) -> tuple[NoAnswer, bytes]:
    headers = {"etag": etag} if etag else {}
    return lost("broken", "the connection broke", head=Answer(status, headers)), body


def test_a_broken_download_is_taken_up_where_it_broke(tmp_path: Path) -> None:
    """With a strong ETag the rest is asked for, as long as the file is still that one."""
    rest = (Answer(206, {"etag": '"e"'}), FILM[1500:])
    paths, asked = brought({"files": [FILE]}, tmp_path, broken('"e"'), rest)
    assert fetches(asked) == [(URL, 0, ""), (URL, 1500, '"e"')]
    assert Sleep(0.25, 0.5) in asked
    assert paths[0].read_bytes() == FILM


@pytest.mark.parametrize("etag", ["", 'W/"e"'])
def test_without_proof_a_download_starts_anew(etag: str, tmp_path: Path) -> None:
    """Without a strong ETag two parts need not belong together."""
    paths, asked = brought({"files": [FILE]}, tmp_path, broken(etag), FINE)
    assert fetches(asked) == [(URL, 0, ""), (URL, 0, "")]
    assert paths[0].read_bytes() == FILM


def test_a_file_that_changed_is_fetched_from_the_start(tmp_path: Path) -> None:
    """A whole answer to a request for the rest replaces the part."""
    paths, asked = brought(
        {"files": [FILE]}, tmp_path, broken('"old"', b"x" * 1500), (Answer(200, {"etag": '"e"'}), FILM)
    )
    assert fetches(asked) == [(URL, 0, ""), (URL, 1500, '"old"')]
    assert paths[0].read_bytes() == FILM


@pytest.mark.parametrize("misfit", [Answer(416), lost("broken", "another part", head=Answer(416))])
def test_a_part_that_does_not_fit_is_dropped(misfit: Any, tmp_path: Path) -> None:
    """When the server cannot go on from there, the file is fetched from the start."""
    paths, asked = brought({"files": [FILE]}, tmp_path, broken('"e"'), (misfit, None), FINE)
    assert [offset for _, offset, _ in fetches(asked)] == [0, 1500, 0]
    assert paths[0].read_bytes() == FILM


def test_a_download_that_breaks_for_ever_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    """After four attempts the error says whose file did not arrive."""
    with pytest.raises(ConnectionFailed) as caught:
        brought({"files": [FILE]}, tmp_path, *[broken('"e"')] * 4)
    assert str(caught.value) == (
        "the file at cdn.example did not arrive: the connection broke. "
        "The job is kept at the server; try the download again."
    )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [401, 403, 404, 410, 416, 501])
def test_a_refusal_is_not_tried_again(status: int, tmp_path: Path) -> None:
    """An output that is gone is told with the status."""
    with pytest.raises(ClipwiseError) as caught:
        brought({"files": [FILE]}, tmp_path, (said(status), None))
    assert caught.value.status_code == status
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_busy_is_asked_again(tmp_path: Path) -> None:
    """503 with Retry-After, then the file."""
    _, asked = brought({"files": [FILE]}, tmp_path, (said(503, retry_after="3"), None), FINE)
    assert Sleep(3.0, 3.125) in asked


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_what_stops_a_download_leaves_nothing(stop: BaseException, tmp_path: Path) -> None:
    """An interrupt or a full disk removes the part."""
    with pytest.raises((KeyboardInterrupt, ClipwiseError)) as caught:
        brought({"files": [FILE]}, tmp_path, (stop, FILM[:100]))
    assert list(tmp_path.iterdir()) == []
    if isinstance(stop, OSError):
        assert f"cannot write into '{tmp_path}': No space left on device" in str(caught.value)


def test_a_download_that_is_dropped_does_not_complain(tmp_path: Path) -> None:
    """A flow that is closed half way asks for nothing more."""
    flow = download.download(context(), content(files=[FILE]), tmp_path, "a")
    effect = next(flow)
    assert isinstance(effect, Disk)
    flow.send(effect.work(*effect.args))
    flow.close()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file where the folder should be is an error of ours."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ClipwiseError, match="cannot write into"):
        brought({"files": [FILE]}, tmp_path / "file")


# --- where it points --------------------------------------------------------------------------------------------------


def moved(to: str, status: int = 302) -> tuple[Answer, None]:
    return Answer(status, {"location": to}), None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_https_is_followed(status: int, tmp_path: Path) -> None:
    """An output may lie elsewhere: without the token, up to five hops, relative ones too."""
    _, asked = brought({"files": [FILE]}, tmp_path, moved("https://b.example/x", status), moved("/y", status), FINE)
    assert [url for url, _, _ in fetches(asked)] == [URL, "https://b.example/x", "https://b.example/y"]


@pytest.mark.parametrize(
    "target", ["http://cdn.example/x", "file:///etc/passwd", "ftp://x/y", URL, "", "http://[", "//[x"]
)
def test_a_redirect_that_leads_down_is_refused(target: str, tmp_path: Path) -> None:
    """From https to http, to another scheme, to itself or to nowhere: not followed, and told."""
    with pytest.raises(ClipwiseError, match="is not followed") as caught:
        brought({"files": [FILE]}, tmp_path, moved(target))
    assert caught.value.status_code == 302
    assert list(tmp_path.iterdir()) == []


def test_redirects_have_an_end(tmp_path: Path) -> None:
    """A loop ends after five hops."""
    hops = [moved(f"https://b.example/{place % 2}") for place in range(6)]
    with pytest.raises(ClipwiseError, match="the server answered 302"):
        brought({"files": [FILE]}, tmp_path, *hops)


def test_a_relative_url_belongs_to_the_api(tmp_path: Path) -> None:
    """An output's URL may be a path on the API's host."""
    _, asked = brought({"video_url": "/media/a.mp4"}, tmp_path, FINE)
    assert fetches(asked)[0][0] == "https://api.example/media/a.mp4"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "data:text/plain,x", "javascript:1", "http://["])
def test_only_http_is_fetched(url: str, tmp_path: Path) -> None:
    """An output that is no http(s) URL is an error; nothing is read from this machine."""
    with pytest.raises(InvalidResponse, match="cannot be fetched"):
        brought({"video_url": url}, tmp_path)


def test_offline_nothing_is_fetched(tmp_path: Path) -> None:
    """Offline a download fails before its first effect."""
    with pytest.raises(ConnectionFailed, match="offline"):
        brought({"files": [FILE]}, tmp_path, asker=context(offline=True))


# --- what there is ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outputs", "names"),
    [
        ({"video_url": URL}, ["s.mp4"]),
        ({"video_url": "https://c.example/x"}, ["s.mp4"]),
        ({"video_url": URL, "files": [FILE]}, ["s.mp4"]),
        ({"result": {"url": "https://c.example/a.png"}}, ["s.png"]),
        ({"result": [{"url": "https://c.example/1.png"}, {"url": "https://c.example/2.png"}]}, ["s.png", "s-2.png"]),
        ({"files": [{"url": "https://c.example/a.srt", "kind": "subtitles"}, FILE]}, ["s.mp4", "s.srt"]),
        ({"files": [{"url": "https://c.example/a?sig=x.exe", "mime_type": "image/png; q=1"}]}, ["s.png"]),
        ({"files": [{"url": "https://c.example/a.JPG?x=1.2#y.z"}]}, ["s.jpg"]),
        ({"files": [{"url": "https://c.example"}]}, ["s.bin"]),
        ({"files": [{"url": "https://c.example/a.toolongsuffix", "kind": "audio"}]}, ["s.wav"]),
        ({"files": "no", "result": "no", "video_url": 5}, []),
        ({"files": [None, {}, {"url": ""}, {"url": 5}]}, []),
    ],
)
def test_files_are_named_here(outputs: dict[str, Any], names: list[str]) -> None:
    """Names come from the format and the id; the server's only give the suffix. Films come first, none twice."""
    assert [each.name for each in download.files_of(content(**outputs), "s")] == names


@pytest.mark.parametrize(
    "url", ["https://c.example/../../x", "https://c.example/%2e%2e%2fetc%2fx.sh", "https://c.example/a/.."]
)
def test_nothing_lands_outside_the_folder(url: str, tmp_path: Path) -> None:
    """What the server calls a file does not decide where it lies."""
    folder = tmp_path / "in"
    paths, _ = brought({"files": [{"url": url}]}, folder, FINE)
    assert paths[0].parent == folder
    assert list(tmp_path.iterdir()) == [folder]


def test_a_transcript_alone_becomes_a_text_file(tmp_path: Path) -> None:
    """A job that made only words gives a file of them."""
    paths, asked = brought({"transcript": "Grüß \ud800 Gott"}, tmp_path)
    assert [path.name for path in paths] == ["quiz-gen_1.txt"]
    assert paths[0].read_text() == "Grüß ? Gott\n"
    assert asked == [Tell(Downloaded(paths[0]))]


@pytest.mark.parametrize("status", ["running", "failed", None])
def test_nothing_to_download_says_how_the_job_stands(status: Any, tmp_path: Path) -> None:
    """A job without outputs is an error that gives its status."""
    with pytest.raises(ClipwiseError, match=status or "unknown state") as caught:
        carry(download.download(context(), {"generation": {"id": "g", "status": status}}, tmp_path, "s"))
    assert caught.value.code == "not_found"
