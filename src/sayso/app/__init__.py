"""The only room with a clock, settings, keys and sockets: it opens a data folder, carries values between the rooms, and shows them.

``house`` wires the rooms; ``jobs`` are the journeys (collect, choose, rule, build, sweep, delete, recall, audit); ``cli``, ``http``
and ``pages`` are the faces. Rooms never call each other: what one gives, this one hands to the next.
"""
