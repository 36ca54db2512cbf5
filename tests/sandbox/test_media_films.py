"""The formats that make films from prompts, scripts, recordings and reference films, judged by their files."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from decoded import frames, shown, word_errors
from PIL import Image, ImageDraw
from test_media import curated, film, uploaded

from clipwise.sandbox.media import (
    avatars,
    dialogue,
    ecommerce,
    narrated,
    noises,
    plate,
    quizbank,
    sound,
    speech,
    thread,
)
from clipwise.sandbox.media.characters import cast, descriptions
from clipwise.sandbox.media.dance import rhythm_of
from clipwise.sandbox.media.direction import Direction, directed
from clipwise.sandbox.media.film import Quality, write_film
from clipwise.sandbox.media.footage import Player, motion_of, open_footage
from clipwise.sandbox.media.motion import MOVES, frame_of, move_of
from clipwise.sandbox.media.narration import Beat
from clipwise.sandbox.media.order import MAX_TEXT
from clipwise.sandbox.media.production import QUALITIES
from clipwise.sandbox.media.puppet import FLOOR
from clipwise.sandbox.media.speech import DEFAULT_VOICE
from clipwise.sandbox.media.styling import light_of, place_of, style_of
from clipwise.sandbox.media.ugc import Part, layout
from clipwise.sandbox.renderers import Asset, MediaError, Order, Rendered, render

SAID = "Our new bottle keeps your drink cold all day."
SMALL = Quality(120, 12, "ultrafast", 24)
Given = tuple[str, Mapping[str, Any], Mapping[str, str]]

# Of each format one short order: format, inputs, and what its assets are called below.
ORDERS: Mapping[str, Given] = {
    "business": ("business_videos", {"prompt": "Plan the week. Start on Monday."}, {}),
    "shop": ("ecommerce_product_video", {"prompt": "Cold drinks all day"}, {}),
    "story": ("reddit_style", {"prompt": "My neighbour borrowed my ladder, so I put a bell on it"}, {}),
    "quiz": ("quiz", {"prompt": "Capitals of Europe", "questions_count": 1}, {}),
    "dialogue": ("dialogue_video", {"prompt": "Mia: Did you see the moon?\nTom: I did, it was huge!"}, {}),
    "dance": ("viral_dancing_video", {}, {"avatar": "avatar_maya", "reference_video": "dance"}),
    "actor": ("ugc_actor_video", {"script": "Look at what I found."}, {}),
    "clone": ("ugc_clone", {"script": "Here is what is new."}, {}),
    "replica": ("ad_replicate", {}, {"avatar": "avatar_leo", "reference_video": "ad"}),
    "lips": ("avatar_lipsync", {}, {"avatar": "avatar_amara", "audio": "voice"}),
    "broll": ("b_roll_video", {"video_context": "Tea", "product_type": "cup", "aspect_ratio": "9:16"}, {}),
    "moved": ("image_to_video", {"prompt": "Push in", "duration": 1.5, "generate_audio": True}, {"image": "picture"}),
}
SPOKEN = ("business", "shop", "story", "quiz", "dialogue", "actor", "clone", "replica")


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Asset]:
    """Uploads: pictures, a recording, a dance whose left arm moves first, an advertisement of three shots."""
    folder = tmp_path_factory.mktemp("uploads")
    rings = Image.new("RGB", (300, 300), "#f2e8d8")
    for step in range(5):
        ImageDraw.Draw(rings).ellipse(
            (40 + step * 24,) * 2 + (260 - step * 24,) * 2, fill=("#d02030", "#2040c0")[step % 2]
        )
    rings.save(folder / "picture.png")
    Image.new("RGB", (120, 80), "#10a040").save(folder / "logo.png")
    spoken = speech.speak(SAID)
    sound.write_wav(folder / "voice.wav", spoken.samples, spoken.rate)
    write_film(folder / "dance.mp4", dancing(), noises.beat(4, 24_000, 120), 24_000, (120, 180), SMALL)
    count = int(spoken.duration * SMALL.fps)
    write_film(folder / "ad.mp4", shots(count), spoken.samples, spoken.rate, (120, 180), SMALL)
    write_film(folder / "sparks.mp4", sparks(), None, 0, (120, 180), SMALL)
    return {path.stem: uploaded(path) for path in folder.iterdir()}


def dancing() -> Iterator[np.ndarray[Any, np.dtype[np.uint8]]]:
    """Four seconds of a figure that waves its left arm for the first half and its right arm for the second."""
    for number in range(4 * SMALL.fps):
        time = number / SMALL.fps
        picture = Image.new("RGB", (120, 180), "#d8cfc0")
        pen = ImageDraw.Draw(picture)
        pen.rectangle((48, 60, 72, 150), fill="#335577")
        for side, waves in ((-1, time < 2), (1, time >= 2)):
            turn = math.radians(120 + 50 * math.sin(time * 11) if waves else 20)
            pen.line(
                (60 + side * 14, 66, 60 + side * (14 + 44 * math.sin(turn)), 66 + 44 * math.cos(turn)), "#cc8866", 8
            )
        yield np.asarray(picture)


def shots(count: int) -> Iterator[np.ndarray[Any, np.dtype[np.uint8]]]:
    """A red, a blue and a yellow shot of the same length."""
    for number in range(count):
        picture = Image.new("RGB", (120, 180), ("#c0392b", "#2e86c1", "#f1c40f")[3 * number // count])
        ImageDraw.Draw(picture).ellipse((30 + number % 20, 30, 70 + number % 20, 70), fill="#ffffff")
        yield np.asarray(picture)


def sparks() -> Iterator[np.ndarray[Any, np.dtype[np.uint8]]]:
    """One second of bright spots on black."""
    for number in range(SMALL.fps):
        picture = Image.new("RGB", (120, 180))
        for spot in range(12):
            x, y = spot * 37 % 120, (spot * 53 + number * 5) % 180
            ImageDraw.Draw(picture).ellipse((x, y, x + 9, y + 9), fill="#ffee88")
        yield np.asarray(picture)


Make = Callable[..., Rendered]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory, assets: Mapping[str, Asset]) -> Make:
    """Renders a draft of an order of `ORDERS`, with other inputs and assets in place of its own."""

    def make(
        name: str, inputs: Mapping[str, Any] | None = None, given: Mapping[str, str] | None = None, **more: Any
    ) -> Rendered:
        format, usual, files = ORDERS[name]
        found = {key: (assets.get(each) or curated(each),) for key, each in {**files, **(given or {})}.items() if each}
        folder = tmp_path_factory.mktemp(name)
        order = Order(format, {**usual, **(inputs or {})}, found, folder, "draft")
        return render(order, more.get("report", lambda *_: None))

    return make


@pytest.fixture(scope="module")
def plain(make: Make) -> Callable[[str], Rendered]:
    """Each order of `ORDERS`, rendered once."""
    made: dict[str, Rendered] = {}

    def plain(name: str) -> Rendered:
        if name not in made:
            made[name] = make(name)
        return made[name]

    return plain


def difference(one: Rendered, other: Rendered) -> float:
    """How far two films are apart, 0 to 255, at the moments where they differ most."""
    pairs = [frames(film(rendered)) for rendered in (one, other)]
    if pairs[0][0].shape != pairs[1][0].shape:
        return 255.0
    last = min(len(pictures) for pictures in pairs) - 1
    moments = [round(last * share) for share in (0.2, 0.5, 0.8)]
    return max(float(np.abs(pairs[0][at] - pairs[1][at]).mean()) for at in moments)


VISIBLE: tuple[tuple[str, Mapping[str, Any], Mapping[str, str]], ...] = (
    ("quiz", {"prompt": "Planets"}, {}),
    ("quiz", {}, {"overlay": "sparks"}),
    ("dialogue", {"style": "stop-motion clay"}, {}),
    ("dance", {}, {"avatar": "picture"}),
    ("actor", {}, {"pose": "picture"}),
    ("replica", {}, {"avatar": "avatar_grace"}),
    ("replica", {"background_source": "generated"}, {}),
    ("lips", {}, {"avatar": "picture"}),
    ("broll", {"video_context": "A walk at night"}, {}),
    ("moved", {"prompt": "Pan left"}, {}),
    ("moved", {"prompt": "Push in while snow falls"}, {}),
)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "inputs", "given"), VISIBLE, ids=str)
def test_required_inputs_and_files_of_ones_own_change_the_picture(
    make: Make, plain: Callable[[str], Rendered], name: str, inputs: Mapping[str, Any], given: Mapping[str, str]
) -> None:
    """A film with the value is not the film without it; that each optional input counts is shown over HTTP."""
    assert difference(plain(name), make(name, inputs, given)) > 0.15


@pytest.mark.slow
def test_music_and_a_voice_are_heard(make: Make, plain: Callable[[str], Rendered]) -> None:
    """Music fills the pauses, and another voice sounds different."""
    scored = make("business", {"background_music": "music_calm"})
    assert shown(film(scored)).loudness > shown(film(plain("business"))).loudness
    deep = make("actor", {"voice": "voice_deep"})
    assert deep.details["voice"] == "voice_deep"
    assert sound.read_sound(film(deep), "film", 8000).std() > 0.01


@pytest.mark.slow
def test_a_film_reports_its_stages_in_order(make: Make) -> None:
    """Progress never goes back; "encoding" is the last stage before the end."""
    for name in ("moved", "broll"):
        seen: list[tuple[str, float]] = []
        make(name, report=lambda stage, share, seen=seen: seen.append((stage, share)))
        shares = [share for _, share in seen]
        assert shares == sorted(shares)
        assert [stage for stage, _ in seen[-2:]] == ["encoding", "finished"]
        assert seen[-1][1] == 1.0


@pytest.mark.slow
def test_the_recording_is_kept_and_the_mouth_follows_it(
    plain: Callable[[str], Rendered], assets: Mapping[str, Asset]
) -> None:
    """Sound and recording are the same to 5 ms, and the mouth moves when there is something to be heard."""
    path = assets["voice"].path
    assert path is not None
    rate = 8000
    given, heard = (sound.read_sound(each, "audio", rate) for each in (path, film(plain("lips"))))
    lags = np.correlate(np.pad(heard[: len(given)], 80), given[: len(heard)], "valid")
    assert abs(int(lags.argmax()) - 80) <= 0.005 * rate
    pictures = frames(film(plain("lips")))
    mouths = [picture[430:480, 140:220] for picture in pictures]
    loud = sound.envelope(given, rate, 12, len(pictures))
    moving = [float(np.abs(mouth - mouths[-1]).mean()) for mouth in mouths]
    assert np.corrcoef(moving, loud)[0, 1] > 0.4


@pytest.mark.slow
def test_the_dance_follows_the_reference(assets: Mapping[str, Asset], plain: Callable[[str], Rendered]) -> None:
    """The arm on the side that moves is up; beat and sound are those of the reference."""
    from clipwise.sandbox.media.dance import Beat as Steps
    from clipwise.sandbox.media.dance import Dancer
    from clipwise.sandbox.media.puppet import Puppet

    motion = motion_of(open_footage(assets["dance"], "reference_video"))
    dancer = Dancer(Puppet(curated("avatar_leo"), 0.1, 60), motion, Steps(120, 0.0), 4.0, (120, 200))
    early, late = (dancer.pose(time) for time in (1.0, 3.0))
    assert early.left_arm[0] > early.right_arm[0] + 40
    assert late.right_arm[0] > late.left_arm[0] + 40
    assert all(abs(pose.hip[1] - FLOOR) > 400 for pose in (early, late))
    assert plain("dance").details["tempo"] == pytest.approx(120, abs=3)
    assert plain("dance").details["sound"] == "reference"
    assert plain("dance").details["duration"] == pytest.approx(4.0, abs=0.1)


def test_a_rhythm_is_found_in_pulses_and_not_in_silence() -> None:
    """Pulses every half second are 120 a minute; no pulses give the usual tempo."""
    pulses = np.zeros(400, np.float32)
    pulses[5::25] = 1.0
    found = rhythm_of(pulses, 50.0)
    assert (found.tempo, found.first) == (pytest.approx(120, abs=0.5), pytest.approx(0.1, abs=0.05))
    assert rhythm_of(np.zeros(400, np.float32), 50.0).tempo == 112


@pytest.mark.slow
def test_an_advertisement_is_made_again(plain: Callable[[str], Rendered], assets: Mapping[str, Asset]) -> None:
    """Its three shots follow one another at its own pace, behind the new actor, who says its words."""
    footage = open_footage(assets["ad"], "reference_video")
    cuts = motion_of(footage).cuts
    assert [cut / footage.duration for cut in cuts] == [pytest.approx(1 / 3, abs=0.05), pytest.approx(2 / 3, abs=0.05)]
    rendered = plain("replica")
    assert rendered.details["shots"] == 3
    assert rendered.details["words"] == "of the reference"
    assert word_errors(SAID, rendered.transcript or "") <= 0.15
    pictures = frames(film(rendered))
    corners = [pictures[round(len(pictures) * share)][200, 10] for share in (0.1, 0.5, 0.9)]
    assert [int(np.argmax(corner)) for corner in corners][:2] == [0, 2]
    assert corners[2][2] < 90


@pytest.mark.parametrize("size", [(180, 320), (320, 180), (240, 240)])
def test_nothing_is_left_of_the_actor_who_is_replaced(size: tuple[int, int]) -> None:
    """Behind the new actor is what was beside the old one: no head, no hair, no shoulders of another colour."""
    place = Image.new("RGB", size, "#8fb8a0")
    person = drawn_presenter("amara", size)
    left = plate.cleared(Image.composite(person.convert("RGB"), place, person.getchannel("A")))
    assert np.abs(np.asarray(left, np.int16) - np.asarray(place, np.int16)).max() < 40


def drawn_presenter(name: str, size: tuple[int, int]) -> Image.Image:
    """A presenter where `ugc` puts an actor who has the whole frame."""
    spot = layout(size, False, Part(None, DEFAULT_VOICE, in_front=True)).presenter
    picture = Image.new("RGBA", size)
    picture.paste(avatars.draw(name, spot.side), (round(spot.x - spot.side / 2), round(spot.bottom - spot.side)))
    return picture


@pytest.mark.slow
def test_a_reference_without_words_gets_a_plain_line(make: Make) -> None:
    """Nothing is put into the actor's mouth that nobody said."""
    rendered = make("replica", given={"reference_video": "sparks"})
    assert rendered.details["words"] == "neutral"
    assert rendered.transcript


