"""The last day to decide, as a screen says it: one sentence per language that neither hurries nor counts down.

It says what is so: silence is no yes, and who answers later is heard all the same.
"""

from __future__ import annotations

from datetime import UTC, datetime

UNTIL = {
    "en": "You can decide until {when}. If you do not, nothing is used because of it. A later answer counts too.",
    "de": "Sie können bis {when} entscheiden. Tun Sie es nicht, wird deshalb nichts genutzt. Auch eine spätere Antwort zählt.",
    "es": "Puede decidir hasta el {when}. Si no lo hace, no se usa nada por ello. Una respuesta posterior también cuenta.",
    "fr": "Vous pouvez décider jusqu’au {when}. Sinon, rien n’est utilisé pour cela. Une réponse plus tard compte aussi.",
    "ja": "{when}まで決められます。決めなくても、そのために使われるものはありません。そのあとの回答も有効です。",
    "ar": "يمكنك أن تقرر حتى {when}. إن لم تفعل فلن يُستعمل شيء بسبب ذلك. والإجابة بعد ذلك تُحتسب أيضا.",
}
"""Per language, what stands beside the answers. No other words are taken in these six: a last day is where screens lean."""


def moment(deadline: datetime) -> str:
    """Return *deadline* as every language writes it, to the minute in UTC.

    >>> moment(datetime(2026, 12, 1, 12, tzinfo=UTC))
    '2026-12-01 12:00 UTC'
    """
    return f"{deadline.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def until(language: str, deadline: datetime) -> str | None:
    """Return the sentence about *deadline* in *language*, `None` where it has none.

    >>> until("en-GB", datetime(2026, 12, 1, 12, tzinfo=UTC))[:44]
    'You can decide until 2026-12-01 12:00 UTC. I'
    """
    sentence = UNTIL.get(language.split("-", maxsplit=1)[0])
    return None if sentence is None else sentence.format(when=moment(deadline))
