"""Text as pictures, in Noto Sans: wrapping, sizing to fit, captions, labels.

Knows nothing of time. A character that the font lacks raises MediaError rather than being drawn as a box.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from clipwise.sandbox.media.order import MediaError
from clipwise.sandbox.media.pictures import rounded_mask

WHITE = "#ffffff"
ACTIVE = "#ffd84a"
INK = "#14151f"
Font = ImageFont.FreeTypeFont


@functools.lru_cache(maxsize=64)
def font(size: int, weight: int = 400) -> Font:
    """Noto Sans at `size` pixels; `weight` 100 to 900."""
    from fontpkg import pil

    return pil.truetype("Noto Sans", max(6, size), weight=weight)  # type: ignore[no-any-return]


def drawable(text: str, what: str = "the text") -> str:
    """The text with white space collapsed, or MediaError "unsupported_text" for glyphs the font lacks."""
    flat = " ".join(unicodedata.normalize("NFC", text).split())
    flat = "".join(c for c in flat if unicodedata.category(c) not in ("Cc", "Cf"))
    lacking = sorted({c for c in flat if not _has_glyph(c)})
    if lacking:
        shown = ", ".join(f"{c} ({unicodedata.name(c, 'unnamed').lower()})" for c in lacking[:5])
        raise MediaError(
            "unsupported_text",
            f"{what} has characters that the sandbox's font cannot draw: {shown}. "
            "It draws Latin, Greek, Cyrillic and Devanagari; the live API is not limited in this way.",
        )
    return flat


@functools.lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    if character.isspace() or unicodedata.combining(character):
        return True
    drawn, missing = (font(24).getmask(c) for c in (character, "\U0010ffff"))
    return drawn.size != missing.size or bytes(drawn) != bytes(missing)


def wrap(text: str, face: Font, width: float, max_lines: int | None = None) -> list[str]:
    """Lines no wider than `width` pixels; too long words are broken, what does not fit ends in "…"."""
    lines: list[str] = [""]
    for word in text.split():
        for piece in _pieces(word, face, width):
            joined = f"{lines[-1]} {piece}".strip()
            if face.getlength(joined) <= width or not lines[-1]:
                lines[-1] = joined
            else:
                lines.append(piece)
    if max_lines is None or len(lines) <= max_lines:
        return lines
    return [*lines[: max_lines - 1], _ellipsis(lines[max_lines - 1], face, width)]


def _pieces(word: str, face: Font, width: float) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and face.getlength(pieces[-1] + character) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _ellipsis(line: str, face: Font, width: float) -> str:
    """The line, and "…" after as many of its words as leave room for it; letters of the first when none do."""
    words = line.split()
    while len(words) > 1 and face.getlength(f"{' '.join(words)}…") > width:
        words.pop()
    kept = " ".join(words).rstrip(" ,;:–—-")
    while kept and face.getlength(f"{kept}…") > width:
        kept = kept[:-1]
    return f"{kept}…"


def fitted(text: str, room: tuple[int, int], size: int, weight: int, smallest: int = 12) -> tuple[list[str], Font]:
    """Lines and the largest font, up to `size`, with which the text fits in `room`; cut with "…" at `smallest`."""
    for attempt in range(size, smallest - 1, -max(1, size // 16)):
        face = font(attempt, weight)
        lines = wrap(text, face, room[0])
        whole = max(face.getlength(word) for word in text.split() or [""]) <= room[0]
        if whole and len(lines) * line_height(face) <= room[1]:
            return _balanced(text, face, room[0], lines), face
    face = font(smallest, weight)
    return wrap(text, face, room[0], max(1, int(room[1] // line_height(face)))), face


def _balanced(text: str, face: Font, width: int, lines: list[str]) -> list[str]:
    """As many lines, of lengths as even as can be: no word alone on the last."""
    for share in (0.6, 0.7, 0.8, 0.9):
        narrower = wrap(text, face, width * share)
        if len(narrower) == len(lines) and all(" " in line or line in text.split() for line in narrower):
            return narrower
    return lines


def line_height(face: Font) -> float:
    """The distance between two lines, in pixels."""
    return float(face.size) * 1.2


def block(
    lines: Sequence[str],
    face: Font,
    colour: str = WHITE,
    *,
    align: str = "center",
    outline: str | None = None,
    outline_width: float = 0.0,
) -> Image.Image:
    """Lines of text on transparency, as small as holds them."""
    edge = round(outline_width)
    step = line_height(face)
    width = max((face.getlength(line) for line in lines), default=1.0)
    picture = Image.new("RGBA", (round(width) + 2 * edge + 2, round(step * len(lines)) + 2 * edge + 2))
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        slack = {"left": 0.0, "center": 0.5, "right": 1.0}[align] * (width - face.getlength(line))
        at = (edge + 1 + slack, edge + 1 + number * step + step * 0.82)
        pen.text(at, line, colour, face, anchor="ls", stroke_width=edge, stroke_fill=outline)
    return picture


@dataclass(frozen=True, slots=True)
class CaptionStyle:
    """How captions look in a film: `width` is the room across and `size` the height of letters, in pixels."""

    width: int
    size: int
    active: str = ACTIVE
    colour: str = WHITE
    weight: int = 800
    outlined: bool = True


def caption(words: Sequence[str], active: int, style: CaptionStyle) -> Image.Image:
    """Bold white words with a dark outline, the active one coloured, on transparency."""
    face = _caption_face(words, style)
    rows = _rows(words, face, style.width - 2 * style.size)
    edge = max(2, round(float(face.size) * 0.11))
    step = line_height(face)
    picture = Image.new("RGBA", (style.width, round(step * len(rows)) + 2 * edge + 2))
    # Outlines first: a word's outline must not lie on its neighbour's letters.
    for outlines in (True, False) if style.outlined else (False,):
        _draw_rows(ImageDraw.Draw(picture), rows, words, active, face, edge, style, outlines)
    return picture


def _draw_rows(
    pen: ImageDraw.ImageDraw,
    rows: list[list[int]],
    words: Sequence[str],
    active: int,
    face: Font,
    edge: int,
    style: CaptionStyle,
    outlines: bool,
) -> None:
    space = face.getlength(" ")
    step = line_height(face)
    for number, row in enumerate(rows):
        widths = [face.getlength(words[i]) for i in row]
        x = (style.width - sum(widths) - space * (len(row) - 1)) / 2
        for index, width in zip(row, widths, strict=True):
            at = (x, edge + 1 + number * step + step * 0.82)
            colour = style.active if index == active else style.colour
            if outlines:
                pen.text(at, words[index], INK, face, anchor="ls", stroke_width=edge, stroke_fill=INK)
            else:
                pen.text(at, words[index], colour, face, anchor="ls")
            x += width + space


def _caption_face(words: Sequence[str], style: CaptionStyle) -> Font:
    widest = max(font(style.size, style.weight).getlength(word) for word in words)
    room = style.width - 2 * style.size
    return font(style.size if widest <= room else max(8, int(style.size * room / widest)), style.weight)


def _rows(words: Sequence[str], face: Font, width: float) -> list[list[int]]:
    rows: list[list[int]] = [[]]
    for index, word in enumerate(words):
        line = " ".join([*(words[i] for i in rows[-1]), word])
        if rows[-1] and face.getlength(line) > width:
            rows.append([])
        rows[-1].append(index)
    return rows


def pill(
    lines: Sequence[str], face: Font, colour: str = INK, paint: str = "#fffffff0", align: str = "center"
) -> Image.Image:
    """Lines of text on a label with round ends."""
    text = block(lines, face, colour, align=align)
    across, down = round(float(face.size) * 0.8), round(float(face.size) * 0.32)
    size = (text.width + 2 * across, text.height + 2 * down)
    label = Image.new("RGBA", size, paint)
    label.putalpha(
        Image.composite(
            label.getchannel("A"),
            Image.new("L", size),
            rounded_mask(size, min(size) * 0.5 if len(lines) == 1 else float(face.size) * 0.7),
        )
    )
    label.alpha_composite(text, (across, down))
    return label
