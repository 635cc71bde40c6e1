"""The journeys: each carries values from room to room in one fixed order, and is the only place where that order is written.

``people`` (a choice), ``collect`` (a turn), ``rule`` (a ruling), ``build`` and ``recall`` (a release), ``sweep`` and ``delete``
(the end), ``holds``, ``evidence`` (an audit). `docs/design/0001` lists the rooms each one passes.
"""