def test_a_film_is_played_again_when_it_is_over(assets: Mapping[str, Asset]) -> None:
    """The picture of a later time than its end is that of its start."""
    player = Player(open_footage(assets["ad"], "reference_video"), 60, 12)
    length = open_footage(assets["ad"], "reference_video").duration
    red, blue, again = (np.asarray(player.at(length * share)).mean(axis=(0, 1)) for share in (0.1, 0.5, 1.1))
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    assert np.abs(red - again).max() < 12


@pytest.mark.slow
def test_b_roll_is_stills_and_clips_of_the_same_situations(make: Make, plain: Callable[[str], Rendered]) -> None:
    """Each situation is a PNG and a clip of the same size; a person brings one situation more."""
    for rendered, count in ((plain("broll"), 3), (make("broll", given={"avatar": "avatar_leo"}), 4)):
        kinds = [file.kind for file in rendered.files]
        assert (kinds.count("video"), kinds.count("image")) == (count, count)
        clips = {file.path.stem: file.path for file in rendered.files if file.kind == "video"}
        for still in (file.path for file in rendered.files if file.kind == "image"):
            picture = np.asarray(Image.open(still).convert("RGB"), np.int16)
            assert picture.std() > 15
            assert np.abs(frames(clips[still.stem])[0] - picture).mean() < 45
            assert picture.shape == (640, 360, 3)


