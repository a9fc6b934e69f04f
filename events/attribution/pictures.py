"""A tagged address as a QR code (ISO/IEC 18004), to be printed."""

from io import BytesIO

import segno

#: A quarter of the symbol may be dirty or torn: it hangs in the street.
ERROR_CORRECTION = "q"
#: Modules of white around it, as the standard asks.
QUIET_ZONE = 4
#: Pixels a module of the PNG: about eleven centimetres at 300 dots an inch for an address of eighty letters.
PNG_SCALE = 24


def svg(url: str) -> bytes:
    """For printers: as large as one likes."""
    stream = BytesIO()
    _symbol(url).save(stream, kind="svg", scale=8, border=QUIET_ZONE, xmldecl=True, light="#fff")
    return stream.getvalue()


def png(url: str) -> bytes:
    """For documents and posts."""
    stream = BytesIO()
    _symbol(url).save(stream, kind="png", scale=PNG_SCALE, border=QUIET_ZONE, light="#fff")
    return stream.getvalue()


def _symbol(url: str) -> segno.QRCode:
    return segno.make_qr(url, error=ERROR_CORRECTION)
