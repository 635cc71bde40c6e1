"""Notes are those of C2SP: its example opens, and anything bent does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.facts.errors import Unfit
from sayso.proofs import Checkpoint, SigningKey, VerifierKey, open_note
from sayso.proofs.notes import split_note

# The verifier key and the note of the C2SP signed-note specification.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
KEY = SigningKey("example.com/log", bytes(range(32)))
OTHER = SigningKey("example.com/other", bytes(range(1, 33)))


def test_the_example_of_the_specification_opens():
    opened = open_note(NOTE, [VerifierKey.parse(VKEY)])
    assert (opened.text, opened.signers) == ("This is an example message.\n", ("example.com/foo",))
    assert VerifierKey.parse(VKEY).text() == VKEY


def test_the_first_vector_of_rfc_8032_signs_as_it_says():
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    assert SigningKey("a", seed).public.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])), st.booleans())
def test_what_is_signed_opens_and_says_the_same(text, blank):
    body = text + ("\n\n" if blank else "") + "\nend\n"
    assert open_note(KEY.sign(body), [KEY.public]).text == body


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_no_flipped_bit_of_a_note_is_overlooked(at, bit):
    raw = bytearray(NOTE.encode())
    raw[at % len(raw)] ^= 1 << bit
    try:
        bent = bytes(raw).decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(Unfit):
        open_note(bent, [VerifierKey.parse(VKEY)])


def test_strangers_signatures_are_ignored_and_known_ones_must_hold():
    ours, theirs = KEY.sign("hello\n"), OTHER.sign("hello\n")
    both = ours + theirs.split("\n\n")[1]
    assert open_note(both, [KEY.public]).signers == (KEY.name,)
    assert open_note(both, [OTHER.public, KEY.public]).signers == (KEY.name, OTHER.name)
    with pytest.raises(Unfit, match="no signature of the key"):
        open_note(theirs, [KEY.public])
    wrong = both.replace("hello", "hallo")
    with pytest.raises(Unfit, match="altered"):
        open_note(wrong, [KEY.public])
    # One good and one wrong signature: the whole note is refused.
    mixed = ours + OTHER.sign("hallo\n").split("\n\n")[1]
    with pytest.raises(Unfit, match=r"`example\.com/other` does not fit"):
        open_note(mixed, [KEY.public, OTHER.public])


@pytest.mark.parametrize(
    "note",
    ["", "\n", "hello", "hello\n", "hello\n\n", "a\n\n— x\n", "a\n\n— x y\n", "a\n\n- x AAAAAAA=\n", "a\n\n— x AAAAAAAA", "a\r\n\n— x AAAAAAAA\n",
     "a\x00\n\n— x AAAAAAAA\n", "a\ud800\n\n— x AAAAAAAA\n", "a\n\n— x+y AAAAAAAA\n", "a\n\n—  AAAAAAAA\n", "a" * 1_000_001],
)  # fmt: skip
def test_what_is_no_note_is_refused_in_one_line(note):
    with pytest.raises(Unfit) as refusal:
        split_note(note)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("body", ["", "no newline", "tab\there\n", "half \ud800\n"])
def test_what_no_note_may_hold_is_not_signed(body):
    with pytest.raises(Unfit):
        KEY.sign(body)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "no-break\u00a0space", "line\nbreak"])
def test_a_key_has_a_plain_name(name):
    with pytest.raises(Unfit, match="name of a key"):
        SigningKey(name, bytes(32))


@pytest.mark.parametrize(
    "bent", ["", "x", "x+y", VKEY[:-4], VKEY.replace("foo", "fob"), VKEY.replace("530d", "530e"), VKEY + "\nmore"]
)
def test_a_bent_public_key_is_refused(bent):
    with pytest.raises(Unfit, match="public key"):
        VerifierKey.parse(bent)


def test_a_signing_key_survives_its_file_and_is_never_printed():
    again = SigningKey.load(KEY.text() + "\n")
    assert again.vkey() == KEY.vkey()
    assert KEY.text() not in repr(KEY)
    assert "PRIVATE" not in repr(KEY)
    for bent in ("", KEY.vkey(), KEY.text()[:-5], KEY.text().replace("/log", "/lag")):
        with pytest.raises(Unfit, match="signing key") as refusal:
            SigningKey.load(bent)
        assert "AAEC" not in str(refusal.value)  # the seed's base64


def test_a_new_key_is_drawn_from_the_entropy_that_is_handed_over(entropy):
    assert SigningKey.generate("a", entropy).vkey() != SigningKey.generate("a", entropy).vkey()
    with pytest.raises(Unfit, match="32 bytes"):
        SigningKey.generate("a", lambda count: b"")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "a\n1\n",
        "a\n01\nAAAA\n",
        "a\n-1\n{r}\n",
        "a\n1\n{r}",
        "a\n1\n{r}\nmore\n",
        "\n1\n{r}\n",
        "a\n1_0\n{r}\n",
        "a\n 1\n{r}\n",
        "a\n1\n{r}=\n",
        "a\n\u0661\n{r}\n",
    ],
)
def test_a_checkpoint_has_one_spelling(body):
    root = "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="
    assert Checkpoint.parse(f"a\n1\n{root}\n") == Checkpoint("a", 1, b"0" * 32)
    with pytest.raises(Unfit, match="checkpoint"):
        Checkpoint.parse(body.replace("{r}", root))
