"""The information campaign beside mail: posts to messengers' public channels, and a record of press, radio and posters.

To channels alone, never to a person: no telephone number and no private chat is written to (docs/decisions/0020).
"""
