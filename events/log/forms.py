"""What an organiser looks for in the change log."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from events.log.kinds import Group, actions_of
from events.log.models import LogEntry
from events.models import Event
from organisations.models import User

#: The largest key that a database column holds.
_MOST = 2**63 - 1


class LogFilterForm(forms.Form):
    """Which entries are shown: of what kind, by whom, about which registration. What cannot be read is passed over."""

    group = forms.ChoiceField(label=_("About"), choices=[("", _("all")), *Group.choices], required=False)
    who = forms.ChoiceField(label=_("Who"), required=False)
    registration = forms.IntegerField(min_value=1, max_value=_MOST, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        who = self.fields["who"]
        assert isinstance(who, forms.ChoiceField)
        others = [(value, label) for value, label in LogEntry.Actor.choices if value != LogEntry.Actor.USER]
        who.choices = [("", _("everybody")), *self._users(), *others]

    def _users(self) -> list[tuple[str, str]]:
        """Those who did something here. One query."""
        acted = LogEntry.objects.filter(event_uid=self.event.uid, by__isnull=False).values("by")
        return [(str(user.pk), str(user)) for user in User.objects.filter(pk__in=acted).order_by("name", "email")]

    def entries(self) -> QuerySet[LogEntry]:
        """The entries of the event that were looked for, the latest first."""
        self.is_valid()
        found, wanted = LogEntry.objects.filter(event_uid=self.event.uid), self.cleaned_data
        if wanted.get("group"):
            found = found.filter(action__in=actions_of(wanted["group"]))
        if who := wanted.get("who"):
            found = found.filter(by=int(who)) if who.isdecimal() else found.filter(actor=who)
        if wanted.get("registration"):
            found = found.filter(registration=wanted["registration"])
        return found.order_by("-pk")
