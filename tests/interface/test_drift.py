"""Documents change: what is new is asked for once, what breaks callers is marked, what is pinned is all that counts."""

from __future__ import annotations

import json

import pytest

from clipwise import AsyncClipwise, Clipwise, UnknownFormatError
from clipwise.formats import bundled
from clipwise.formats.difference import between, of_format
from clipwise.formats.reader import read_format


def changed(slug, change):
    """Return the bundled format, and the same after a change of its document."""
    document = json.loads(json.dumps(bundled.catalog().find(slug).raw))
    change(document)
    return bundled.catalog().find(slug), read_format(document, bundled.known())


def rename(document):
    document["required_inputs"][0]["name"] = "text"


def require(document):
    document["required_inputs"].append(document["optional_inputs"].pop(0))


def close(document):
    document["optional_inputs"][1]["enum"] = ["serum", "shoe"]


def limit(document):
    document["required_inputs"][0]["max_length"] = 500


def drop(document):
    document["output_types"] = ["image"]


def add(document):
    document["optional_inputs"].append({"name": "mood", "type": "string"})


def demand(document):
    document["required_inputs"].append({"name": "mood", "type": "string"})


def retype(document):
    document["required_inputs"][0]["type"] = ["string", "array"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (rename, [("added", "ugc_video.text", True), ("removed", "ugc_video.script", True)]),
        (require, [("tightened", "ugc_video.product_images", True)]),
        (close, [("tightened", "ugc_video.product_type", True)]),
        (limit, [("tightened", "ugc_video.script", True)]),
        (drop, [("removed", "ugc_video", True)]),
        (add, [("added", "ugc_video.mood", False)]),
        (demand, [("added", "ugc_video.mood", True)]),
        (retype, [("loosened", "ugc_video.script", False)]),
    ],
)
def test_a_change_is_told_and_marked_when_it_breaks_callers(change, told):
    """Removed, required, closed and limited breaks; added and loosened does not; the way back is the reverse."""
    old, new = changed("ugc_video", change)
    assert sorted((each.what, each.path, each.breaking) for each in of_format(old, new)) == told
    assert of_format(old, old) == []


def test_formats_come_and_go():
    """A format that is gone breaks callers, a new one does not."""
    formats = list(bundled.catalog())
    (gone,) = between(formats, formats[1:])
    assert (gone.what, gone.path, gone.breaking) == ("removed", formats[0].slug, True)
    (new,) = between(formats[1:], formats)
    assert (new.what, new.breaking) == ("added", False)


def test_a_pinned_catalog_is_all_that_counts(tmp_path):
    """Exported documents are used as they are, offline too; an input that they do not list is wrong."""
    with Clipwise(offline=True) as client:
        client.formats.export(tmp_path)
    (tmp_path / "smart.json").unlink()
    with Clipwise(offline=True, catalog=tmp_path) as client:
        problems = client.generate.ugc_video.check(script="Hi.", mood="calm")
        assert [(each.code, each.severity) for each in problems] == [("unknown_input", "error")]
        with pytest.raises(UnknownFormatError, match="pinned"):
            client.generate["smart"]
    assert "ugc_video" in dir(AsyncClipwise(offline=True, catalog=tmp_path).generate)


def test_a_catalog_that_is_none_is_told(tmp_path):
    """An empty folder, or a file that is no document, is one clear error."""
    from clipwise import ConfigurationError

    with pytest.raises(ConfigurationError, match="holds no format documents"):
        Clipwise(catalog=tmp_path)
    (tmp_path / "x.json").write_text("{")
    with pytest.raises(ConfigurationError, match="is not a format document"):
        Clipwise(catalog=tmp_path)


def test_a_slug_cannot_lead_out_of_the_folder(tmp_path):
    """Files are named after what a file name can hold of a slug; two slugs never share one."""
    from clipwise.formats.folder import export, file_name

    odd = [read_format({"slug": slug, "inputs": []}) for slug in ("../../x", "a/b", "A b", "a_b", "ä" * 300)]
    paths = export(odd, tmp_path)
    assert {path.parent for path in paths} == {tmp_path}
    assert len(set(paths)) == 5
    assert file_name("ugc_video") == "ugc_video.json"


def test_a_spec_is_checked_by_the_newest_documents(api, server):
    """`client.check` knows the formats of the server; an unknown input is wrong once the server was asked."""
    problems = api(api.client.check({"format": "ugc_video", "script": "Hi.", "mood": "calm"}))
    assert [(each.code, each.severity) for each in problems] == [("unknown_input", "error")]
    assert api(api.client.check({"format": "ugc_video", "script": "Hi.", "extra_inputs": {"mood": "calm"}})) == []
    assert [each.code for each in api(api.client.check({"format": "ugc_vido"}))] == ["unknown_format"]
    assert [each.code for each in api(api.client.check([]))] == ["wrong_type"]
    assert api.client.base_url == server.base_url
