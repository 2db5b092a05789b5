"""From the text of rules.yaml to the catalogue, or to complaints that name the line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from mailbot.catalogue.complaints import complaints_of
from mailbot.catalogue.loose_ends import loose_ends, unknown_handovers
from mailbot.catalogue.whole import Catalogue
from mailbot.errors import CatalogueError
from mailbot.variables import templates_beside

NO_FILE = "there is no such file; `mailbot init` writes one; or set MAILBOT_RULES, or start where rules.yaml lies"


def load_catalogue(path: Path) -> Catalogue:
    """
    Read rules.yaml (UTF-8).

    Raises CatalogueError with every complaint at once, one `file:line: sentence` a line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CatalogueError(f"{path}: {NO_FILE}") from None
    except OSError as error:
        raise CatalogueError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise CatalogueError(f"{path}:{line}: is no text in UTF-8; save it as UTF-8, or take the file from a backup") from error
    return parse_catalogue(text, str(path), handovers=_handovers(templates_beside(path)))


def _handovers(templates: Path) -> frozenset[str] | None:
    """What `handover` may name; None where there are no templates at all, which is somebody else's complaint."""
    return frozenset(file.stem for file in templates.glob("handover/*.*")) if templates.is_dir() else None


def parse_catalogue(text: str, name: str = "rules.yaml", *, handovers: Set[str] | None = None) -> Catalogue:
    """
    The catalogue that stands in `text`; `name` stands in complaints.

    Args:
        handovers: those that there are; None: not known, so any may be named.

    Raises CatalogueError.
    """
    try:
        tree, content = _parsed(text)
        doubles = list(_doubled_keys(tree))
        if doubles:
            raise CatalogueError("\n".join(f"{name}:{line}: the key '{key}' stands twice" for line, key in doubles))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise CatalogueError(f"{name}:{mark.line + 1 if mark else 1}: {error.problem or error.context}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise CatalogueError(f"{name}:{line}: holds a character that is none of a text; take it out") from error
    except yaml.YAMLError as error:
        raise CatalogueError(f"{name}:1: {error}") from error
    except ValueError as error:
        raise CatalogueError(f"{name}:1: {error}") from error
    if not isinstance(content, dict):
        raise CatalogueError(f"{name}:1: should be settings like 'services:', stands there: {_kind(content)}")
    found = [*loose_ends(content), *unknown_handovers(content, handovers)]
    complaints = [(_line_of(tree, place), sentence) for place, sentence in found]
    try:
        catalogue = Catalogue.model_validate(content)
    except ValidationError as error:
        complaints += [(_line_of(tree, place), sentence) for place, sentence in complaints_of(error, Catalogue)]
    if complaints:
        raise CatalogueError("\n".join(f"{name}:{line}: {sentence}" for line, sentence in sorted(complaints)))
    return catalogue


def _parsed(text: str) -> tuple[yaml.Node | None, Any]:
    """The file's nodes, which know their lines, and its values. Raises YAMLError."""
    try:
        fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it was built
        return yaml.compose(text, fast), yaml.load(text, fast)
    except yaml.YAMLError:
        # Its complaints say more clearly what is wrong, and are the same everywhere.
        return yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)


def _kind(content: object) -> str:
    return "nothing" if content is None else "a list" if isinstance(content, list) else f"'{content}'"


def _doubled_keys(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """PyYAML silently takes the last of two equal keys."""
    match node:
        case yaml.MappingNode(value=pairs):
            seen: set[str] = set()
            for key, value in pairs:
                if isinstance(key.value, str):
                    if key.value in seen:
                        yield key.start_mark.line + 1, key.value
                    seen.add(key.value)
                yield from _doubled_keys(value)
        case yaml.SequenceNode(value=items):
            for item in items:
                yield from _doubled_keys(item)


def _line_of(node: yaml.Node | None, place: Sequence[str | int]) -> int:
    """The line, counted from 1, of the last step of `place` that stands in the file."""
    line = 1
    for step in place:
        match node:
            case yaml.MappingNode(value=pairs):
                found = next(((key, value) for key, value in pairs if key.value == step), None)
            case yaml.SequenceNode(value=items) if isinstance(step, int) and step < len(items):
                found = (items[step], items[step])
            case _:
                found = None
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line
