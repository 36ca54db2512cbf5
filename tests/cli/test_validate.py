"""`clipwise validate`: files of many specs, in every form of report, here and by an engine."""

from __future__ import annotations

import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GOOD = '{"format": "smart", "prompt": "Three habits"}\n'
LINES = GOOD + "\n" + '{"format": "smart"}\n{"format": "smart", "prompt": "x y", "mood": 1}\n{,\n' + GOOD


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of five specs in the working folder: two good, two wrong, one with a warning."""
    monkeypatch.chdir(tmp_path)
    path = Path("jobs, all.jsonl")
    path.write_text(LINES)
    return path


def test_every_problem_of_many_specs_has_its_line(clipwise, jobs):
    """So that an editor can jump there; the last line is the sum."""
    ran = clipwise("validate", jobs)
    assert ran.code == 2
    assert [line[:62] for line in ran.out.splitlines()] == [
        "jobs, all.jsonl:3: prompt: is required: What the video is abou",
        "jobs, all.jsonl:4: warning: mood: is not an input of smart, as",
        "jobs, all.jsonl:5: not JSON: Expecting property name enclosed ",
        "5 specs, 2 wrong, 1 with warnings",
    ]
    assert clipwise("validate", "--strict", jobs).out.endswith("5 specs, 3 wrong\n")
    jobs.write_text(GOOD * 2)
    assert (clipwise("validate", jobs).code, clipwise("validate", jobs).out) == (0, "2 specs, 0 wrong\n")


def test_a_program_gets_one_document(clipwise, jobs):
    """Only the specs with problems are listed, with number and line; every file is counted."""
    ran = clipwise("validate", jobs, "gone.csv", "--json")
    report = json.loads(ran.out)
    assert (ran.code, report["success"], report["total"]) == (2, False, {"specs": 6, "wrong": 3, "warned": 1})
    assert [(each["file"], each["number"], each["line"], each["ok"]) for each in report["specs"]] == [
        ("jobs, all.jsonl", 2, 3, False),
        ("jobs, all.jsonl", 3, 4, True),
        ("jobs, all.jsonl", 4, 5, False),
        ("gone.csv", None, None, False),
    ]
    assert [(each["line"], each["column"]) for each in report["specs"][1]["problems"]] == [(4, 46)]
    assert report["files"][1] == {"file": "gone.csv", "specs": 1, "wrong": 1, "warned": 0}
    assert clipwise("validate", jobs, "gone.csv", "--format", "json").out == ran.out


def test_github_gets_annotations(clipwise, jobs):
    """File, line and column are properties, in which commas and colons are escaped."""
    lines = clipwise("validate", jobs, "--format", "github").out.splitlines()
    assert lines[0].startswith(
        "::error file=jobs%2C all.jsonl,line=3,col=1,title=clipwise%3A missing_input::prompt: is required"
    )
    assert lines[1].startswith("::warning file=jobs%2C all.jsonl,line=4,col=46,")
    assert lines[-1] == "5 specs, 2 wrong, 1 with warnings"


def test_sarif_is_what_the_standard_asks_for(clipwise, jobs):
    """Version, tool with rules, and for each result rule, level, message and place."""
    log = json.loads(clipwise("validate", jobs, "--format", "sarif").out)
    (run,) = log["runs"]
    assert (log["version"], set(log), set(run)) == (
        "2.1.0",
        {"$schema", "version", "runs"},
        {"columnKind", "results", "tool"},
    )
    driver = run["tool"]["driver"]
    assert (driver["name"], [each["id"] for each in driver["rules"]]) == (
        "clipwise",
        ["missing_input", "unknown_input", "unreadable_spec"],
    )
    assert [each["ruleId"] for each in run["results"]] == ["missing_input", "unknown_input", "unreadable_spec"]
    assert run["results"][1]["level"] == "warning"
    assert run["results"][1]["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "jobs%2C%20all.jsonl"},
                "region": {"startLine": 4, "startColumn": 46},
            },
            "logicalLocations": [{"fullyQualifiedName": "mood"}],
        }
    ]
    assert json.loads(clipwise("validate", "gone.json", "--format", "sarif").out)["runs"][0]["results"][0][
        "locations"
    ] == [{"physicalLocation": {"artifactLocation": {"uri": "gone.json"}}}]


def test_standard_input_is_read(clipwise, monkeypatch):
    """A hyphen is standard input, of any kind."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"script;generate_subtitle\nTea;maybe\nTea;no\n")))
    ran = clipwise("validate", "-", "--default-format", "ugc_video")
    assert (ran.code, ran.out.splitlines()[-1]) == (2, "2 specs, 1 wrong")
    assert ran.out.startswith("<stdin>:2: generate_subtitle: takes true or false")


def test_a_template_and_defaults_are_checked(clipwise, tmp_path):
    """One spec for each row; a column that is not there is one error; the two flags belong together."""
    template, rows = tmp_path / "job.yaml", tmp_path / "people.csv"
    template.write_text("script: Hello ${name}\ngenerate_subtitle: ${seconds}\n")
    rows.write_text("name,seconds\nMaya,yes\nTom,maybe\n")
    (tmp_path / "all.toml").write_text('format = "ugc_video"\n')
    flags = ["--template", template, "--rows", rows, "--defaults", tmp_path / "all.toml"]
    ran = clipwise("validate", *flags)
    assert (ran.code, ran.out.splitlines()[0][:60]) == (2, f"{rows}:3: generate_subtitle: takes "[:60])
    rows.write_text("name\nMaya\n")
    assert "the template names columns that are not there: ${seconds}" in clipwise("validate", *flags).out
    assert "belong together" in clipwise("validate", "--rows", rows).err
    assert "there is no such file" in clipwise("validate", rows, "--defaults", "gone.yaml").err


def test_an_engine_that_is_not_there_is_one_clear_message(clipwise, jobs, monkeypatch):
    """And nothing is printed."""
    monkeypatch.setattr("clipwise.engines.find_spec", lambda _: None)
    ran = clipwise("validate", jobs, "--engine", "ray")
    assert (ran.code, "the engine 'ray' is not installed. `pip install 'clipwise[ray]'`" in ran.err) == (2, True)


def test_the_hook_runs_on_files(tmp_path):
    """The entry of the hook, with files as pre-commit passes them; its pattern takes job files and no others."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert (hook["id"], hook["pass_filenames"], hook["language"]) == ("clipwise-validate", True, "python")
    for name, taken in {
        "jobs/ad.jsonl": True,
        "job.yaml": True,
        "compose.yaml": False,
        "ad.job.yaml": True,
        "specs/deep/a.jsonl": True,
        "my-jobs.csv": True,
        "jobs/jobs.jsonl.out/results.jsonl": False,
        "spec/openapi.json": False,
        "clipwise/pyproject.toml": False,
        "k8s/jobs/cron.yaml": False,
        "package.json": False,
        "jobs/readme.md": False,
    }.items():
        found = re.search(hook["files"], name) and not re.search(hook["exclude"], name)
        assert bool(found) is taken, name
    path = tmp_path / "ad.job.json"
    path.write_text('{"format": "smart"}')
    command = [sys.executable, "-m", *shlex.split(hook["entry"]), str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, "prompt: is required" in ran.stdout) == (2, True)