@pytest.mark.slow
def test_the_right_answer_is_shown_after_the_countdown(plain: Callable[[str], Rendered]) -> None:
    """Green is seen late in the film and not before."""
    pictures = frames(film(plain("quiz")))
    green = [int((np.abs(p - np.array([39, 165, 102])) < 24).all(axis=-1).sum()) for p in pictures]
    assert max(green[: len(green) // 2]) < 300 < green[-2]


@pytest.mark.slow
def test_a_still_has_sound_only_when_it_is_asked_for(make: Make) -> None:
    """Without `generate_audio` the clip has no sound track, and lasts as long as asked."""
    silent = make("moved", {"generate_audio": False, "duration": "2s", "model": "some_model_480"})
    with av.open(str(film(silent))) as container:
        assert not container.streams.audio
        assert container.streams.video[0].height == 480
    assert silent.details["duration"] == pytest.approx(2.0, abs=0.1)
    assert silent.details["audio"] is False


@pytest.mark.slow
def test_a_story_card_scrolls_with_the_telling(make: Make) -> None:
    """A longer story lasts about as long as asked, and its card is at another place by the end."""
    rendered = make("story", {"duration": 12})
    assert rendered.details["duration"] == pytest.approx(12, abs=1.5)
    pictures = frames(film(rendered))
    marked = [
        np.flatnonzero((np.abs(p - np.array([255, 240, 179])) < 10).all(axis=-1).any(axis=1))
        for p in (pictures[10], pictures[-10])
    ]
    assert abs(float(marked[0].mean()) - float(marked[1].mean())) > 30


@pytest.mark.parametrize("slug", [ORDERS[name][0] for name in SPOKEN])
def test_a_language_that_the_voice_does_not_speak_is_refused(tmp_path: Path, slug: str) -> None:
    """The error says so; nothing is read out as if it were English."""
    with pytest.raises(MediaError, match="English only") as caught:
        render(
            Order(slug, {"prompt": "Hola", "script": "Hola", "language": "Spanish"}, {}, tmp_path, "draft"),
            lambda *_: None,
        )
    assert caught.value.code == "unsupported_language"


@pytest.mark.parametrize(
    ("name", "inputs", "given", "code"),
    [
        ("business", {"prompt": "你好"}, {}, "unsupported_text"),
        ("business", {"audience": "друзья"}, {}, "unsupported_text"),
        ("shop", {"product_name": "水"}, {}, "unsupported_text"),
        ("story", {"prompt": "a" * (MAX_TEXT + 1)}, {}, "text_too_long"),
        ("story", {"duration": "soon"}, {}, "unsupported_duration"),
        ("dialogue", {"prompt": "Mia: 你好\nTom: Hi."}, {}, "unsupported_text"),
        ("dialogue", {"prompt": "A: a. B: b. C: c. D: d. E: e."}, {}, "unsupported_count"),
        ("quiz", {"questions_count": 11}, {}, "unsupported_count"),
        ("quiz", {"options_count": 1}, {}, "unsupported_count"),
        ("quiz", {}, {"overlay": "voice"}, "unreadable_video"),
        ("dance", {}, {"reference_video": "picture_gone"}, "unreadable_video"),
        ("dance", {"prompt": "在海边"}, {}, "unsupported_text"),
        ("replica", {}, {"reference_video": "voice"}, "unreadable_video"),
        ("lips", {}, {"audio": "picture"}, "unreadable_audio"),
        ("lips", {}, {"audio": ""}, "unreadable_audio"),
        ("broll", {"aspect_ratio": "wide"}, {}, "unsupported_aspect_ratio"),
        ("moved", {"resolution": "huge"}, {}, "unsupported_resolution"),
        ("moved", {}, {"image": "voice"}, "unreadable_picture"),
        ("moved", {}, {"image": ""}, "unreadable_picture"),
    ],
    ids=str,
)
def test_what_cannot_be_made_is_an_error_that_says_why(
    make: Make, name: str, inputs: Mapping[str, Any], given: Mapping[str, str], code: str
) -> None:
    """The code is for programs, the message for people; nothing is left out in silence."""
    with pytest.raises(MediaError) as caught:
        make(name, inputs, given)
    assert caught.value.code == code
    assert len(str(caught.value)) > 20


@pytest.mark.parametrize("topic", quizbank.TOPICS, ids=lambda topic: topic.name)
def test_a_topic_offers_one_right_answer(topic: quizbank.Topic) -> None:
    """Answers differ from one another, so that no wrong one could be right; there are enough to choose from."""
    assert len(set(topic.answers.values())) == len(topic.answers) >= 8
    name, asked = quizbank.questions(topic.name, 8, 6)
    assert (name, len(asked)) == (topic.name, 8)
    for question in asked:
        assert len(set(question.options)) == 6
        subject = next(key for key in topic.answers if topic.asks.format(key) == question.text)
        assert question.answer == topic.answers[subject]


@pytest.mark.parametrize("prompt", ["easy sums", "hard arithmetic", "croissants with apricot jam"])
def test_sums_and_letters_are_counted_right(prompt: str) -> None:
    """What a program can check is right, also where the prompt is about nothing in the tables."""
    _, asked = quizbank.questions(prompt, 10, 4)
    assert len({question.text for question in asked}) == 10
    for question in asked:
        words = question.text.rstrip("?").split()
        if "letters" in words:
            assert int(question.answer) == len(words[-1])
        else:
            a, b = int(words[2]), int(words[4])
            assert int(question.answer) == (a + b if words[3] == "plus" else a * b)


def test_the_same_prompt_gets_the_same_questions_and_levels_differ() -> None:
    """A quiz can be made again; an easy one asks for what is better known."""
    assert quizbank.questions("Capitals of Europe", 5, 4) == quizbank.questions("Capitals of Europe", 5, 4)
    easy, hard = (quizbank.questions(f"Capitals of Europe, {level}", 5, 4)[1] for level in ("easy", "hard"))
    assert not {q.text for q in easy} & {q.text for q in hard}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Lean in, speak fast, laugh at the end",
            Direction(1.16, 1.24, smile=True, understood=("faster", "close-up", "smile")),
        ),
        ("Calm, but don't smile", Direction(0.94, energy=0.45, understood=("calm",))),
        ("Same lines, less fast", Direction()),
        ("", Direction()),
    ],
)
def test_a_director_is_understood(text: str, expected: Direction) -> None:
    """Words change pace, framing and manner; what follows a "not" does not."""
    assert directed(text) == expected


