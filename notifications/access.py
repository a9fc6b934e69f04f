"""Who may open the pages around invitations."""

from organisations.access import require
from organisations.roles import Permission

require_campaigns = require(Permission.SEND_CAMPAIGNS)
