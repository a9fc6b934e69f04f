"""A worker's own diary beside the database: which message it began and how it ended, written before and after each.

The database is told in groups, because a commit per message would be several times slower than any relay. A worker
that is killed, or whose database goes away, leaves its diary; whoever comes next reads it: what was never begun goes
back, what was answered is written down, and only what was between the two is uncertain. See docs/decisions/0010.
"""

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)
#: A database may still finish what a worker asked of it in the moment of its death: so long its diary is kept, and read
#: again at each round.
LAST_WORDS_SECONDS = 60
_BOOT = Path("/proc/sys/kernel/random/boot_id")


#: What a diary is called that nobody can read: it stays for a person, and its rows go by their leases.
UNREADABLE = ".unreadable"


def folder() -> Path:
    """Where the diaries of this machine lie."""
    return Path(settings.VAR_DIR) / "journal"


def _boot_id() -> str:
    """Names this run of the machine: after a power cut a line may be missing although the message left."""
    return _BOOT.read_text().strip() if _BOOT.exists() else "unknown"


class Journal:
    """The diary of one owner, locked as long as the owner lives. Raises OSError when the disk is full."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        folder().mkdir(parents=True, exist_ok=True)
        self.path = folder() / owner
        self._file = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)  # a reader may look at the new file for a moment
        self._header = f"{_boot_id()}\n".encode()
        os.write(self._file, self._header)

    def began(self, pk: int) -> None:
        """The next byte to the relay may make this message arrive."""
        self._write(b"B %d\n" % pk)

    def ended(self, pk: int, outcome: str, reply: str) -> None:
        """The relay has answered."""
        self._write(f"E {pk} {outcome} {json.dumps(reply)}\n".encode())

    def forget(self) -> None:
        """All of it stands in the database now."""
        os.ftruncate(self._file, len(self._header))

    def close(self) -> None:
        """The owner is done and the database knows everything."""
        self.path.unlink(missing_ok=True)
        os.close(self._file)

    def abandon(self) -> None:
        """The owner is done and the database does not know everything: the diary stays for whoever comes next."""
        os.close(self._file)

    def _write(self, line: bytes) -> None:
        if os.write(self._file, line) != len(line):
            raise OSError("the journal's disk is full")


@dataclass(slots=True)
class Record:
    """What a dead owner's diary says. `is_complete`: what it does not mention was surely not begun."""

    owner: str
    is_complete: bool
    begun: set[int] = field(default_factory=set)
    ended: dict[int, tuple[str, str]] = field(default_factory=dict)

    def set_aside(self) -> None:
        """It cannot be worked with; the next ones can."""
        _set_aside(folder() / self.owner)


def left_behind() -> Iterator[Record]:
    """The diaries whose owners are dead, each locked while the caller works on it and in the end removed."""
    for path in sorted(folder().glob("*")) if folder().is_dir() else []:
        if path.suffix == UNREADABLE:
            continue
        try:
            file = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # its owner lives, or somebody else is reading it already
            os.close(file)
            continue
        try:
            if os.fstat(file).st_size == 0:  # just made: its owner has not locked it yet
                continue
            record = _read_or_set_aside(path)
            if record is not None:
                yield record
                if time.time() - os.fstat(file).st_mtime > LAST_WORDS_SECONDS:
                    path.unlink(missing_ok=True)
        finally:
            os.close(file)


def _read_or_set_aside(path: Path) -> Record | None:
    try:
        return _read(path)
    except ValueError:  # half a line in the middle, or bytes of something else
        logger.exception("the diary %s cannot be read", path.name)
        _set_aside(path)
        return None


def _set_aside(path: Path) -> None:
    with suppress(FileNotFoundError):
        path.rename(path.with_suffix(UNREADABLE))


def _read(path: Path) -> Record:
    lines = path.read_bytes().split(b"\n")
    whole = lines[:-1]  # the last piece has no line end: empty, or torn off by the kill
    record = Record(path.name, bool(whole) and whole[0].decode() == _boot_id())
    for line in whole[1:]:
        verb, _space, rest = line.partition(b" ")
        if verb == b"B":
            record.begun.add(int(rest))
        elif verb == b"E":
            pk, outcome, reply = rest.decode().split(" ", 2)
            record.ended[int(pk)] = (outcome, json.loads(reply))
    return record
