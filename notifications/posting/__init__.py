"""What leaves by HTTP and not by mail: facts for other programs, texts for public channels.

The same truth as mail: a row says what waits, a worker takes it by compare-and-set under a lease, every attempt is written
down, a ladder of waits ends visibly (docs/decisions/0020).
"""
