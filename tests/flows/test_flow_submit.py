"""Claims about starting a job: what is checked, what is uploaded, what is sent, and what is told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from scripted import RUN, context, lost, play, said
from stub_api import document

from clipwise import wire
from clipwise.effects import Answer, Disk, FilePart, Now, Send, Sleep, Tell, Today
from clipwise.errors import (
    APIError,
    AuthenticationError,
    ClipwiseError,
    ConnectionFailed,
    InvalidResponse,
    Problem,
    UnknownFormatError,
    ValidationError,
)
from clipwise.files import digest, measure
from clipwise.flows import submit, upload
from clipwise.flows.context import Context
from clipwise.flows.events import Notice, Started, Uploading
from clipwise.flows.submit import Job
from clipwise.formats import bundled, cache
from clipwise.formats.cache import Kept
from clipwise.formats.catalog import Catalog
from clipwise.formats.document import Format, Source
from clipwise.validation import check

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100
PICTURES = {"name": "pictures", "type": "array", "items": {"type": "string"}, "accepts": ["image"]}
TEASER = document(
    "teaser",
    {"name": "line", "type": "string"},
    optional=[
        {"name": "count", "type": "integer"},
        PICTURES | {"resource_type": "product_images"},
        {"name": "cover", "type": "string", "accepts": ["image"]},
    ],
)
NEWER = TEASER | {"optional_inputs": [*TEASER["optional_inputs"], {"name": "mood", "type": "string"}]}
STARTED = said(200, {"id": "gen_1", "status": "queued"})
DOUBT = (
    "mood: is not an input of teaser, as far as this copy of its document knows (extra_inputs sends it all the same)"
)
ASK = Send(wire.get("formats"), 4.0)


def knowing(kind: Any = "live", document: Any = TEASER, **settings: Any) -> tuple[Context, Format]:
    """Return a context that has the catalog in memory, and its one format."""
    asker = context(**settings)
    catalog = Catalog([document], bundled.known(), Source(kind, "2027-01-15T08:00:00+00:00"))
    asker.memory.put("formats", catalog)
    found = catalog.find("teaser")
    assert found is not None
    return asker, found


def job(folder: Path | None = None, **inputs: Any) -> Job:
    return Job("teaser", inputs, "key-1", folder=folder)


def checks(format: Format, folder: Path | None = None, **inputs: Any) -> tuple[Any, Any]:
    """Return the step of the check, which is really made."""
    return Disk(check, (format, inputs, folder, None)), RUN


def created(answer: Any = STARTED, **inputs: Any) -> list[tuple[Any, Any]]:
    """Return the steps of starting the job with these inputs."""
    return [(Now(), 0.0), (Now(), 0.0), (Send(wire.create_generation("teaser", inputs, "key-1"), 30.0), answer)]


def started(**inputs: Any) -> list[tuple[Any, Any]]:
    return [*created(**inputs), (Tell(Started("gen_1")), None)]


def relisted(asker: Context, outcome: Any, kept: Kept | None = None) -> list[tuple[Any, Any]]:
    """Return the steps of asking the live list."""
    clock = [(Today(), 1.8e9)]
    writes = [(Disk, True)] if isinstance(outcome, Answer) and outcome.status == 200 else []
    reading: tuple[Any, Any] = (Disk(cache.read, (asker.folder, "formats")), kept)
    return [reading, *clock, (ASK, outcome), *(clock if isinstance(outcome, Answer) else []), *writes]


# --- the spec ---------------------------------------------------------------------------------------------------------


def test_a_good_job_is_checked_sent_and_told() -> None:
    """Check, create, tell the id: nothing else, and the API's answer is returned as it came."""
    asker, format = knowing()
    found = play(submit.submit(asker, job(line="a")), checks(format, line="a"), *started(line="a"))
    assert found == {"id": "gen_1", "status": "queued"}


