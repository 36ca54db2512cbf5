"""From a document to a film: the clients and the command line against a real sandbox, with real rendering."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clipwise import AsyncClipwise, Clipwise, ClipwiseError, GenerationFailed, Progress

EXAMPLES = Path(__file__).parents[1] / "examples"
SCRIPT = "I tried this serum for a week, and now I take it everywhere."
pytestmark = pytest.mark.slow


def streams(path: Path) -> dict[str, tuple[str, float]]:
    """Return each stream's kind, with its codec and the file's length in seconds."""
    import av

    with av.open(str(path)) as container:
        return {each.type: (each.codec_context.name, container.duration / 1e6) for each in container.streams}


def heard(path: Path) -> set[str]:
    """Return the words that speech recognition hears."""
    from clipwise.sandbox.media.recognise import transcribe

    return set("".join(c for c in transcribe(path).lower() if c.isalpha() or c == " ").split())


def run(*arguments: object, home: Path, code: int = 0, **more: object) -> subprocess.CompletedProcess[str]:
    """Run `clipwise …` in a process of its own."""
    command = [sys.executable, "-m", "clipwise", *map(str, arguments)]
    environment = {"CLIPWISE_HOME": str(home), "PATH": "", "COLUMNS": "100"}
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False, **more)
    assert ran.returncode == code, ran.stderr
    return ran


def test_a_script_and_a_picture_become_a_film_in_python(tmp_path):
    """The film has picture and sound, the sound says the script, and progress was told."""
    seen: list[Progress] = []
    with Clipwise.sandbox(tmp_path / "data", quality="draft") as client:
        job = client.generate.ugc_video(script=SCRIPT, product_images=[EXAMPLES / "product.png"], avatar="avatar_maya")
        assert job["id"] == job.id
        done = job.wait(interval=0.2, on_progress=seen.append)
        paths = job.download(tmp_path / "out")
    assert done is job
    assert (job.status, job.outputs["engine"]) == ("completed", "sandbox")
    assert [path.suffix for path in paths] == [".mp4", ".srt", ".vtt"]
    assert {kind: codec for kind, (codec, _) in streams(paths[0]).items()} == {"video": "h264", "audio": "aac"}
    assert 3 < streams(paths[0])["video"][1] < 9
    assert {"tried", "week", "everywhere"} <= heard(paths[0])
    assert seen[-1].status == "completed"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in paths)


def test_the_async_client_makes_the_same(tmp_path):
    """Two jobs at the same time, awaited, downloaded."""

    async def make() -> list[Path]:
        async with AsyncClipwise.sandbox(tmp_path / "data", quality="draft") as client:
            jobs = await asyncio.gather(
                client.generate.ugc_video(script=SCRIPT, product_image=EXAMPLES / "product.png"),
                client.generate.text_to_audio(script="Two jobs at once.", voice="voice_heart"),
            )
            await asyncio.gather(*(job.wait(interval=0.2) for job in jobs))
            return [(await job.download(tmp_path / "out"))[0] for job in jobs]

    film, speech = asyncio.run(make())
    assert set(streams(film)) == {"video", "audio"}
    assert set(streams(speech)) == {"audio"}
    assert {"two", "jobs"} <= heard(speech)


def test_one_prompt_becomes_a_film_of_several_scenes(tmp_path):
    """The format `smart` needs nothing but a prompt."""
    with Clipwise.sandbox(tmp_path, quality="draft") as client:
        job = client.generate.smart(prompt="Drink more water. It is cheap. It is healthy.").wait(interval=0.2)
        film = job.download(tmp_path / "out")[0]
    assert set(streams(film)) == {"video", "audio"}
    assert "water" in heard(film)


def test_the_command_line_leaves_the_film_in_the_folder(tmp_path):
    """The README's command; the last line of its output is the film."""
    picture = EXAMPLES / "product.png"
    ran = run("--sandbox", "generate", "ugc_video", "--script", EXAMPLES / "script.txt", "--product-image", picture,
              "--wait", "--output", tmp_path / "out", home=tmp_path / "home")  # fmt: skip
    film = Path(ran.stdout.splitlines()[-1])
    assert film.parent == tmp_path / "out"
    assert set(streams(film)) == {"video", "audio"}
    assert {"heavy", "creams", "skin"} <= heard(film)
    assert "uploading product.png" in ran.stderr


