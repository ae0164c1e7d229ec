"""From TOML data to frozen dataclasses; every key must be known and of its type."""

import dataclasses
import math
import tomllib
import types
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from colorize_cli.errors import ConfigError

__all__ = ["apply_overrides", "parse", "read_toml"]


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables.

    Raises:
        ConfigError: If the file is missing, unreadable or not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(str(path), "no such file") from error
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), f"is not valid TOML: {error}") from error


def apply_overrides(data: dict[str, Any], overrides: Iterable[str]) -> None:
    """Write `table.key=value` settings into `data`, the values read as TOML.

    A value that is not TOML is taken as a string, so that quotes can be left out.

    Raises:
        ConfigError: If an override has no `=`, or its table is a value.
    """
    for override in overrides:
        name, equals, text = override.partition("=")
        name = name.strip()
        if not equals or not name:
            raise ConfigError(override, "must look like table.key=value")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text
        *tables, key = name.split(".")
        target = data
        for table in tables:
            target = target.setdefault(table, {})
            if not isinstance(target, dict):
                raise ConfigError(name, f"{table} is a value, not a table")
        target[key] = value


def parse(kind: type, data: dict[str, Any], prefix: str = "") -> Any:  # noqa: ANN401
    """Build dataclass `kind` from TOML data; `prefix` leads to its table.

    Raises:
        ConfigError: If a key is unknown, or a value is of the wrong type or out of
            range; the error names the key.
    """
    hints = get_type_hints(kind)
    values = {}
    for key, value in data.items():
        name = f"{prefix}{key}"
        if key not in hints:
            known = ", ".join(sorted(hints))
            raise ConfigError(name, f"unknown key; known here: {known}")
        values[key] = convert(hints[key], value, name)
    try:
        return kind(**values)
    except (ValueError, TypeError) as error:
        raise ConfigError(prefix.rstrip(".") or "config", str(error)) from error


def convert(hint: Any, value: Any, name: str) -> Any:  # noqa: ANN401
    """`value` as type `hint`, or a ConfigError that names the key."""
    if get_origin(hint) is types.UnionType:
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise ConfigError(name, "must be a table")
        return parse(hint, value, f"{name}.")
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            known = ", ".join(map(str, get_args(hint)))
            raise ConfigError(name, f"must be one of {known}; got {value!r}")
        return value
    if get_origin(hint) is tuple:
        return convert_list(get_args(hint), value, name)
    if hint is float and type(value) is int:
        return float(value)
    if hint is float and type(value) is float and not math.isfinite(value):
        raise ConfigError(name, f"must be a finite number, got {value}")
    if type(value) is not hint:
        raise ConfigError(name, f"must be {hint.__name__}, got {value!r}")
    return value


def convert_list(items: tuple[Any, ...], value: Any, name: str) -> tuple[Any, ...]:  # noqa: ANN401
    """A TOML list as a tuple of the given item types, checked for its length."""
    if not isinstance(value, list):
        raise ConfigError(name, f"must be a list, got {value!r}")
    if items[-1] is not Ellipsis and len(value) != len(items):
        raise ConfigError(name, f"must have {len(items)} items, got {value!r}")
    return tuple(convert(items[0], each, name) for each in value)