def test_a_written_dialogue_is_spoken_as_written() -> None:
    """Lines after names are kept; a prompt that only describes is made into a talk about its subject."""
    assert dialogue.written("Ada: Fold it twice. Leo: Never!") == [("Ada", "Fold it twice."), ("Leo", "Never!")]
    assert dialogue.written("Note: keep it short.") == []
    lines = dialogue.script("Two bakers argue about the right way to fold croissants", ["Ada", "Leo"], 30)
    assert [name for name, _ in lines[:3]] == ["Ada", "Leo", "Ada"]
    assert "the right way to fold croissants" in lines[0][1]
    assert "about how rain is made." in dialogue.script("A teacher explains how rain is made", [], None)[0][1]


def test_characters_look_as_described_and_sound_different() -> None:
    """Hair, clothes and glasses are taken from the words; names may come in a list or an object."""
    about = descriptions(["Ada: tall, grey braid", "Leo: round glasses, blue apron"])
    assert about == descriptions({"Ada": "tall, grey braid", "Leo": "round glasses, blue apron"})
    ada, leo = cast(list(about), about)
    assert ada.look.hair == "#aab0b8"
    assert "glasses" in leo.look.extras
    assert leo.look.cloth == "#3a78c9"
    assert ada.voice != leo.voice
    assert ada.look != leo.look