def test_python_names_become_wire_names_and_none_is_left_out() -> None:
    """Inputs may be given by their Python spelling; None means absent."""
    dashed = document("teaser", {"name": "the-line", "type": "string"}, optional=["class"])
    asker, format = knowing(document=dashed)
    given = Job("teaser", {"the_line": "a", "class_": None}, "key-1")
    play(submit.submit(asker, given), checks(format, **{"the-line": "a"}), *started(**{"the-line": "a"}))


def test_nothing_is_sent_when_the_spec_is_wrong() -> None:
    """All problems are told at once, and nothing was sent."""
    asker, format = knowing()
    given = {"count": "three", "lime": "x"}
    with pytest.raises(ValidationError) as caught:
        play(submit.submit(asker, job(**given)), checks(format, **given))
    assert [(each.path, each.code) for each in caught.value.problems] == [
        (("line",), "missing_input"),
        (("count",), "wrong_type"),
        (("lime",), "unknown_input"),
    ]
    assert "teaser: 3 problems in the inputs; nothing was sent" in str(caught.value)


def test_an_unknown_input_is_settled_by_the_live_document() -> None:
    """What a kept document does not list may be new: the live one is asked once, and counts."""
    asker, format = knowing("disk")
    newer = knowing(document=NEWER)[1]
    script = [
        checks(format, line="a", mood="calm"),
        *relisted(asker, said(200, {"formats": [NEWER]})),
        checks(newer, line="a", mood="calm"),
        *started(line="a", mood="calm"),
    ]
    play(submit.submit(asker, job(line="a", mood="calm")), *script)


def test_an_input_that_the_live_document_does_not_know_is_wrong() -> None:
    """After the live document was asked, unknown is an error, and the server is not asked a second time."""
    asker, format = knowing("disk")
    live = knowing()[1]
    with pytest.raises(ValidationError, match="mood: is not an input of teaser"):
        play(
            submit.submit(asker, job(line="a", mood="calm")),
            checks(format, line="a", mood="calm"),
            *relisted(asker, said(200, {"formats": [TEASER]})),
            checks(live, line="a", mood="calm"),
        )
    with pytest.raises(ValidationError):
        play(submit.submit(asker, job(line="a", mood="calm")), checks(live, line="a", mood="calm"))


def test_a_warning_when_the_live_document_cannot_be_asked() -> None:
    """If nobody can settle it, the input is sent, and the doubt is told."""
    asker, format = knowing("disk")
    script = [
        checks(format, line="a", mood="calm"),
        *relisted(asker, lost("connect", "cannot connect"), Kept({"formats": [TEASER]}, 1.79e9)),
        (Tell(Notice("formats: the copy kept on 2026-09-21 (api.example: cannot connect)")), None),
        checks(format, line="a", mood="calm"),
        (Tell(Notice(f"teaser: {DOUBT}")), None),
        *started(line="a", mood="calm"),
    ]
    play(submit.submit(asker, job(line="a", mood="calm")), *script)


def test_a_job_of_a_bundled_format_goes_on_with_warnings() -> None:
    """With the catalog dead, an input that the bundled document does not list is sent with a warning."""
    asker = context()
    format = bundled.catalog().find("quiz")
    assert format is not None
    inputs = {**_example(format), "brand_new": 1}
    fails = [*relisted(asker, lost("connect")), (Tell, None)]
    script = [
        *fails,
        checks(format, **inputs),
        (lambda asked: "quiz: brand_new: is not an input" in asked.event.text, None),
        *[(Now(), 0.0), (Now(), 0.0), (Send(wire.create_generation("quiz", inputs, "key-1"), 30.0), STARTED)],
        (Tell(Started("gen_1")), None),
    ]
    play(submit.submit(asker, Job("quiz", inputs, "key-1")), *script)


def _example(format: Format) -> dict[str, Any]:
    return {each.name: each.example for each in format.required}


def test_unchecked_means_unchecked() -> None:
    """`validate=False` sends what it is given."""
    asker, _ = knowing()
    play(submit.submit(asker, Job("teaser", {"lime": 1}, "key-1", validate=False)), *started(lime=1))


