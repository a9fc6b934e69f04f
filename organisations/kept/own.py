"""What this room itself holds of people, and which of its columns name nobody and why."""

from django.utils.translation import gettext_lazy as _

from organisations.kept.declarations import Anchor, Basis, Ending, Kept, Period, Who

UPLOADS = Period(Anchor.UPLOAD, days="UPLOADS_KEPT_DAYS")

DECLARED = (
    Kept(
        "accounts", ("organisations.User.email", "organisations.User.name", "organisations.User.password"),
        Who.ORGANISER, _("Name and address of an account"), _("to let you in and to say who did what"),
        Basis.INTEREST, Period(Anchor.ACCOUNT), Ending.STAYS, _("organisers"),
    ),
    Kept(
        "directory",
        ("organisations.Organisation.email", "organisations.Organisation.pec", "organisations.Organisation.phone",
         "organisations.Organisation.note"),
        Who.ORGANISATION, _("Addresses of your organisation"),
        _("to invite it and to work with it; they come from public registers and from lists that were given to us"),
        Basis.INTEREST, Period(Anchor.DIRECTORY), Ending.STAYS, _("organisers"),
    ),
    Kept(
        "people_of_organisations",
        ("organisations.Person.full_name", "organisations.Person.email", "organisations.Membership.office_held"),
        Who.ORGANISATION, _("Who speaks for your organisation, and in which office"), _("to know whom to write to"),
        Basis.INTEREST, Period(Anchor.DIRECTORY), Ending.STAYS, _("organisers"),
    ),
    Kept(
        "directory_lists",
        ("organisations.StakeholderImport.content", "organisations.StakeholderImport.outcome",
         "organisations.StakeholderImport.filename"),
        Who.ORGANISATION, _("Lists that were brought into the directory, as files"), _("to see what a list would change"),
        Basis.INTEREST, UPLOADS, Ending.DELETED, _("organisers"),
    ),
    Kept(
        "admin_log", (), Who.ORGANISER, _("Names of rows in the log of the repair pages"),
        _("to say who repaired what"), Basis.INTEREST, Period(Anchor.WRITTEN, days="REGISTRATIONS_KEPT_DAYS"),
        Ending.EMPTIED, _("staff"),
    ),
    Kept(
        "sessions", (), Who.ORGANISER, _("Sessions of signed-in people"), _("so that you stay signed in"),
        Basis.AGREEMENT, Period(Anchor.SESSION), Ending.DELETED, _("nobody"),
    ),
)  # fmt: skip

_BODY = "of a body, from public registers"
NOT_PERSONAL = {
    f"organisations.Organisation.{name}": _BODY
    for name in (
        "name", "municipality", "fiscal_code", "ipa_code", "runts_number", "istat_code", "cadastral_code", "pec_source",
        "source",
    )
}  # fmt: skip
