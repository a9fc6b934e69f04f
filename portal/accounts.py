"""allauth's adapter: nobody signs up by themselves, the association's organisers let people in."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Sign-in by e-mailed code for known addresses; the answer is the same for unknown ones."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
