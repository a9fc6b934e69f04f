"""Log lines for people and for machines, without mail addresses and without the tokens of personal links.

Masked where a record becomes text: so nothing is left out, neither arguments nor the text of an exception, and other
handlers of the same record (a test's, a debugger's) still get it as it was.
"""

import logging
import time
from typing import Any

from pythonjsonlogger.json import JsonFormatter as LibraryJsonFormatter

from organisations.masks import mask_addresses, mask_tokens


def mask(text: str) -> str:
    """What may stand in a log."""
    return mask_addresses(mask_tokens(text))


class LineFormatter(logging.Formatter):
    """One line a record for a terminal, and the traceback below it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class JsonFormatter(LibraryJsonFormatter):
    """One JSON object a record, in UTC; the fields of `extra` are kept where they can be written down."""

    converter = staticmethod(time.gmtime)
    default_time_format, default_msec_format = "%Y-%m-%dT%H:%M:%S", "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__(
            ["asctime", "levelname", "name", "message"],
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
            json_ensure_ascii=False,
            json_default=str,
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """The last look at the fields before they are written."""
        return {mask(name): _masked(value) for name, value in super().process_log_record(log_data).items()}


def _masked(value: Any) -> Any:
    """Numbers and truth as they are, everything else as masked text, however deep it lies."""
    match value:
        case None | bool() | int() | float():
            return value
        case dict():
            return {mask(str(name)): _masked(each) for name, each in value.items()}
        case list() | tuple() | set():
            return [_masked(each) for each in value]
    return mask(str(value))
