"""A program that uses clipwise as its users do; it is type-checked, not run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import clipwise
from clipwise import AsyncClipwise, AsyncGeneration, Clipwise, Generation, Problem, Progress


def told(seen: Progress) -> None:
    """Hear of progress."""
    print(seen.id, seen.status, seen.progress or 0.0)


def blocking(folder: Path) -> list[Path]:
    """Everything that a blocking program does."""
    problems: list[Problem] = clipwise.check({"format": "ugc_video", "script": "Hi."}, folder=folder)
    if any(each.severity == "error" for each in problems):
        raise SystemExit("\n".join(map(str, problems)))
    with Clipwise(api_key="cw_live_x", timeout=20) as client:
        formats: dict[str, Any] = client.formats.list(kind="format")
        print(len(formats["formats"]), client.generate.ugc_video.schema, client.base_url)
        job: Generation = client.generate(format="ugc_video", script="Hi.", product_images=[folder / "a.png"])
        again: Generation = client.generations.create(format="ugc_video", script="Hi.")
        print(job["id"], job.id, job.status, job.outputs.get("video_url"), again.idempotency_key)
        for item in client.resources.iterate("avatars", video_format="ugc_video"):
            print(item["id"])
        voice: dict[str, Any] = client.voices.clone(folder / "me.wav", name="Me")
        product = client.products.create(name="Shoe", image_ids=[voice["resource"]["id"]])
        print(client.extract_url.create("https://example.com/v")["video_url"], product["product"]["id"])
        try:
            done = job.wait(timeout=60, interval=2.0, on_progress=told)
        except clipwise.GenerationFailed as error:
            raise SystemExit(f"{error} {error.code} {error.generation}") from error
        quick: Clipwise = client.with_options(timeout=5, max_retries=1)
        print(quick.generations.retrieve(done.id)["generation"]["status"])
        return done.download(folder)


async def awaited(folder: Path) -> list[Path]:
    """The same, awaited."""
    async with AsyncClipwise.sandbox(folder, quality="draft") as client:
        job: AsyncGeneration = await client.generate(format="smart", prompt="Tea.")
        async for item in client.resources.iterate("poses"):
            print(item["id"])
        problems: list[Problem] = await client.check({"format": "smart"})
        print(len(problems))
        return await (await job.wait()).download(folder)
