"""Named people and organisations of the real case, for every test."""

import pytest
from django.core.cache import caches
from django.test import Client

from organisations.models import Organisation, RoleGrant, User
from organisations.roles import Role
from tests.flushing import let_flushes_delete


@pytest.fixture(autouse=True)
def _no_page_is_kept_from_another_test():
    """Rolled back databases count their keys anew, so two tests' events may be alike to the last column."""
    caches["pages"].clear()


@pytest.fixture
def association(db) -> Organisation:
    return Organisation.objects.create(
        name="Confartigianato Imprese Terni", kind=Organisation.Kind.ASSOCIATION, municipality="Terni",
        email="segreteria@confartigianato.example.org",
    )  # fmt: skip


def _municipality(name: str, istat: str, cadastral: str) -> Organisation:
    return Organisation.objects.create(
        name=f"Comune di {name}", kind=Organisation.Kind.MUNICIPALITY, municipality=name, istat_code=istat,
        cadastral_code=cadastral, email=f"protocollo@comune.{name.lower()}.example.org",
    )  # fmt: skip


@pytest.fixture
def terni(db) -> Organisation:
    return _municipality("Terni", "055032", "L117")


@pytest.fixture
def orvieto(db) -> Organisation:
    return _municipality("Orvieto", "055023", "G148")


@pytest.fixture
def narni(db) -> Organisation:
    return _municipality("Narni", "055022", "F844")


@pytest.fixture
def cso(db) -> Organisation:
    return Organisation.objects.create(
        name="Cooperativa sociale di prova", kind=Organisation.Kind.CSO,
        section=Organisation.Section.SOCIAL_COOPERATIVE, municipality="Terni", email="info@ente01.example.org",
    )  # fmt: skip


@pytest.fixture
def organiser(db) -> User:
    """Olga, who runs the info day for the association."""
    user = User.objects.create_user("olga@socialneet.example.org", name="Olga Organizzatrice")
    RoleGrant.objects.create(user=user, role=Role.ORGANISER)
    return user


@pytest.fixture
def signatory(terni) -> User:
    """Silvia, councillor of Terni, who may adhere for her municipality."""
    user = User.objects.create_user("silvia@comune.terni.example.org", name="Silvia Firmataria")
    RoleGrant.objects.create(user=user, role=Role.SIGNATORY, organisation=terni)
    return user


@pytest.fixture
def reviewer(terni) -> User:
    """Remo, of the same municipality's office: reads and comments."""
    user = User.objects.create_user("remo@comune.terni.example.org", name="Remo Revisore")
    RoleGrant.objects.create(user=user, role=Role.REVIEWER, organisation=terni)
    return user


@pytest.fixture
def stranger(db) -> User:
    """Stella, who is signed in and has no role."""
    return User.objects.create_user("stella@altrove.example.org", name="Stella Straniera")


@pytest.fixture
def client_of():
    """A test client signed in as the given user."""

    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return client_of


@pytest.fixture(autouse=True)
def _as_in_production(settings):
    """The test runner swaps the mail backend; the outbox is what we test."""
    settings.EMAIL_BACKEND = "notifications.backends.OutboxBackend"


@pytest.fixture(autouse=True)
def _faster_than_people(settings):
    """Tests fill a form in no time; the ones about that say how long it takes."""
    settings.REGISTRATION_MIN_SECONDS = 0


@pytest.fixture(autouse=True)
def _in_italian():
    """A request leaves its language behind in the thread; the next test begins in the portal's own."""
    from django.utils import translation

    translation.activate("it")


@pytest.fixture(autouse=True)
def _own_var_dir(settings, tmp_path):
    """Journals and the count of rounds belong to one test alone."""
    settings.VAR_DIR = tmp_path


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    """The manifest is made by collectstatic; a test reads the files as they stand."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        let_flushes_delete()
