"""Our own fixed words in `reply`: kept in English in the row, shown in the reader's language.

What a mail server said is shown as it said it. A sentence that is not listed here is shown as it stands.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

#: Whole sentences.
_SAID = frozenset({
    gettext_noop("its time was over before it could leave"),
    gettext_noop("the event has changed meanwhile; a newer message says how"),
    gettext_noop("not on the allow-list of this copy of the site"),
    gettext_noop("wishes no invitations"),
    gettext_noop("wishes no news"),
    gettext_noop("the campaign was cancelled"),
    gettext_noop("a newer version of the agenda came before it"),
    gettext_noop("the event was called off"),
    gettext_noop("registrations were closed before it could leave"),
    gettext_noop("the place was given back"),
    gettext_noop("the invitation was withdrawn"),
    gettext_noop("nobody of the group waits any more"),
    gettext_noop("its amendments were withdrawn or decided"),
    gettext_noop("the registration has another contact now"),
    gettext_noop("the recipient's data were erased"),
    gettext_noop("the worker died while handing over"),
    gettext_noop("found in the log of the mail server"),
    gettext_noop("the provider reports that it took it"),
    gettext_noop("CannotWrite: the text was cleared"),
    # posts, and what other programs are told
    gettext_noop("the event is over"),
    gettext_noop("it is a day too late"),
    gettext_noop("this messenger is not set up any more"),
    gettext_noop("the text is too long"),
    gettext_noop("not a public address"),
    gettext_noop("no answer in time"),
    gettext_noop("no server has this name"),
    gettext_noop("the connection was refused"),
    gettext_noop("not tried: the address was removed"),
    gettext_noop("not tried: the address was closed"),
    gettext_noop("not tried: the address says that it is gone"),
    gettext_noop("not tried: nothing was taken for days"),
})  # fmt: skip
#: Beginnings, and what follows them is a name or a number.
_BEGUN = {
    "settled by ": gettext_noop("settled by %(rest)s"),
    "to be sent again, by ": gettext_noop("to be sent again, by %(rest)s"),
    "scheduled by ": gettext_noop("scheduled by %(rest)s"),
    "taken back by ": gettext_noop("taken back by %(rest)s"),
    "not to be published, by ": gettext_noop("not to be published, by %(rest)s"),
    "seen in its place by ": gettext_noop("seen in its place by %(rest)s"),
    "written down by ": gettext_noop("written down by %(rest)s"),
    "a plan again, by ": gettext_noop("a plan again, by %(rest)s"),
    "no secure connection: ": gettext_noop("no secure connection: %(rest)s"),
    "no answer: ": gettext_noop("no answer: %(rest)s"),
    "overtaken by revision ": gettext_noop("overtaken by revision %(rest)s"),
}


def said(words: str) -> str:
    """The words of a row or an attempt as people read them."""
    if words in _SAID:
        return _(words)
    for beginning, sentence in _BEGUN.items():
        if words.startswith(beginning):
            rest = words.removeprefix(beginning).removesuffix(" of the event")
            return _(sentence) % {"rest": rest}
    return words
