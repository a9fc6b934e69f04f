"""Where registrations come from: a short code in the address, `?via=`, and nothing else (docs/decisions/0019).

No cookie, no third party, nobody followed: the code says which mail, poster or page an address stood on, and a registration
keeps it when its form was opened under such an address.
"""
