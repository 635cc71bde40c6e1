"""sayso: conversations are used only on a person's say-so, kept only while a reason lasts, and every step can be proven.

The house has four storeys and imports go down only: ``app``; then the rooms (``notices``, ``ledger``, ``vault``,
``release``, ``audit``); then the pure benches (``policy``, ``scrub``, ``proofs``, ``intake``); then the ground, ``facts``.
``docs/house-style.md`` says how a room is built and ``docs/glossary.md`` what each word means.
"""

__version__ = "0.1.0"