def test_extra_inputs_are_sent_as_they_are() -> None:
    """Extra inputs are not checked, and never change the format."""
    asker, format = knowing()
    given = Job("teaser", {"line": "a"}, "key-1", extra={"beta": {"x": [1]}, "format": "other"})
    play(submit.submit(asker, given), checks(format, line="a"), *started(line="a", beta={"x": [1]}))


def test_an_input_that_is_given_twice_is_refused() -> None:
    """One of the two values would be lost, and nobody could tell which."""
    asker, format = knowing()
    given = Job("teaser", {"line": "a"}, "key-1", extra={"line": "b"})
    with pytest.raises(ValidationError, match="line: is given twice"):
        play(submit.submit(asker, given), checks(format, line="a"))


@pytest.mark.parametrize("value", [float("nan"), object(), b"bytes", {1: 2}, "\ud800", {"a": [{1, 2}]}])
@pytest.mark.parametrize("where", ["extra", "unchecked"])
def test_what_json_cannot_carry_is_found_before_anything_is_sent(value: Any, where: str, tmp_path: Path) -> None:
    """Even unchecked, a value that cannot be sent is a ValidationError, before the first upload."""
    asker, format = knowing()
    picture = tmp_path / "a.png"
    picture.write_bytes(PNG)
    given = {"line": "a", "cover": str(picture)}
    if where == "extra":
        flow = submit.submit(asker, Job("teaser", given, "key-1", extra={"beta": value}))
        script = [checks(format, **given)]
    else:
        flow, script = submit.submit(asker, Job("teaser", given | {"beta": value}, "key-1", validate=False)), []
    with pytest.raises(ValidationError) as caught:
        play(flow, *script)
    assert [(each.path[0], each.code) for each in caught.value.problems] == [("beta", "not_json")]


@pytest.mark.parametrize(
    ("settings", "error"), [({"offline": True}, ConnectionFailed), ({"api_key": None}, AuthenticationError)]
)
def test_without_network_or_key_the_check_comes_first(settings: dict[str, Any], error: type[ClipwiseError]) -> None:
    """A wrong spec is told even where nothing could be sent; a good one then says what is missing."""
    asker, format = knowing(**settings)
    with pytest.raises(ValidationError):
        play(submit.submit(asker, job()), checks(format))
    with pytest.raises(error):
        play(submit.submit(asker, job(line="a")), checks(format, line="a"))


def test_an_unknown_format_starts_nothing() -> None:
    """A name that no source knows is an error before anything else."""
    asker, _ = knowing(offline=True)
    with pytest.raises(UnknownFormatError) as caught:
        play(submit.submit(asker, Job("teazer", {}, "k")), (Disk, None))
    assert caught.value.suggestions == ("teaser",)


@pytest.mark.parametrize("answer", [{}, {"generation": {"status": "queued"}}, {"id": None}, {"id": ""}])
def test_an_answer_without_an_id_names_the_key(answer: dict[str, Any]) -> None:
    """A job that was accepted without an id is an error that gives the key."""
    asker, format = knowing()
    with pytest.raises(InvalidResponse, match="without its id") as caught:
        play(submit.submit(asker, job(line="a")), checks(format, line="a"), *created(said(200, answer), line="a"))
    assert caught.value.idempotency_key == "key-1"
    assert "key-1" in caught.value.hint


def test_the_id_may_stand_inside() -> None:
    """The id may be that of the generation in the answer."""
    asker, format = knowing()
    content = {"generation": {"id": "gen_9"}}
    script = [checks(format, line="a"), *created(said(200, content), line="a"), (Tell(Started("gen_9")), None)]
    assert play(submit.submit(asker, job(line="a")), *script) == content


def test_a_lost_answer_is_asked_for_with_the_same_key() -> None:
    """When the answer to the create is lost, the very same request is sent again."""
    asker, format = knowing()
    create = Send(wire.create_generation("teaser", {"line": "a"}, "key-1"), 30.0)
    script = [
        checks(format, line="a"),
        *[(Now(), 0.0), (Now(), 0.0), (create, lost("timeout")), (Now(), 0.0), (Sleep(0.25, 0.5), None)],
        *[(Now(), 0.0), (create, STARTED), (Tell(Started("gen_1")), None)],
    ]
    play(submit.submit(asker, job(line="a")), *script)


