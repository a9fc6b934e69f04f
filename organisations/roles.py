"""Roles and what they may do. A role is held for the whole portal, or for one organisation."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a user does here. The last two are held for one organisation: its signatory, its office."""

    ORGANISER = "organiser", _("organiser")
    REGISTRATION_DESK = "registration_desk", _("registration desk")
    SCANNER = "scanner", _("passes at the door")
    COMMUNICATIONS = "communications", _("communications")
    RESEARCHER = "researcher", _("researcher")
    SIGNATORY = "signatory", _("signatory")
    REVIEWER = "reviewer", _("reviewer")


class Permission(models.TextChoices):
    """What a page or service asks for; never ask for a role by name."""

    MANAGE_EVENTS = "manage_events", _("manage events and registrations")
    SCAN_PASSES = "scan_passes", _("read passes at the door")
    RUN_DESK = "run_desk", _("search people, let in who is not registered, take arrivals back")
    SEE_NEEDS = "see_needs", _("read access and dietary needs")
    MANAGE_MEETING_POINT = "manage_meeting_point", _("set the meeting point's hours, and how it is booked")
    ATTEND_MEETING_POINT = "attend_meeting_point", _("see appointments at the meeting point, and record visits")
    MANAGE_ORGANISATIONS = "manage_organisations", _("manage the directory")
    MANAGE_AGREEMENTS = "manage_agreements", _("draft and freeze agreements")
    SEND_CAMPAIGNS = "send_campaigns", _("send invitations")
    SEE_OUTBOX = "see_outbox", _("see what was sent, and decide about uncertain messages")
    OPERATE_OUTBOX = "operate_outbox", _("hold and release mail, set limits, read messages as they leave")
    RUN_PURGE = "run_purge", _("let what has served its time leave at once")
    COMMENT_DRAFTS = "comment_drafts", _("read drafts and comment for the own organisation")
    RECORD_POSITION = "record_position", _("record the organisation's position")
    RECORD_ADHESION = "record_adhesion", _("record the organisation's adhesion")


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ORGANISER: frozenset(
        {
            Permission.MANAGE_EVENTS,
            Permission.SCAN_PASSES,
            Permission.RUN_DESK,
            Permission.SEE_NEEDS,
            Permission.MANAGE_MEETING_POINT,
            Permission.ATTEND_MEETING_POINT,
            Permission.MANAGE_ORGANISATIONS,
            Permission.MANAGE_AGREEMENTS,
            Permission.SEND_CAMPAIGNS,
            Permission.SEE_OUTBOX,
            Permission.OPERATE_OUTBOX,
            Permission.RUN_PURGE,
        }
    ),
    Role.REGISTRATION_DESK: frozenset(
        {Permission.MANAGE_EVENTS, Permission.SCAN_PASSES, Permission.RUN_DESK, Permission.ATTEND_MEETING_POINT}
    ),
    Role.SCANNER: frozenset({Permission.SCAN_PASSES}),
    Role.COMMUNICATIONS: frozenset({Permission.SEND_CAMPAIGNS, Permission.SEE_OUTBOX}),
    Role.RESEARCHER: frozenset({Permission.MANAGE_ORGANISATIONS}),
    Role.SIGNATORY: frozenset({Permission.COMMENT_DRAFTS, Permission.RECORD_POSITION, Permission.RECORD_ADHESION}),
    Role.REVIEWER: frozenset({Permission.COMMENT_DRAFTS}),
}
#: Roles that make no sense without the organisation they are held for.
ORGANISATION_ROLES = frozenset({Role.SIGNATORY, Role.REVIEWER})


def roles_with(permission: Permission) -> list[Role]:
    """The roles that carry a permission."""
    return [role for role, permissions in PERMISSIONS.items() if permission in permissions]
