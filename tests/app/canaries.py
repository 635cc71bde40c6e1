"""Invented persons for tests: each text holds one thing of every kind, none of which stands anywhere else."""

from __future__ import annotations

import hashlib

from stdnum import iban, luhn


class Canaries:
    """Hands out texts with values of eleven kinds, and knows which field each value was put into."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._count = 0

    def __call__(self, field: str) -> str:
        self._count += 1
        number = self._count
        drawn = hashlib.sha256(f"{number}".encode()).hexdigest()
        word = drawn[:6].translate(str.maketrans("0123456789", "ghijklmnop"))
        card = f"41117{number:04d}223344"[:15]
        account = f"37040044{number:010d}"
        values = {
            f"{word}.lima@kanarien.de": "write to {}",
            f"+49 30 4{number:03d}8877": "call {}",
            iban.calc_check_digits(f"DE00{account}") + account: "IBAN DE{}",
            card + luhn.calc_check_digit(card): "card {}",
            f"86.121.197.{number}": "from {} port",
            f"ghp_{drawn[:36]}": "key {}",
            f"Kx{drawn[:6]}!9Z": "my password is {}",
            f"Kan{word}": "my name is Zofia {}",
            f"h{word}": "cd /home/{}/src",
            f"3c:22:fb:9a:{number // 256:02x}:{number % 256:02x}": "wlan0 {}",
            f"X{number:04d}5678": "passport number is {}",
        }
        self.fields |= dict.fromkeys(values, field)
        return "\n".join(shape.format(value) for value, shape in values.items()) + "\n"

    def found_in(self, text: str) -> dict[str, list[str]]:
        """Return the values that stand in a text, by field."""
        found: dict[str, list[str]] = {}
        for value, field in self.fields.items():
            if value in text:
                found.setdefault(field, []).append(value)
        return found
