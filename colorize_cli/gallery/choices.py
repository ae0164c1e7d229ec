"""Copying the pictures that a person chose in a gallery."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colorize_cli.downloads import read_download
from colorize_cli.errors import PlanError
from colorize_cli.files import LEDGER_NAME
from colorize_cli.files.disk import identity, read, write_atomic
from colorize_cli.gallery.exhibits import hash_of, inside
from colorize_cli.gallery.originals import RecordedOriginals
from colorize_cli.ledger import History, content_hash, read_history

__all__ = ["Choice", "apply_choices", "read_choices", "refuse_overwriting"]

KIND, VERSION = "colorize-choices", 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One picture that was chosen.

    Attributes:
        path: The picture, relative to the output folder, POSIX style.
        name: What its copy is called: the name of the photo's first picture.
        hash: The picture's, as the ledger had it when the gallery was made; empty if
            it had none.
    """

    path: str
    name: str
    hash: str = ""


def read_choices(path: Path) -> list[Choice]:
    """Read the choices.json of a gallery.

    Raises:
        PlanError: If it is not one, or holds no choice.
    """
    document = read_download(
        path,
        KIND,
        VERSION,
        what="a choices.json of a gallery",
        cure="download it with the gallery's button",
    )
    choices = document.get("choices")
    if not isinstance(choices, list):
        raise PlanError(f"{path}: its choices are not a list; download it again")
    if not choices:
        raise PlanError(f"{path}: nothing was chosen; choose variants in the gallery")
    return [
        choice_of(each, f"{path}: choice {number}")
        for number, each in enumerate(choices, 1)
    ]


def choice_of(raw: Any, place: str) -> Choice:  # noqa: ANN401
    """One choice, its types checked; `place` starts an error."""
    if not isinstance(raw, dict):
        raise PlanError(f"{place} is not an object; download the file again")
    path, name, made = raw.get("path"), raw.get("name"), raw.get("hash", "")
    if not isinstance(path, str) or not isinstance(name, str):
        raise PlanError(f"{place} lacks a path or a name; download the file again")
    if not isinstance(made, str):
        raise PlanError(f"{place} has a hash that is no text; download the file again")
    for text in (path, name):
        if inside(Path(), text) is None:
            raise PlanError(
                f"{place} names {text!r}, which is not a place inside a folder"
            )
    return Choice(path=path, name=name, hash=made)


def refuse_overwriting(
    choices: Sequence[Choice], out: Path, final: Path, *, overwrite: bool
) -> None:
    """Raise unless every choice can be copied without losing anything.

    Raises:
        PlanError: If a chosen picture is missing or was made anew since, two would get
            one name, `final` is the output folder or in it, it holds other files of
            these names and `overwrite` is false, or one of them is an original, as the
            ledger knows them.
    """
    if not out.is_dir():
        raise PlanError(f"{out}: is not a folder; name the one given to -o")
    place = final.resolve()
    if identity(out) in map(identity, (place, *place.parents)):
        raise PlanError(
            f"{final}: is the folder of results or lies in it, where galleries would "
            "show the copies as photos; name a folder beside it"
        )
    history = read_history(out / LEDGER_NAME)
    originals = RecordedOriginals(history.entries.values())
    claims: dict[str, Choice] = {}
    for choice in choices:
        refuse_others(choice, out, history)
        other = claims.setdefault(choice.name, choice)
        if other is not choice:
            raise PlanError(
                f"{other.path} and {choice.path}: would both be copied to "
                f"{final / choice.name}; leave one of them out of the choices"
            )
        target = final / choice.name
        is_other = target.exists() and not same(out / choice.path, target)
        if originals.lie_at(target) or (is_other and originals.hold(target)):
            raise PlanError(
                f"{target}: is an original; results are never written over originals, "
                "name another folder"
            )
        if is_other and not overwrite:
            raise PlanError(
                f"{target}: is already there and another picture; --overwrite "
                "replaces it"
            )


def refuse_others(choice: Choice, out: Path, history: History) -> None:
    """Raise if what is in the chosen picture's place is not what was looked at.

    Another seed makes other pictures under the same names. One that a person has
    retouched is still the chosen one: the ledger knows nothing of that.

    Raises:
        PlanError: If it is not there, or a run has made it anew.
    """
    path = out / choice.path
    if not path.is_file():
        raise PlanError(
            f"{path}: was chosen but is not there; name the folder that the gallery "
            "was made from"
        )
    is_known = choice.hash in {"", hash_of(choice.path, history)}
    if not is_known and content_hash(read(path)) != choice.hash:
        raise PlanError(
            f"{path}: was made anew since it was chosen; run colorize gallery again, "
            "and choose in the new one"
        )


def same(one: Path, other: Path) -> bool:
    """Whether two files have the same content."""
    if one.stat().st_size != other.stat().st_size:
        return False
    return read(one) == read(other)


def apply_choices(
    choices: Sequence[Choice],
    out: Path,
    final: Path,
    on_copy: Callable[[], None] = lambda: None,
) -> None:
    """Copy each chosen picture, byte by byte and with its time, to its place.

    Args:
        choices: As `refuse_overwriting` has approved them.
        out: The folder of results.
        final: The folder of the copies; their tree is that of the results.
        on_copy: Called after each.

    Raises:
        DecodeError: If a picture cannot be read.
        EncodeError: If it cannot be written; the others before it are complete.
    """
    for choice in choices:
        source = out / choice.path
        data, time_ns = read(source), source.stat().st_mtime_ns
        write_atomic(final / choice.name, data, mtime_ns=time_ns)
        on_copy()
