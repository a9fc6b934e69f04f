"""Everything that goes out from an `events.agenda.Agenda`: pages, PDF, calendars, open formats, screens (decision 0025)."""
