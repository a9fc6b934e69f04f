"""Papers of an event as PDF; how a page becomes one says the ground floor."""

from base64 import b64encode

from events.outputs import qr
from organisations.papers import CannotRender, answered, pdf_of

__all__ = ["CannotRender", "answered", "pdf_of", "picture_of"]


def picture_of(address: str) -> str:
    """The square to photograph of an address, as a picture inside a page."""
    return f"data:image/svg+xml;base64,{b64encode(qr.svg(address)).decode()}"
