"""What this machine meant to start: one small file for each job, written before the job is asked for.

A file holds hashes, ids, a status and times: no key of the API, no text of the job, no name of a file. Two processes
never write the same file at once, and each file is whole or absent. Knows no network and no flow.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from .files import replace_file, sync_folder

TAKEN_UP_WITHIN_S = 24 * 3600.0  # how long the server is trusted to know a key
MAX_BYTES = 2**18
LATEST = 2**37
# Statuses that are ours; every other one is the server's, as it was last seen.
SENDING, UNKNOWN, REFUSED, UNSENT = "sending", "unknown", "refused", "unsent"
OVER = ("completed", "failed", "cancelled", REFUSED, UNSENT)


@dataclass(frozen=True, slots=True)
class Intent:
    """One job that was to be started: with which key, where, and how it stood when it was last `seen`.

    `body` is the SHA-256 of the job's canonical JSON, with each local file's own hash in the place of its id; `uploads`
    are the ids that such files got, by place and hash, so that the same job can be sent again word for word.
    """

    key: str
    format: str
    server: str
    account: str
    body: str
    began: float
    id: str = ""
    status: str = SENDING
    seen: float = 0.0
    uploads: Mapping[str, str] = field(default_factory=dict)

    @property
    def doubtful(self) -> bool:
        """Whether the server may have the job without our knowing its id."""
        return self.status in (SENDING, UNKNOWN) and not self.id

    @property
    def over(self) -> bool:
        """Whether nothing can come of it any more."""
        return self.status in OVER

    def young(self, now: float) -> bool:
        """Whether the same job sent now is taken for this one; an intent from the future is not trusted."""
        return 0 <= now - self.began < TAKEN_UP_WITHIN_S


def body_hash(body: Any) -> str:
    """Return the SHA-256 of a body in canonical JSON: the order of its names does not count."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def as_bytes(intent: Intent) -> bytes:
    """Return an intent as it is kept."""
    return json.dumps(asdict(intent)).encode() + b"\n"


def as_intent(data: bytes) -> Intent | None:
    """Return what a file says; None when it is torn, or not ours."""
    try:
        row = json.loads(data)
        given = {each.name: row[each.name] for each in fields(Intent)}
        texts = [given[name] for name in ("key", "format", "server", "account", "body", "id", "status")]
        times = [float(given[name]) for name in ("began", "seen")]
        sent = given["uploads"]
        good = all(isinstance(text, str) for text in (*texts, *sent, *sent.values()))
        return Intent(**given) if good and all(0 <= time < LATEST for time in times) else None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None


class Claim:
    """An intent that this process is about to send; nobody else takes it up while it is held.

    `taken_up` says that it was sent earlier, and cut off.
    """

    def __init__(self, intent: Intent, lock: int | None = None, lock_path: Path | None = None) -> None:
        self.intent = intent
        self.taken_up = False
        self._lock, self._lock_path = lock, lock_path

    def release(self) -> None:
        """Let others take it up; done by the system when the process dies."""
        lock, self._lock = self._lock, None
        if lock is not None:
            with contextlib.suppress(OSError):
                if self._lock_path is not None:
                    self._lock_path.unlink()
            os.close(lock)

    def __del__(self) -> None:
        self.release()