def test_check_alone_sends_nothing() -> None:
    """`checked` returns the problems, warnings included, and asks for nothing but the check."""
    asker, format = knowing()
    flow = submit.checked(asker, job(line="a", lime=1))
    assert play(flow, checks(format, line="a", lime=1)) == (
        format,
        [
            Problem(
                ("lime",), "unknown_input", "is not an input of teaser", "did you mean line?", "/additionalProperties"
            )
        ],
    )


# --- files ------------------------------------------------------------------------------------------------------------


def sends(path: Path, answer: Any, *place: str, form: tuple[tuple[str, str], ...] = ()) -> list[tuple[Any, Any]]:
    """Return the steps of uploading one file."""

    def is_upload(asked: Any) -> bool:
        request = asked.request
        part = FilePart(path, path.stat().st_size, path.stat().st_mtime_ns, "image/png")
        return (
            (request.target, request.file, request.form) == (wire.path(*place), part, form)
            and request.idempotency_key.startswith("upload-")
            and asked.within == 30.0 + part.size / 1024
        )

    return [
        (Tell(Uploading(path, path.stat().st_size)), None),
        *[(Now(), 0.0), (Now(), 0.0), (is_upload, answer)],
    ]


def looks(path: Path) -> list[tuple[Any, Any]]:
    return [(Disk(measure, (path, None)), RUN), (Disk(digest, (path, None)), RUN)]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "shoe.png"
    path.write_bytes(PNG)
    return path


def test_files_are_uploaded_first_and_replaced_by_their_ids(picture: Path, tmp_path: Path) -> None:
    """Local files go where their input says, in order; ids and URLs are left alone; the job carries only ids."""
    other = tmp_path / "hat.png"
    other.write_bytes(PNG + b"!")
    asker, format = knowing()
    given = {"line": "a", "pictures": [str(picture), "pimg_7", other], "cover": str(picture)}
    script = [
        checks(format, **given),
        *looks(picture),
        *sends(picture, said(200, {"resource": {"id": "pimg_1"}}), "resources", "product_images", "upload"),
        *looks(other),
        *sends(other, said(200, {"resource": {"id": "pimg_2"}}), "resources", "product_images", "upload"),
        *looks(picture),
        *sends(picture, said(200, {"upload": {"id": "up_1"}}), "uploads", form=(("purpose", "image"),)),
        *started(line="a", pictures=["pimg_1", "pimg_7", "pimg_2"], cover="up_1"),
    ]
    play(submit.submit(asker, job(**given)), *script)


def test_the_same_content_is_sent_once(picture: Path, tmp_path: Path) -> None:
    """Twice the same content for the same place is one upload per client, whatever the files are called."""
    twin = tmp_path / "twin.png"
    twin.write_bytes(PNG)
    asker, format = knowing()
    given = {"line": "a", "pictures": [str(picture), str(twin)]}
    script = [
        checks(format, **given),
        *looks(picture),
        *sends(picture, said(200, {"resource": {"id": "p"}}), "resources", "product_images", "upload"),
        *looks(twin),
        *started(line="a", pictures=["p", "p"]),
    ]
    play(submit.submit(asker, job(**given)), *script)
    again = [checks(format, **given), *looks(picture), *looks(twin), *started(line="a", pictures=["p", "p"])]
    play(submit.submit(asker, job(**given)), *again)


def test_relative_paths_start_in_the_folder_of_the_job(picture: Path) -> None:
    """A job's folder is where its relative paths begin."""
    asker, format = knowing()
    given = {"line": "a", "cover": picture.name}
    script = [
        checks(format, picture.parent, **given),
        *looks(picture),
        *sends(picture, said(200, {"upload": {"id": "up_1"}}), "uploads", form=(("purpose", "image"),)),
        *started(line="a", cover="up_1"),
    ]
    play(submit.submit(asker, job(picture.parent, **given)), *script)


