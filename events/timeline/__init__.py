"""Every date of an event in one list: what comes, what was done, what is late; and its page as of any date.

`contributors.CONTRIBUTORS` says where dates come from; rooms above add theirs (docs/decisions/0031).
"""
