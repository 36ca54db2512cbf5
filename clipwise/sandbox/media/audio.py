"""`text_to_audio`: a script spoken in a voice, as a WAV file.

Loads no picture library.
"""

from __future__ import annotations

from clipwise.sandbox.media import sound
from clipwise.sandbox.media.order import MediaFile, Order, Rendered, Report
from clipwise.sandbox.media.speech import check_language, speak, speakable, voice_of


def render(order: Order, report: Report) -> Rendered:
    """Renders a `text_to_audio` order: 16-bit mono PCM at 24 kHz; the transcript is the script."""
    check_language(order.inputs.get("language"))
    script = speakable(str(order.inputs.get("script") or ""), "the script")
    voice = voice_of(order.assets.get("voice", ()), order.inputs.get("voice"))
    report("speaking", 0.05)
    speech = speak(script, voice)
    report("writing", 0.9)
    path = order.folder / "audio.wav"
    sound.write_wav(path, speech.samples, speech.rate)
    report("finished", 1.0)
    details = {"duration": round(speech.duration, 3), "sample_rate": speech.rate, "voice": voice.id}
    return Rendered((MediaFile("audio", path, "audio/wav"),), script, details)