class Journal:
    """The intents in a folder (0700, its files 0600), as one account of one server sees and adds to them.

    Safe to share between threads and processes.
    """

    def __init__(self, folder: Path, server: str, account: str) -> None:
        self.folder = folder
        self.server = server
        self.account = account
        self._places: dict[str, Path | None] = {}  # where the intent with an id is; None: nowhere

    # --- sending ------------------------------------------------------------------------------------------------------

    def claim(self, format: str, body: str, key: str, own_key: bool, now: float) -> Claim:
        """Return the claim on an intent to send this body.

        One of the last 24 hours with the same body that was cut off (its process is gone and its outcome unknown) is
        taken up, with its key; so is any that was sent with this key, when the key is the caller's own.
        """
        for path in sorted(self._folder_of(body).glob(f"{body[:32]}-*.json")):
            found = _read(path)
            if found is None or not self._fits(found, format, body, key if own_key else None, now):
                continue
            claim = _locked(found, path)
            again = _read(path)  # it may have been settled while it was locked
            if claim and again and self._fits(again, format, body, key if own_key else None, now):
                claim.intent, claim.taken_up = again, True
                return claim
            if claim:
                claim.release()
        fresh = Intent(key, format, self.server, self.account, body, now, seen=now)
        return _locked(fresh, self._path(fresh)) or Claim(fresh)

    def _fits(self, each: Intent, format: str, body: str, own: str | None, now: float) -> bool:
        ours = (each.server, each.account, each.format, each.body) == (self.server, self.account, format, body)
        return ours and (each.key == own if own is not None else each.doubtful and each.young(now))

    def note(self, claim: Claim, uploads: Mapping[str, str]) -> str:
        """Write down what is about to be sent; return why it cannot be, or nothing."""
        claim.intent = replace(claim.intent, status=SENDING, uploads=dict(uploads))
        return self._write(claim.intent)

    def settle(self, claim: Claim, status: str, id: str, now: float) -> str:
        """Write down what came of it and let it go; return why it cannot be written, or nothing."""
        claim.intent = replace(claim.intent, status=status, id=id or claim.intent.id, seen=now)
        fault = self._write(claim.intent)
        claim.release()
        if claim.intent.id and not fault:
            self._places[claim.intent.id] = self._path(claim.intent)
        return fault

    # --- looking ------------------------------------------------------------------------------------------------------

    def all(self) -> list[Intent]:
        """Return every intent in the folder, of whatever server and account, the oldest first."""
        return sorted((each for _, each in self._each()), key=lambda each: (each.began, each.key))

    def ours(self, each: Intent) -> bool:
        """Whether an intent is of the server and the account that this journal is for."""
        return (each.server, each.account) == (self.server, self.account)

    def saw(self, id: str, status: str, now: float) -> None:
        """Write down how a job stands, if it is one of ours and stands elsewhere than when it was last seen."""
        if id not in self._places:
            found = (path for path, each in self._each() if each.id == id and self.ours(each))
            self._places[id] = next(found, None)
        path = self._places[id]
        held = _read(path) if path else None
        if held is not None and status and held.status != status:
            self._write(replace(held, status=status, seen=now))

    def forget(self, intent: Intent) -> bool:
        """Take an intent out of the folder; return whether it is gone."""
        try:
            self._path(intent).unlink(missing_ok=True)
        except OSError:
            return False
        self._places.pop(intent.id, None)
        return True

    def _each(self) -> Iterator[tuple[Path, Intent]]:
        with contextlib.suppress(OSError):
            for path in self.folder.glob("??/*.json"):
                found = _read(path)
                if found is not None and path == self._path(found):
                    yield path, found

    # --- files --------------------------------------------------------------------------------------------------------

    def _folder_of(self, body: str) -> Path:
        return self.folder / body[:2]

    def _path(self, intent: Intent) -> Path:
        """A file is found by the body that it stands for; nothing can be read out of its name."""
        told = f"{intent.server}\n{intent.account}\n{intent.format}\n{intent.key}"
        own = hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()
        return self._folder_of(intent.body) / f"{intent.body[:32]}-{own[:16]}.json"

    def _write(self, intent: Intent) -> str:
        path = self._path(intent)
        try:
            _private_folders(path.parent)
            replace_file(path, as_bytes(intent))
            sync_folder(path.parent)
        except (OSError, ValueError) as error:
            return f"the journal in {self.folder} cannot be written ({getattr(error, 'strerror', None) or error})"
        return ""


def _read(path: Path) -> Intent | None:
    try:
        return as_intent(path.read_bytes()) if path.stat().st_size <= MAX_BYTES else None
    except OSError:
        return None


def _private_folders(folder: Path) -> None:
    """Make the journal's two folders, for nobody else to look into."""
    folder.parent.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for each in (folder.parent, folder):
        if not each.exists():
            each.mkdir(exist_ok=True, mode=0o700)
            sync_folder(each.parent)


def _locked(intent: Intent, path: Path) -> Claim | None:
    """Claim an intent; None while another process or thread holds it.

    Where there are no locks (Windows, some network folders) a claim is made all the same: a job that is still being
    sent then counts as cut off, and is not started twice.
    """
    try:
        import fcntl
    except ImportError:
        return Claim(intent)
    lock_path = path.with_suffix(".lock")
    try:
        _private_folders(path.parent)
        lock = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except (OSError, ValueError):
        return Claim(intent)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    except OSError:
        os.close(lock)
        return Claim(intent)
    return Claim(intent, lock, lock_path)
