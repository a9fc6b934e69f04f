"""The agenda on paper: a tagged PDF (PDF/UA-1), A4, black on white. Made once for each state of the agenda."""

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language

from events import papers
from events.agenda import Agenda
from events.models import Event
from events.outputs.listing import listing
from organisations.languages import Language

#: WeasyPrint tags no element with its language. Text in the other language stands in these, which the sheet has for
#: nothing else: a link that leads nowhere, and an article; `_say_languages` makes of them what they are.
INLINE, BLOCK = "a", "article"
#: So many files are kept; the oldest go.
KEPT = 60
#: One at a time in a process: a hundred visitors of a new release make one PDF, not a hundred.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The agenda as the page that is printed, before it is. `foreign`: the language of what was not translated."""

    html: str
    foreign: str

    @property
    def sha256(self) -> str:
        """Of all that is printed, so it names the PDF too."""
        return hashlib.sha256(self.html.encode()).hexdigest()

    @property
    def etag(self) -> str:
        """The same as long as the same is printed."""
        return f'"{self.sha256[:32]}"'


def sheet(event: Event, agenda: Agenda) -> Sheet:
    """The sheet in the active language."""
    page = f"{settings.SITE_URL}{event.get_absolute_url()}"
    context = {
        "event": event,
        "listing": listing(agenda, {}),
        "page": page,
        "qr": papers.picture_of(page),
        "association_name": settings.ASSOCIATION_NAME,
        "site": settings.SITE_URL,
    }
    is_english = (get_language() or settings.LANGUAGE_CODE)[:2] == Language.ENGLISH
    foreign = Language.ITALIAN if is_english else Language.ENGLISH
    return Sheet(render_to_string("pdf/agenda.html", context), foreign.value)


def file_of(found: Sheet) -> bytes:
    """The PDF, from the disk if it was made before. Raises CannotRender."""
    path = Path(settings.VAR_DIR) / "agendas" / f"{found.sha256}.pdf"
    kept = _kept(path)
    if kept is None:
        with _one_at_a_time:
            # whoever waited finds what the first one made
            kept = _kept(path)
            if kept is None:
                kept = _render(found)
                _keep(path, kept)
    return kept


def _kept(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _render(found: Sheet) -> bytes:
    return papers.pdf_of(found.html, finisher=lambda file: _say_languages(file, found.foreign))


def _say_languages(file: Any, language: str) -> None:
    """Give each text in the other language its language, for the voice of a screen reader (PDF/UA-1 section 7.2)."""
    import pydyf

    for element in file.objects:
        role = element.get("S") if isinstance(element, dict) else None
        if role == "/Art" or (role == "/Link" and not _leads_somewhere(file, element)):
            element["S"] = "/Div" if role == "/Art" else "/Span"
            element["Lang"] = pydyf.String(language)


def _leads_somewhere(file: Any, link: Any) -> bool:
    """Whether an element of a link names the annotation that one clicks on."""
    targets = [file.objects[int(kid.split()[0])] for kid in link["K"] if isinstance(kid, bytes | str)]
    return any(isinstance(target, dict) and target.get("Type") == "/OBJR" for target in targets)


def _keep(path: Path, content: bytes) -> None:
    """Written whole or not at all; a full disk costs speed, never the visitor's page."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, suffix=".pdf", delete=False) as stream:
            stream.write(content)
        Path(stream.name).replace(path)
        files = sorted(path.parent.glob("*.pdf"), key=lambda file: file.stat().st_mtime, reverse=True)
        for old in files[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError:
        return
