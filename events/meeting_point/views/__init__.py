"""Pages of the meeting point: for everybody, behind a person's link, for the desk, for organisers."""
