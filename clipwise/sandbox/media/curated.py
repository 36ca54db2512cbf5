"""The sandbox's own catalog: presenters, places, voices, music and more, each a frozen row with a lasting id.

Cheap to import: what draws, plays or films is loaded when a row is drawn or made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from clipwise.sandbox.media.speech import VOICES

if TYPE_CHECKING:
    from PIL import Image

Draw = Callable[[tuple[int, int]], "Image.Image"]
Make = Callable[[Path], None]
_SUFFIXES: Mapping[str, str] = {"image/png": ".png", "audio/wav": ".wav", "video/mp4": ".mp4"}


@dataclass(frozen=True, slots=True)
class Curated:
    """A row of the catalog.

    `draw(size)` makes its RGBA picture and `make(path)` writes its file of `mime_type`, the same every time. A row
    with a `size` and no `make` has that picture for its file; one with neither has no file of its own.
    """

    id: str
    resource_type: str
    name: str
    description: str
    draw: Draw | None = None
    size: tuple[int, int] | None = None
    make: Make | None = None
    mime_type: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        """What its file is called; "" when it has none."""
        return f"{self.id}{_SUFFIXES[self.mime_type]}" if self.mime_type in _SUFFIXES else ""

    def write(self, path: Path) -> None:
        """Writes its file."""
        if self.make is not None:
            self.make(path)
        elif self.draw is not None and self.size is not None:
            self.draw(self.size).convert("RGB").save(path, "PNG")


def _call(module: str, function: str, *arguments: Any) -> Any:
    return getattr(import_module(f"clipwise.sandbox.media.{module}"), function)(*arguments)


def _drawing(module: str, function: str, *arguments: Any) -> Draw:
    """What draws with a function of a module that is loaded by the first drawing."""
    return cast(Draw, partial(_call, module, function, *arguments))


def _draw_avatar(name: str, size: tuple[int, int]) -> Image.Image:
    from PIL import Image

    from clipwise.sandbox.media import avatars

    side = min(size)
    picture = Image.new("RGBA", size)
    picture.alpha_composite(avatars.draw(name, side), ((size[0] - side) // 2, size[1] - side))
    return picture


_AVATARS = (
    ("maya", "Maya", "Friendly host with long dark hair and a mustard sweater."),
    ("leo", "Leo", "Easy-going creator with auburn hair and a teal overshirt."),
    ("amara", "Amara", "Confident storyteller with natural curls and a coral blouse."),
    ("kenji", "Kenji", "Curious reviewer with glasses and a blue hoodie."),
    ("sofia", "Sofia", "Polished expert with a blonde bob and a green blazer."),
    ("omar", "Omar", "Relaxed maker with a full beard and a denim jacket."),
    ("amina", "Amina", "Warm guide with a rose headscarf and a cream sweater."),
    ("grace", "Grace", "Seasoned adviser with silver hair and a lilac blouse."),
)
_BACKGROUNDS = (
    ("kitchen", "Sunny kitchen", "Warm kitchen with a window, hanging lamps and fruit."),
    ("loft", "City loft", "Brick loft at dusk with tall windows over a skyline."),
    ("beach", "Beach", "Bright beach with a palm tree and a parasol."),
    ("studio", "Studio sweep", "Soft coral studio with plinths and a branch."),
    ("park", "Park", "Green park with trees, flowers and a path."),
    ("bathroom", "Bathroom shelf", "Light tiled bathroom with a mirror and shelves of bottles."),
    ("desk", "Creator's desk", "Tidy desk with books, pictures, a laptop and a lamp."),
    ("street", "Neon street", "City street at night with neon signs and lanterns."),
    ("rooftop", "Rooftop", "Roof terrace over a city in the evening, with a string of lamps."),
)
_POSES = (
    ("holding", "Holding", "Standing, the product held in both hands."),
    ("presenting", "Presenting", "One hand raised with the product, the other on the hip."),
    ("walking", "Walking", "In mid-step, the product swinging from one hand."),
    ("pointing", "Pointing", "Pointing at the product in the other hand."),
    ("waving", "Waving", "Waving, the product held close."),
    ("seated", "Seated", "Sitting on a stool, the product on the lap."),
    ("tabletop", "Tabletop", "Only the product, in the middle of a table."),
)
_MUSIC = (
    ("calm", "Calm", "Soft pads and a few plucked notes, 72 beats a minute."),
    ("upbeat", "Upbeat", "Bright plucks over drums, 116 beats a minute."),
    ("cinematic", "Cinematic", "Slow, wide chords with a low pulse."),
    ("lofi", "Lo-fi", "Warm chords over a lazy beat."),
)
_OVERLAYS = (
    ("confetti", "Confetti", "Coloured paper falling.", (512, 512)),
    ("snow", "Snow", "Snowflakes, near and far.", (512, 512)),
    ("light_leak", "Light leak", "Warm light wandering over the picture.", (512, 512)),
    ("frame", "Gold frame", "A thin frame with lights that run along it, for 9:16.", (288, 512)),
)
_TEMPLATES = (
    ("headline", "Headline first", "A headline and a line of text above one large picture."),
    ("story", "Full story", "One tall picture with two lines beneath it."),
    ("compare", "Side by side", "Two pictures next to each other under a headline."),
)
_BOTTLE = "Steel bottle, 750 ml, double-walled. Keeps drinks cold for a whole day."


def _filmed(module: str, name: str) -> Make:
    return cast(Make, partial(_call, module, "clip" if module == "reference" else "write", name))


def _row(kind: str, id: str, name: str, about: str, draw: Draw, size: tuple[int, int], **metadata: Any) -> Curated:
    """A row whose file is its picture."""
    return Curated(id, kind, name, about, draw, size, mime_type="image/png", metadata=metadata)


def _preset(key: str, name: str, about: str, formats: list[str], inputs: dict[str, Any]) -> Curated:
    return Curated(f"preset_{key}", "presets", name, about, metadata={"video_formats": formats, "inputs": inputs})


_DATA: tuple[Curated, ...] = (
    Curated(
        "product_123", "products", "Northpeak Bottle", _BOTTLE,
        metadata={"product_type": "bottle", "image_ids": ["pimg_123"], "url": "https://example.com/northpeak-bottle"},
    ),
    *(
        Curated(
            f"template_{key}", "templates", name, about, _drawing("reference", "layout", key), metadata={"layout": key}
        )
        for key, name, about in _TEMPLATES
    ),
    _preset("kitchen_review", "Kitchen review", "Maya in the kitchen, with captions.", ["ugc_video"],
            {"avatar": "avatar_maya", "background_image": "background_kitchen", "generate_subtitle": True}),
    _preset("calm_explainer", "Calm explainer", "Sofia at the desk, in a deep voice, calmly.", ["ugc_actor_video"],
            {"avatar": "avatar_sofia", "background_image": "background_desk", "voice": "voice_deep",
             "directive_instructions": "Calm and slow, with a smile."}),
    _preset("party_host", "Party host", "Amara waves in a neon street, with a bright voice and captions.",
            ["ugc_video"],
            {"avatar": "avatar_amara", "background_image": "background_street", "voice": "voice_bright",
             "pose": "pose_waving", "generate_subtitle": True}),
    _preset("studio_square", "Studio, square", "Two square pictures of a product in the coral studio.",
            ["ugc_product_background", "ugc_model_shoot", "inventory_shoot"],
            {"background_image": "background_studio", "aspect_ratio": "1:1", "variations": 2}),
)  # fmt: skip

CURATED: tuple[Curated, ...] = (
    *(Curated(f"avatar_{key}", "avatars", name, about, partial(_draw_avatar, key)) for key, name, about in _AVATARS),
    *(
        Curated(f"background_{key}", "background_images", name, about, _drawing("backgrounds", "draw", key))
        for key, name, about in _BACKGROUNDS
    ),
    *(Curated(voice.id, "voices", voice.name, voice.description) for voice in VOICES),
    *(
        _row("poses", f"pose_{key}", name, about, _drawing("reference", "pose", key), (720, 960), type="pose")
        for key, name, about in _POSES
    ),
    *(
        Curated(f"music_{key}", "background_music", name, about, make=_filmed("music", key), mime_type="audio/wav",
                metadata={"mood": key})
        for key, name, about in _MUSIC
    ),
    *(
        Curated(f"overlay_{key}", "overlays", name, about, _drawing("overlays", "draw", key), size,
                _filmed("overlays", key), "video/mp4", {"type": "overlay", "blend": "screen"})
        for key, name, about, size in _OVERLAYS
    ),
    *(
        Curated(f"refvid_{key}", "reference_videos", name, about, _drawing("reference", "poster", key), (288, 512),
                _filmed("reference", key), "video/mp4", {"type": "dance"})
        for key, name, about in (
            ("groove", "Groove", "A wooden figure sways, its arms in turn, to a lazy beat."),
            ("bounce", "Bounce", "A wooden figure pumps both arms and steps to a quick beat."),
        )
    ),
    _row("reference_ads", "refad_123", "Poster", "Product below, headline above, one strong colour.",
         _drawing("reference", "advert", "poster"), (1080, 1080), type="image"),
    _row("reference_ads", "refad_split", "Split", "Product on a slanted light half, words on the other.",
         _drawing("reference", "advert", "split"), (1080, 1080), type="image"),
    _row("product_images", "pimg_123", "Bottle", "The Northpeak bottle on a light ground.",
         _drawing("reference", "product", "bottle"), (1000, 1000), type="product_image", product_type="bottle"),
    _row("product_images", "pimg_shoe", "Running shoe", "An orange running shoe on a light ground.",
         _drawing("reference", "product", "shoe"), (1000, 1000), type="product_image", product_type="shoe"),
    _row("generic_uploads", "upload_123", "Bicycle in the park", "A picture such as anybody might upload.",
         _drawing("reference", "ordinary"), (1024, 1024), purpose="image"),
    *_DATA,
)  # fmt: skip
DEFAULT_AVATAR = "avatar_maya"
DEFAULT_BACKGROUND = "background_kitchen"
