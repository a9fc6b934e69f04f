"""The declarations themselves: plain values with lazy words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Basis(TextChoices):
    """On which ground of regulation (EU) 2016/679 something is held."""

    CONSENT = "6-1-a", _("your consent (article 6(1)(a))")
    AGREEMENT = "6-1-b", _("to do what you asked for (article 6(1)(b))")
    INTEREST = "6-1-f", _("legitimate interest (article 6(1)(f))")
    EXPLICIT_CONSENT = "9-2-a", _("your explicit consent (article 9(2)(a))")


class Who(TextChoices):
    """Whose data they are, as the notice is ordered."""

    REGISTRANT = "registrant", _("You register for an event, or come to it")
    ORGANISATION = "organisation", _("You are the contact of an organisation")
    RECIPIENT = "recipient", _("You receive our mail")
    VISITOR = "visitor", _("You have an appointment at the meeting point")
    SIGNATORY = "signatory", _("You work on a protocol, or sign it")
    ORGANISER = "organiser", _("You work with this portal")


class Ending(TextChoices):
    """What happens when the time is over."""

    DELETED = "deleted", _("deleted")
    EMPTIED = "emptied", _("emptied")
    NAMELESS = "nameless", _("the name goes, the number stays")
    STAYS = "stays", _("kept")


class Anchor(TextChoices):
    """From when the time runs; the last ones have no number, they last as long as something does."""

    EVENT = "event", _("after the event, or after it was called off")
    HELD = "held", _("after the event, and at once when it is called off")
    PROJECT = "project", _("after the end of the project")
    APPOINTMENT = "appointment", _("after the appointment, or after it was cancelled")
    MESSAGE = "message", _("after the message")
    UPLOAD = "upload", _("after the list was brought in")
    LAST_MESSAGE = "last_message", _("after the last message to this address")
    WRITTEN = "written", _("after it was written")
    LEFT = "left", _("as soon as it has left")
    COUNT = "count", _("within a day")
    SESSION = "session", _("with the end of the session")
    AGENDA = "agenda", _("as long as the programme is public")
    ACCOUNT = "account", _("as long as the account")
    DIRECTORY = "directory", _("as long as the organisation is in the directory")
    PROTOCOL = "protocol", _("as long as the protocol has effects")
    WISH = "wish", _("as long as your wish stands")


@dataclass(frozen=True, slots=True)
class Period:
    """So many days or years (the number stands in a setting) from an anchor; without a setting as long as that lasts."""

    anchor: Anchor
    days: str = ""
    years: str = ""

    @property
    def number(self) -> int:
        """How many days or years; 0 where the period has no number."""
        name = self.days or self.years
        return int(getattr(settings, name)) if name else 0

    @property
    def is_open(self) -> bool:
        """Whether no date can be told."""
        return not (self.days or self.years)

    @property
    def words(self) -> str:
        """As people read it, in the active language."""
        if self.is_open:
            return str(self.anchor.label)
        number = self.number
        if self.years:
            time = ngettext("%(count)s year", "%(count)s years", number) % {"count": number}
        else:
            time = ngettext("%(count)s day", "%(count)s days", number) % {"count": number}
        return gettext("%(time)s %(after)s") % {"time": time, "after": self.anchor.label}

    def since(self, moment: datetime) -> datetime:
        """When it is over, for what it counts from."""
        if not self.years:
            return moment + timedelta(days=self.number)
        try:
            return moment.replace(year=moment.year + self.number)
        except ValueError:  # 29 February
            return moment.replace(year=moment.year + self.number, day=28)

    def cutoff(self, now: datetime) -> datetime:
        """Whatever counts from this moment or before has served its time."""
        if not self.years:
            return now - timedelta(days=self.number)
        try:
            return now.replace(year=now.year - self.number)
        except ValueError:
            return now.replace(year=now.year - self.number, day=28)


@dataclass(frozen=True, slots=True)
class Kept:
    """One class of data. `key`: its name for programs, in the purge's numbers too. `columns`: `app.Model.field`."""

    key: str
    columns: tuple[str, ...]
    who: Who
    words: Words
    purpose: Words
    basis: Basis
    period: Period
    ending: Ending
    seen_by: Words
    #: A word or two, for the head of a narrow column.
    name: Words = ""

    @property
    def short(self) -> str:
        """Purpose, ground and period in one sentence, for the place where the data are asked for."""
        return gettext("%(what)s: %(purpose)s; %(basis)s; %(ending)s %(period)s.") % {
            "what": self.words, "purpose": self.purpose, "basis": self.basis.label, "ending": self.ending.label,
            "period": self.period.words,
        }  # fmt: skip


#: By their keys, in the order in which the rooms entered them.
DECLARED: dict[str, Kept] = {}
#: `app.Model.field` -> why it names nobody.
NOT_PERSONAL: dict[str, str] = {}


def enter(declared: Iterable[Kept], not_personal: Mapping[str, str]) -> None:
    """Make a room's declarations known; the same again changes nothing. Raises ValueError for two of one key."""
    for kept in declared:
        if DECLARED.setdefault(kept.key, kept) != kept:
            raise ValueError(f"two classes of data are called {kept.key}")
    NOT_PERSONAL.update(not_personal)


def of(*whose: Who) -> list[Kept]:
    """The classes of data of these people, in order."""
    return [kept for kept in DECLARED.values() if kept.who in whose]
