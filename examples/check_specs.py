"""Job specs are judged without a network, all problems at once, before anything is uploaded or paid for."""

from clipwise import check

SPECS = [
    {"format": "ugc_video", "script": "It fits in my bag.", "product_images": ["missing.png"]},
    {"format": "ugc_model_shoot", "variations": "3", "aspect_ratio": 9.16},
    {"format": "ugc_vidoe", "script": "A typing mistake in the name of the format."},
    {"format": "text_to_audio", "script": "This one is fine.", "voice": "voice_heart"},
]

for number, spec in enumerate(SPECS, 1):
    problems = check(spec)
    print(f"{number}. {spec['format']}: {'ok' if not problems else ''}")
    for problem in problems:
        print(f"   {problem.severity}: {problem}")
