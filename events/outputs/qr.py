"""A page's address as a square to photograph. Without the library that draws it, paper shows the address alone."""

import io

try:
    import segno
except ImportError:  # pragma: no cover
    segno = None


def svg(address: str) -> bytes:
    """An SVG picture, black on white with its quiet zone; nothing where it cannot be drawn."""
    if segno is None:
        return b""
    stream = io.BytesIO()
    segno.make_qr(address, error="m").save(stream, kind="svg", border=4, light="#fff", xmldecl=False)
    return stream.getvalue()
