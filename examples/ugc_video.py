"""A script and a product picture become a finished film in ./out, in the sandbox: no account, nothing to pay.

With an account, write `Clipwise()` in place of `Clipwise.sandbox()`.
"""

from pathlib import Path

from clipwise import Clipwise

HERE = Path(__file__).parent

with Clipwise.sandbox() as client:
    job = client.generate.ugc_video(
        script=(HERE / "script.txt").read_text(),
        product_images=[HERE / "product.png"],
    )
    job.wait(on_progress=lambda seen: print(seen.status, seen.stage, f"{seen.progress or 0:.0%}"))
    print(*job.download("out"), sep="\n")
