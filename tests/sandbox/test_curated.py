"""The sandbox's own catalog: what the documents name is there, and every file is what its row says."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from clipwise.formats import bundled
from clipwise.sandbox import curate
from clipwise.sandbox.media import music
from clipwise.sandbox.media.curated import CURATED, Curated
from clipwise.sandbox.store import ACCOUNT, Store

FORMATS = Path(__file__).parents[2] / "schemas_cache" / "formats"
FILMS = [row for row in CURATED if row.mime_type == "video/mp4"]
TRACKS = [row for row in CURATED if row.mime_type == "audio/wav"]
PICTURES = [row for row in CURATED if row.mime_type == "image/png"]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A data folder with the catalog in it."""
    store = Store(tmp_path / "data")
    curate.seed(store)
    return store


def _examples() -> set[tuple[str, str]]:
    """The ids that the format documents use as examples, each with the resource type it is of."""
    found: set[tuple[str, str]] = set()
    for path in FORMATS.glob("*.json"):
        document = json.loads(path.read_text(encoding="utf-8"))
        inputs = {each["name"]: each for each in (*document["required_inputs"], *document["optional_inputs"])}
        given = [(name, each.get("example")) for name, each in inputs.items()]
        given += [pair for example in document["examples"] for pair in example["inputs"].items()]
        for name, value in given:
            kind = inputs.get(name, {}).get("resource_type")
            texts = value if isinstance(value, list) else [value]
            found |= {(text, kind) for text in texts if kind and isinstance(text, str) and "." not in text}
    return found


def test_every_id_in_the_documents_leads_to_a_resource_of_its_type(store: Store) -> None:
    """An example can be copied and run."""
    examples = _examples()
    assert len(examples) >= 15
    for id, kind in sorted(examples):
        found = curate.find(store, ACCOUNT, id)
        assert found is not None, id
        assert found.resource_type == kind


def test_the_catalog_has_enough_of_everything() -> None:
    """At least as many rows of each type as people need to try it."""
    wanted = {"poses": 6, "overlays": 4, "background_music": 4, "templates": 3, "reference_ads": 2, "presets": 3}
    wanted |= {"reference_videos": 2, "products": 1, "product_images": 1, "generic_uploads": 1}
    for kind, least in wanted.items():
        assert sum(row.resource_type == kind for row in CURATED) >= least, kind


def test_presets_hold_inputs_that_their_formats_take() -> None:
    """Their formats take presets and what the preset brings in, and its ids are in the catalog."""
    ids = {row.id for row in CURATED}
    for row in (row for row in CURATED if row.resource_type == "presets"):
        assert row.metadata["video_formats"]
        for slug in row.metadata["video_formats"]:
            format = bundled.catalog().find(slug)
            assert format is not None
            assert {"preset", *row.metadata["inputs"]} <= set(format.by_name), (row.id, slug)
        texts = [v for v in row.metadata["inputs"].values() if isinstance(v, str)]
        assert {t for t in texts if t.startswith(("avatar_", "background_", "voice_", "pose_", "music_"))} <= ids


@pytest.mark.parametrize("row", PICTURES, ids=lambda row: row.id)
def test_a_picture_is_the_same_every_time(row: Curated, tmp_path: Path) -> None:
    """Its file has the row's size, many colours, and the same bytes again."""
    one, two = tmp_path / "one.png", tmp_path / "two.png"
    row.write(one)
    row.write(two)
    assert one.read_bytes() == two.read_bytes()
    with Image.open(one) as picture:
        assert picture.size == row.size
        assert len(picture.convert("RGB").getcolors(2**24) or ()) > 200


@pytest.mark.parametrize("row", TRACKS, ids=lambda row: row.id)
def test_a_track_is_music_without_a_seam(row: Curated) -> None:
    """20 to 30 s, audible all through, and its end runs on into its start."""
    samples = music.track(row.metadata["mood"])
    assert 20 <= len(samples) / music.RATE <= 30
    seconds = samples[: len(samples) // music.RATE * music.RATE].reshape(-1, music.RATE)
    assert np.sqrt((seconds**2).mean(axis=1)).min() > 0.01
    assert np.abs(samples).max() <= 0.95
    assert abs(float(samples[0] - samples[-1])) <= float(np.abs(np.diff(samples)).max())


def test_tracks_differ_and_are_the_same_every_time() -> None:
    """Each mood has its own sound."""
    tracks = {mood: music.track(mood) for mood in music.MOODS}
    assert len({len(track) for track in tracks.values()}) == len(tracks)
    assert np.array_equal(tracks["lofi"], music.track("lofi"))


@pytest.mark.slow
@pytest.mark.parametrize("row", FILMS, ids=lambda row: row.id)
def test_a_film_moves_and_ends_where_it_begins(row: Curated, tmp_path: Path) -> None:
    """Overlays are dark enough to be laid over anything and have no sound; dances have music."""
    path = tmp_path / row.file_name
    row.write(path)
    with av.open(str(path)) as container:
        shown = [frame.to_ndarray(format="gray").astype(np.int16) for frame in container.decode(video=0)]
        sounds = len(container.streams.audio)
    assert 3 <= len(shown) / 24 <= 10
    steps = [float(np.abs(b - a).mean()) for a, b in pairwise(shown)]
    assert max(steps) > 0.05
    if row.resource_type == "overlays":
        assert sounds == 0
        assert np.mean(shown[10]) < 90
        assert float(np.abs(shown[0] - shown[-1]).mean()) < 2.5 * max(steps) + 1
    else:
        assert sounds == 1


def test_files_are_made_once_and_when_they_are_needed(store: Store) -> None:
    """Seeding makes nothing; the file lies where the resource says, and is left alone the second time."""
    folder = store.folder / "curated"
    assert list(folder.iterdir()) == []
    track = curate.find(store, ACCOUNT, "music_calm")
    assert track is not None
    path = curate.file_of(store, track)
    assert path == folder / "music_calm.wav"
    written = path.stat().st_mtime_ns
    assert curate.file_of(store, track) == path
    assert path.stat().st_mtime_ns == written
    assert [each.name for each in folder.iterdir()] == ["music_calm.wav"]


def test_a_file_that_cannot_be_made_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one who needs it tries again."""
    pose = curate.find(store, ACCOUNT, "pose_seated")
    assert pose is not None

    def broken(self: Curated, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError

    monkeypatch.setattr(Curated, "write", broken)
    with pytest.raises(OSError):
        curate.file_of(store, pose)
    assert list((store.folder / "curated").iterdir()) == []


def test_what_has_no_file_has_none(store: Store) -> None:
    """Presenters are drawn by the renderers themselves."""
    avatar = curate.find(store, ACCOUNT, "avatar_maya")
    assert avatar is not None
    assert curate.file_of(store, avatar) is None
