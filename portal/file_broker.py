"""Celery's file-system broker, made to survive the deletion of its folder under running processes.

Upstream keeps the binding of queues in files and lists its folder at every look: delete `var/broker` and every process
fails, or rings into the void. Here the folders come back at every look and a message goes to the queue that its
routing key names, so that nothing but the rings on their way is lost; the rows that they announce stand in the database.
"""

import time
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem, virtual
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """A channel whose folders are always there."""

    def _folder(self, option: str) -> str:
        folder = Path(self.transport_options[option])
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    @property
    def data_folder_in(self) -> str:
        return self._folder("data_folder_in")

    @property
    def data_folder_out(self) -> str:
        return self._folder("data_folder_out")

    @property
    def control_folder(self) -> Path:
        return Path(self._folder("control_folder"))

    def _lookup(self, exchange: str, routing_key: str, default: str | None = None) -> list[str]:
        return [routing_key]

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # its two bases disagree
        # upstream writes under the name that readers look for, and one that comes in between falls over half a message
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid4()}.{queue}.msg"
        unfinished = Path(self.data_folder_out) / f"{name}.unfinished"
        try:
            unfinished.write_text(dumps(payload))
            unfinished.rename(unfinished.with_suffix(""))
        except OSError as error:  # the folder was deleted in between, or the disk is full
            raise ChannelError(f"cannot add {name} to the queue") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            return super()._get(queue)
        except FileNotFoundError as error:  # deleted between the look and the take
            raise Empty from error


class Transport(filesystem.Transport):
    """The transport that `CELERY_BROKER_TRANSPORT` names."""

    Channel = Channel
    # upstream shares one state per process; a class of its own keeps it so
    global_state = virtual.BrokerState()
