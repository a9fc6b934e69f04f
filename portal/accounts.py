"""What is ours of allauth's sign-in: nobody signs up by themselves, and who is signed in is found quickly."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from django.http import HttpRequest

from organisations.compiled import Compiled
from organisations.models import User

_KNOWN = Compiled(lambda pk: User.objects.filter(pk=pk))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Sign-in by e-mailed code for known addresses; the answer is the same for unknown ones."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class AuthenticationBackend(AllauthBackend):  # type: ignore[misc]  # allauth ships no types
    """allauth's; the user of each request is asked for with a statement that is written once."""

    def get_user(self, user_id: int) -> User | None:
        user = _KNOWN.first(user_id)
        return user if user and self.user_can_authenticate(user) else None
