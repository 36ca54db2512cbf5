"""Three variants of one idea at the same time, with the async client."""

import asyncio

from clipwise import AsyncClipwise

HOOKS = [
    "I did not expect much. Then I used it for a week.",
    "Three things nobody told me about vitamin C.",
    "Stop scrolling if your skin feels dull.",
]


async def make(client: AsyncClipwise, number: int, hook: str) -> None:
    """Make one variant and bring it home."""
    job = await client.generate.text_to_audio(script=hook, voice="voice_heart")
    await job.wait()
    for path in await job.download("out"):
        print(f"variant {number}: {path}")


async def main() -> None:
    """Make all variants together."""
    async with AsyncClipwise.sandbox(quality="draft") as client:
        await asyncio.gather(*(make(client, number, hook) for number, hook in enumerate(HOOKS, 1)))


asyncio.run(main())