def test_a_pitch_says_the_products_own_facts() -> None:
    """Name, reason and facts; units are read out, and directions for the film are not."""
    plan = ecommerce.pitch("Show why it keeps drinks cold and end on its name", "Northpeak", "Steel, 750 ml")
    assert [beat.headline for beat in plan] == ["Northpeak", "Why it keeps drinks cold", "Steel", "750 ml", "Northpeak"]
    assert plan[1].line == "Here is why it keeps drinks cold."
    assert plan[3].line == "750 millilitres."


@pytest.mark.parametrize("seconds", [None, 8, 20, 60])
def test_a_story_begins_with_the_prompt_and_fits_its_time(seconds: float | None) -> None:
    """The prompt's own sentences come first and last no more lines than there is time for."""
    plan = thread.story("My neighbour took my ladder. I put a bell on it.", seconds)
    assert plan[0] == Beat("My neighbour took my ladder", "My neighbour took my ladder.")
    assert "I put a bell on it." in [beat.line for beat in plan]
    assert sum(len(beat.line) / 14 + 0.8 for beat in plan) <= (seconds or 60) + 4


@pytest.mark.parametrize(
    ("resolution", "picture", "size"),
    [
        ("480p", (100, 100), (480, 480)),
        ("720p", (90, 160), (720, 1280)),
        ("1080p", (160, 90), (1920, 1080)),
        ("1024x576", (100, 100), (1024, 576)),
        ("", (100, 100), (360, 360)),
    ],
)
def test_a_resolution_is_honoured(resolution: str, picture: tuple[int, int], size: tuple[int, int]) -> None:
    """Lines count across the shorter side; a full size is taken as it is."""
    assert frame_of(resolution, picture, QUALITIES["draft"]) == size