def test_another_process_sees_the_job_of_the_first(tmp_path):
    """A job is started in one process, waited for in a second, downloaded by a third."""
    started = run("--sandbox", "generate", "--format", "text_to_audio", "--script", "Hello there.", "--voice",
                  "voice_heart", home=tmp_path)  # fmt: skip
    job = started.stdout.strip()
    assert f"`clipwise --sandbox wait {job}`" in started.stderr
    waited = json.loads(run("--sandbox", "wait", job, "--poll-interval", "0.2", "--json", home=tmp_path).stdout)
    assert waited["generation"]["status"] == "completed"
    assert waited["generation"]["id"] == job
    path = Path(run("--sandbox", "download", job, "--output", tmp_path / "out", home=tmp_path).stdout.strip())
    assert {"hello", "there"} <= heard(path)


def test_a_server_of_its_own_serves_other_processes(tmp_path):
    """`sandbox serve --port 0 --json` says where it is in its first line, and stops on a signal without a word."""
    command = [
        sys.executable,
        "-m",
        "clipwise",
        "sandbox",
        "serve",
        "--port",
        "0",
        "--data-dir",
        str(tmp_path),
        "--json",
    ]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        reached = json.loads(server.stdout.readline())
        with Clipwise(reached["api_key"], reached["base_url"]) as client:
            assert len(client.formats.list()["formats"]) == 22
            job = client.generate.text_to_audio(script="Over the wire.", voice="voice_deep").wait(interval=0.2)
            assert job.outputs["result"]["url"].startswith(reached["base_url"])
    finally:
        server.terminate()
        _, said = server.communicate(timeout=10)
    assert server.returncode in (0, 130)
    assert "Traceback" not in said


def test_a_job_that_failed_raises_with_the_reason(tmp_path):
    """What the engine cannot speak is an error that says so; the command line ends with 3."""
    with Clipwise.sandbox(tmp_path, quality="draft") as client:
        job = client.generate.text_to_audio(script="こんにちは", voice="voice_heart")
        with pytest.raises(GenerationFailed) as caught:
            job.wait(interval=0.2)
        payload = client.generations.wait(job.id, interval=0.2)
    assert job.id in str(caught.value)
    assert caught.value.code == "unsupported_text"
    assert payload["generation"]["status"] == "failed"


def test_a_killed_sandbox_finishes_the_job_once(tmp_path):
    """kill -9 of the whole process group while it renders; the next process finishes the job, and only once."""
    import os
    import signal

    script = "This takes a while to film. " * 12
    command = [
        sys.executable,
        "-m",
        "clipwise",
        "sandbox",
        "serve",
        "--port",
        "0",
        "--data-dir",
        str(tmp_path),
        "--json",
    ]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert server.stdout is not None
    reached = json.loads(server.stdout.readline())
    with Clipwise(reached["api_key"], reached["base_url"]) as client:
        job = client.generate.ugc_video(script=script)
        deadline = time.monotonic() + 60
        while client.generations.retrieve(job.id)["generation"]["status"] != "running":
            assert time.monotonic() < deadline
            time.sleep(0.1)
    os.killpg(server.pid, signal.SIGKILL)
    server.communicate(timeout=10)

    with Clipwise.sandbox(tmp_path, quality="draft") as client:
        done = client.generations.handle(job.id).wait(interval=0.5, timeout=120)
        again = client.generations.retrieve(job.id)["generation"]
    assert done.status == "completed"
    assert again["finished_at"] == done["generation"]["finished_at"]
    assert len([each for each in again["outputs"]["files"] if each["kind"] == "video"]) == 1


def test_ctrl_c_prints_the_id_and_how_to_go_on(tmp_path):
    """The job is left alone: exit code 130, no traceback, and the command that waits on."""
    import signal

    command = [
        sys.executable,
        "-m",
        "clipwise",
        "--sandbox",
        "generate",
        "ugc_video",
        "--script",
        "Word. " * 60,
        "--wait",
    ]
    environment = {"CLIPWISE_HOME": str(tmp_path), "PATH": ""}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stderr is not None
    first = process.stderr.readline()
    while "running" not in first:
        first = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert "is kept until the sandbox runs again; `clipwise --sandbox wait gen_" in said


def test_the_example_programs_run_as_they_stand(tmp_path):
    """Each program in examples/ ends well."""
    for program in ("ugc_video.py", "check_specs.py", "variants.py"):
        command, home = [sys.executable, str(EXAMPLES / program)], {"CLIPWISE_HOME": str(tmp_path / "home"), "PATH": ""}
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=home, timeout=180, check=False)
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout


def test_bad_input_is_refused_by_the_server_that_the_client_does_not_check(tmp_path):
    """validate=False sends the inputs unchecked, and the sandbox judges them by rules of its own."""
    with Clipwise.sandbox(tmp_path) as client, pytest.raises(ClipwiseError) as caught:
        client.generate.ugc_video(script=3, colour="red", validate=False)
    assert (caught.value.status_code, caught.value.code) == (400, "validation_error")
    assert {each["path"][0] for each in caught.value.details["problems"]} == {"script", "colour"}
