"""Lists of an event that leave the portal as files: which there are, whom they take, and how they are written."""
