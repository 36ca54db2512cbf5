"""One picture with a frame of every format, each made over HTTP by a sandbox of its own from the files of examples/.

    python scripts/contact_sheet.py [--quality draft] [OUT.png]

Of a film the frame at two fifths is shown, of a sound its waveform, of a transcript its words.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from PIL import Image, ImageDraw, ImageOps

from clipwise import Clipwise, Generation
from clipwise.sandbox.media.lettering import font, wrap

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
PRODUCT, VOICE = EXAMPLES / "product.png", EXAMPLES / "voice.wav"
SCRIPT = (EXAMPLES / "script.txt").read_text(encoding="utf-8").strip()
FILM = "the film that was made first"
COLUMNS, CELL, GAP, LABEL = 6, (300, 400), 16, 34
PAPER, CARD, INK, ACCENT = "#f4f1ec", "#ffffff", "#26221e", "#e2725b"
MOMENT = 0.4
Made = Mapping[str, Sequence[Path]]

# Formats and inputs as an example would have them; the first makes FILM, without captions, for the others.
JOBS: Mapping[str, Mapping[str, Any]] = {
    "ugc_clone": {"script": SCRIPT, "background_image": "background_desk", "generate_subtitle": False},
    "ugc_video": {"script": SCRIPT, "product_images": [PRODUCT], "avatar": "avatar_maya",
                  "background_image": "bg_kitchen", "pose": "pose_presenting"},
    "ugc_actor_video": {"script": SCRIPT, "product_images": [PRODUCT], "avatar": "avatar_kenji",
                        "background_image": "background_loft", "directive_instructions": "Lively, with a smile."},
    "avatar_lipsync": {"avatar": "avatar_amara", "audio": VOICE, "background_image": "background_park"},
    "ad_replicate": {"avatar": "avatar_leo", "reference_video": FILM},
    "dialogue_video": {"prompt": "Mia: Have you tried the new serum?\nTom: I have, and my skin loves it!"},
    "smart": {"prompt": "Why a vitamin serum? It wakes up tired skin. It takes three drops. It smells of oranges."},
    "business_videos": {"prompt": "Plan the launch of the serum. Order the bottles. Brief the shops.", "logo": PRODUCT},
    "ecommerce_product_video": {"prompt": "A vitamin serum that wakes up tired skin", "product_images": [PRODUCT],
                                "product_name": "Lumea"},
    "reddit_style": {"prompt": "My sister swapped my face cream for mayonnaise, and nobody noticed for a week"},
    "quiz": {"prompt": "Capitals of Europe", "questions_count": 1, "overlay": "overlay_confetti"},
    "viral_dancing_video": {"avatar": "avatar_sofia", "reference_video": "refvid_groove",
                            "prompt": "On a rooftop at dusk"},
    "b_roll_video": {"video_context": "A bathroom shelf in the morning light", "product_type": "serum",
                     "aspect_ratio": "9:16", "product_images": [PRODUCT]},
    "image_to_video": {"image": PRODUCT, "prompt": "Slow push in, with falling leaves", "duration": 4},
    "ugc_model_shoot": {"variations": 1, "product_image": PRODUCT, "avatar": "avatar_grace",
                        "background_image": "background_beach", "pose": "pose_holding"},
    "ugc_product_background": {"variations": 1, "product_image": PRODUCT, "background_image": "background_bathroom"},
    "inventory_shoot": {"mode": "product_shoot", "variations": 1, "product_image": PRODUCT,
                        "background_image": "background_studio"},
    "static_ad": {"product_id": "product_123", "ad_format": "instagram_square", "reference_ad_id": "refad_123"},
    "text_to_image": {"prompt": "A red bicycle against a blue wall, late afternoon sun"},
    "generate_subtitle": {"video": FILM, "subtitle_typography": {"active_word_color": "#FFD400"}},
    "text_to_audio": {"script": SCRIPT, "voice": "voice_heart"},
    "video_to_text": {"video": FILM},
}  # fmt: skip
FIRST = next(iter(JOBS))


def make(folder: Path, quality: Literal["draft", "preview"]) -> tuple[Made, Mapping[str, str]]:
    """Make every format; return the files of each, and the transcripts."""
    made: dict[str, list[Path]] = {}
    with Clipwise.sandbox(folder / "data", quality=quality) as client:
        started: dict[str, Generation] = {}
        for slug, inputs in JOBS.items():
            given = {name: made[FIRST][0] if value == FILM else value for name, value in inputs.items()}
            started[slug] = client.generate[slug](**given)
            if slug == FIRST:
                made[slug] = _finished(started[slug], folder)
        for slug, job in started.items():
            made[slug] = _finished(job, folder)
        return made, {slug: str(job.outputs.get("transcript") or "") for slug, job in started.items()}


def _finished(job: Generation, folder: Path) -> list[Path]:
    return list(job.wait(interval=0.2).download(folder / job.id))


def card(files: Sequence[Path], transcript: str) -> Image.Image:
    """Return what one format made, as a picture."""
    by_suffix = {path.suffix: path for path in reversed(files)}
    if ".mp4" in by_suffix:
        return _frame(by_suffix[".mp4"])
    if ".png" in by_suffix:
        return Image.open(by_suffix[".png"]).convert("RGB")
    if ".wav" in by_suffix:
        return _waveform(by_suffix[".wav"])
    return _words(transcript)


def _frame(path: Path) -> Image.Image:
    with av.open(str(path)) as container:
        moment = MOMENT * (container.duration or 0) / 1e6
        for frame in container.decode(video=0):
            if (frame.time or 0.0) >= moment:
                return Image.fromarray(frame.to_ndarray(format="rgb24"))
    raise ValueError(f"{path} ends before its middle")


def _waveform(path: Path) -> Image.Image:
    with av.open(str(path)) as container:
        sound = np.concatenate([frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]).astype(float)
    bars = [float(np.abs(each).max()) for each in np.array_split(sound / np.abs(sound).max(), 46)]
    picture = Image.new("RGB", CELL, CARD)
    pen = ImageDraw.Draw(picture)
    for place, bar in enumerate(bars):
        x, half = 12 + place * 6, max(2.0, bar * 110)
        pen.rounded_rectangle((x, CELL[1] / 2 - half, x + 3, CELL[1] / 2 + half), 2, fill=ACCENT)
    return picture


def _words(text: str) -> Image.Image:
    picture = Image.new("RGB", CELL, CARD)
    face = font(21, 500)
    lines = wrap(text, face, CELL[0] - 48, 11)
    ImageDraw.Draw(picture).multiline_text((24, 36), "\n".join(lines), INK, face, spacing=9)
    return picture


def sheet(cards: Iterable[tuple[str, Image.Image]]) -> Image.Image:
    """Lay the pictures out in rows, each in its own proportions, over its format's name."""
    shown = list(cards)
    rows = -(-len(shown) // COLUMNS)
    step = CELL[0] + GAP, CELL[1] + LABEL + GAP
    picture = Image.new("RGB", (COLUMNS * step[0] + GAP, rows * step[1] + GAP), PAPER)
    pen = ImageDraw.Draw(picture)
    for place, (name, each) in enumerate(shown):
        x, y = GAP + place % COLUMNS * step[0], GAP + place // COLUMNS * step[1]
        small = ImageOps.contain(each, CELL, Image.Resampling.LANCZOS)
        picture.paste(small, (x + (CELL[0] - small.width) // 2, y + (CELL[1] - small.height) // 2))
        pen.text((x + CELL[0] / 2, y + CELL[1] + 20), name, INK, font(17, 600), anchor="mm")
    return picture


def main() -> None:
    """Make everything and write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", nargs="?", type=Path, default=Path("contact_sheet.png"), metavar="OUT.png")
    parser.add_argument("--quality", choices=("draft", "preview"), default="preview")
    options = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        made, transcripts = make(Path(folder), options.quality)
        sheet((slug, card(made[slug], transcripts[slug])) for slug in JOBS).save(options.out)
    print(f"{options.out}: {len(JOBS)} formats in {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