def test_each_move_is_called_by_its_name() -> None:
    """The name of a move asks for it; unknown words get a push in."""
    assert {move_of(move.name).name for move in MOVES} == {move.name for move in MOVES}
    assert move_of("Slow push in while steam rises").name == "push in"
    assert move_of("The camera circles it slowly").name == "orbit"
    assert move_of("something nice").name == "push in"


def test_words_choose_place_light_and_style() -> None:
    """Unknown words choose nothing."""
    assert (place_of("Two bakers argue"), place_of("xyz", "loft")) == ("kitchen", "loft")
    assert (place_of("On a rooftop at dusk"), place_of("In the jungle")) == ("rooftop", "park")
    light, style = light_of("on a rooftop at dusk"), style_of("stop-motion clay")
    assert light is not None
    assert style is not None
    assert (light.name, style.name) == ("dusk", "clay")
    assert style_of("xyz") is None


def test_rests_share_the_missing_time() -> None:
    """Pauses are made where they belong."""
    one = speech.Speech(np.zeros(24_000, np.float32), 24_000, ())
    assert narrated._lengths([one, one], None, [2.0, 0.0]) == [3.0, 1.0]
    assert narrated._lengths([one, one], 8.7, [2.0, 0.0]) == [pytest.approx(7.0), pytest.approx(1.0)]
