"""What happened, frozen: conversations, choices, notices, flags, holds, deletions, and what is computed from them.

Everything here is a value: built strictly or refused with one line, hashed over canonical bytes (RFC 8785), and always in UTC.
``events`` is what happened, ``deeds`` what we did about it, ``history`` folds both into the standing of a conversation at an
instant, ``rulings`` is the shape of an answer. Nothing here reads a file, a clock or a random number.
"""
