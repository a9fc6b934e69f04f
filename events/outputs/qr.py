"""A page's address as a square to photograph, for paper and screens."""

import io

import segno


def svg(address: str) -> bytes:
    """An SVG picture, black on white with its quiet zone. It grows with whatever shows it."""
    stream = io.BytesIO()
    code = segno.make_qr(address, error="m")
    code.save(stream, kind="svg", border=4, light="#fff", xmldecl=False, omitsize=True)
    return stream.getvalue()