def test_an_upload_without_an_id_starts_no_job(picture: Path) -> None:
    """Without an id for the file there is nothing to put into the job."""
    asker, format = knowing()
    given = {"line": "a", "cover": str(picture)}
    script = [
        checks(format, **given),
        *looks(picture),
        *sends(picture, said(200, {"upload": {}}), "uploads", form=(("purpose", "image"),)),
    ]
    with pytest.raises(InvalidResponse, match=r"took 'shoe\.png' but answered without an id"):
        play(submit.submit(asker, job(**given)), *script)


def test_a_refused_upload_starts_no_job(picture: Path) -> None:
    """An upload that the server refuses ends it, with nothing started."""
    asker, format = knowing()
    given = {"line": "a", "cover": str(picture)}
    script = [
        checks(format, **given),
        *looks(picture),
        *sends(picture, said(413, {"error": "too large"}), "uploads", form=(("purpose", "image"),)),
    ]
    with pytest.raises(APIError, match="too large"):
        play(submit.submit(asker, job(**given)), *script)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "there is no file '{}'; nothing was sent"),
        (lambda path: path.mkdir(), "the file '{}' cannot be sent: is a directory"),
        (lambda path: path.write_bytes(b""), "the file '{}' is empty; nothing was sent"),
        (lambda path: os.mkfifo(path), "the file '{}' cannot be sent: is not a regular file"),
    ],
)
def test_what_is_no_file_is_refused_before_anything_is_sent(make: Any, reason: str, tmp_path: Path) -> None:
    """A missing file, a folder, an empty file and a FIFO are `invalid_upload`."""
    path = tmp_path / "a"
    make(path)
    with pytest.raises(ClipwiseError) as caught:
        play(upload.to_uploads(context(), str(path), "image", {}), (Disk(measure, (path, None)), RUN))
    assert (caught.value.code, caught.value.message) == ("invalid_upload", reason.format(path))


@pytest.mark.parametrize("file", [b"bytes", 5, None, ["a.png"]])
def test_a_file_is_given_by_its_path(file: Any) -> None:
    """Bytes, open files and the like are refused: a path can be sent again."""
    with pytest.raises(ClipwiseError, match="given by its path"):
        play(upload.to_uploads(context(), file, "image", {}))


def test_an_upload_on_its_own_returns_the_answer(picture: Path) -> None:
    """Text fields travel with the file; an unknown kind of file is sent as bytes."""
    content = {"resource": {"id": "r"}, "new": 1}
    flow = upload.to_resource(context(), "avatars", picture, {"name": "Maya", "type": None})
    script = sends(picture, said(200, content), "resources", "avatars", "upload", form=(("name", "Maya"),))
    assert play(flow, (Disk(measure, (picture, None)), RUN), *script) == content


def test_a_resource_type_cannot_lead_elsewhere(picture: Path) -> None:
    """A resource type is one safe part of a path."""
    with pytest.raises(ClipwiseError, match="not a valid resource type"):
        play(upload.to_resource(context(), "../x", picture, {}))


def test_what_would_be_uploaded_can_be_told_without_sending(picture: Path) -> None:
    """Which files a spec would send, and where, is known before anything leaves."""
    _, format = knowing()
    inputs = {"line": "a", "pictures": [str(picture), "pimg", str(picture)], "cover": "up_1"}
    rows, sent = upload.to_upload(format, inputs)
    size, word = picture.stat().st_size, f"<id of {picture.name}>"
    assert rows == [{"input": "pictures", "file": str(picture), "bytes": size, "to": "resources/product_images"}]
    assert sent == {"line": "a", "pictures": [word, "pimg", word], "cover": "up_1"}


def test_kept_documents_are_values() -> None:
    """What is kept equals what was kept: the cache knows nothing of where it is used."""
    assert Kept({"a": 1}, 1.0) == Kept({"a": 1}, 1.0, "")
