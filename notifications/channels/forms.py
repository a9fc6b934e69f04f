"""Forms of posts: what is planned, and what came of it."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Event
from notifications.channels import messengers, texts
from notifications.kinds.own_words import not_filled_in
from notifications.models import ChannelPost
from organisations.text import LineField, LocalDateTimeInput

Kind = ChannelPost.Kind
#: Before the name of a messenger among the choices of a channel.
BY_ITSELF = "messenger:"


class PostForm(forms.Form):
    """Channel, place, texts, time."""

    channel = forms.ChoiceField(label=_("Channel"))
    label = LineField(
        label=_("Where"),
        max_length=150,
        help_text=_("For example the newspaper, the page, the stations. It names the tagged address too."),
    )
    text_it = forms.CharField(
        label=_("Text in Italian"), required=False, max_length=messengers.LONGEST, widget=forms.Textarea({"rows": 6})
    )
    text_en = forms.CharField(
        label=_("Text in English"), required=False, max_length=messengers.LONGEST, widget=forms.Textarea({"rows": 4})
    )
    due_at = forms.DateTimeField(
        label=_("Planned for"),
        required=False,
        widget=LocalDateTimeInput(),
        help_text=_("Empty: as soon as it is let go."),
    )

    def __init__(self, *args: Any, event: Event, post: ChannelPost | None = None, **kwargs: Any) -> None:
        self._event = event
        if post:
            chosen = f"{BY_ITSELF}{post.messenger}" if post.leaves_by_itself else post.kind
            names = ("label", "text_it", "text_en", "due_at")
            kwargs["initial"] = {"channel": chosen, **{name: getattr(post, name) for name in names}}
        super().__init__(*args, **kwargs)
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)
        by_itself = [
            (f"{BY_ITSELF}{name}", gettext("%(name)s (goes out by itself)") % {"name": name})
            for name in messengers.configured()
        ]
        by_hand = [choice for choice in Kind.choices if choice[0] != Kind.MESSENGER]
        channel.choices = [*by_itself, *by_hand]
        if post and chosen not in dict(channel.choices):  # or a browser would silently take the first one
            channel.choices = [
                ("", gettext("Choose: “%(name)s” is not set up any more") % {"name": post.messenger}),
                *channel.choices,
            ]
        if not by_itself:
            channel.help_text = gettext("No messenger is set up: all of these are recorded by hand.")
        self.fields["text_it"].help_text = gettext(
            "Plain text. These are filled in when it leaves: {event}, {date}, {place}, {address}. Without {address} the "
            "tagged address stands at the end."
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if "\x00" in f"{values.get('text_it')}{values.get('text_en')}":
            self.add_error("text_it", _("The text contains control characters; write it without them."))
        for field in ("text_it", "text_en"):
            for name in not_filled_in(values.get(field) or "", texts.VARIABLES):
                self.add_error(
                    field, gettext("“{%(name)s}” is not one of the words that are filled in.") % {"name": name}
                )
        if str(values.get("channel", "")).startswith(BY_ITSELF):
            self._check_what_leaves(values)
        return values

    def _check_what_leaves(self, values: dict[str, Any]) -> None:
        if not values.get("text_it") and "text_it" not in self.errors:
            self.add_error("text_it", _("What goes out by itself needs a text in Italian."))
        due_at = values.get("due_at")
        if due_at and self._event.is_over(due_at):
            self.add_error("due_at", _("At that time the event is over."))

    def post_fields(self) -> dict[str, Any]:
        """What a service writes."""
        values = dict(self.cleaned_data)
        channel = values.pop("channel")
        if channel.startswith(BY_ITSELF):
            return {**values, "kind": Kind.MESSENGER, "messenger": channel.removeprefix(BY_ITSELF)}
        return {**values, "kind": channel, "messenger": ""}


class ResultForm(forms.Form):
    """When it appeared, where to see it, how many it reached."""

    published_on = forms.DateField(label=_("Published on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    link = forms.URLField(
        label=_("Link"), required=False, max_length=500, assume_scheme="https", help_text=_("Where it can be seen.")
    )
    reach = forms.IntegerField(
        label=_("Reach"), required=False, min_value=0, max_value=2_000_000_000,
        help_text=_("How many people, as the channel says: copies, listeners, views, posters put up."),
    )  # fmt: skip

    def __init__(self, *args: Any, post: ChannelPost, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "published_on": post.published_on or timezone.localdate(), "link": post.link, "reach": post.reach,
        }  # fmt: skip
        super().__init__(*args, **kwargs)

    def clean_published_on(self) -> Any:
        day = self.cleaned_data["published_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(gettext("This day has not come yet."))
        return day

    def clean_link(self) -> str:
        link = str(self.cleaned_data["link"])
        if link and not link.startswith(("https://", "http://")):
            raise forms.ValidationError(gettext("Write a web address."))
        return link
