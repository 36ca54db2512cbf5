"""`python -m clipwise`, and the installed `clipwise`: a Ctrl-C while Python still loads it ends it without a word.

Only a process of the command line imports this.
"""

try:
    import os
    import signal
    import sys

    signal.signal(signal.SIGINT, lambda *_: os._exit(130))  # nothing was begun that could be told or cleaned up

    from .cli import main
except KeyboardInterrupt:
    raise SystemExit(130) from None

if __name__ == "__main__":
    sys.exit(main())
