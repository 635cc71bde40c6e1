"""How a row for a number of a state is made: after its name, or by its shape and check digits alone."""

from __future__ import annotations

from sayso.scrub import checks
from sayso.scrub.row import DIGIT, NEXT, Row, bare, whole

_FAR = r"(?:[^0-9]{0,40}?[^0-9A-Za-z])??"


def national(
    kind: str,
    words: str,
    shape: str,
    *modules: str,
    yes: tuple[str, ...],
    no: tuple[str, ...] = (),
    mark: str = "NATIONAL_ID",
    far: bool = False,
) -> Row:
    """Return a row for a number that is taken only after its name; with modules, its check digits must agree too.

    What carries check digits, or is so shaped that it is *far*, may stand some words behind its name; nothing but digits ends them.
    """
    words = words.replace(r"\b", r"(?:\b|_)")  # `customer_cpf`, `cpf_cliente`
    return Row(
        kind=kind,
        mark=mark,
        trigger=rf"(?i)(?:{words})",
        confirm=rf"(?i:(?:{words}))" + (_FAR if modules or far else NEXT) + rf"({shape})\b",
        check=whole(checks.standard(*modules)) if modules else checks.holds_digit,
        confirmed_by="check digits in context" if modules else "context",
        source=", ".join(f"python-stdnum {name}" for name in modules) or "own",
        canon=bare,
        reach=96,
        needs=DIGIT,
        yes=yes,
        no=no,
    )


def shaped(kind: str, trigger: str, shape: str, *modules: str, yes: tuple[str, ...], no: tuple[str, ...] = ()) -> Row:
    """Return a row for a number whose shape and check digits are telling enough without a word beside it."""
    return Row(
        kind=kind,
        mark="NATIONAL_ID",
        trigger=trigger,
        confirm=rf"\b({shape})\b",
        check=checks.apart(checks.standard(*modules)),
        confirmed_by="check digits",
        source=", ".join(f"python-stdnum {name}" for name in modules),
        canon=bare,
        back=24,
        reach=32,
        yes=yes,
        no=no,
    )
