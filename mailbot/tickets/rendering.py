"""
Templates to mails: words rendered once by Jinja2, then given two looks, text and HTML.

What an edited template does wrong becomes one sentence with its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from traceback import walk_tb
from types import CodeType
from typing import Any, TypeVar

from css_inline import CSSInliner
from jinja2 import (
    BytecodeCache,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    pass_context,
)
from jinja2 import TemplateError as JinjaError
from jinja2.bccache import Bucket
from jinja2.ext import Extension
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from mailbot.errors import TemplateError
from mailbot.mail.letter import File
from mailbot.tickets.addressing import AddressAs, WrongChoice, addressed
from mailbot.tickets.blocks import Kept, read_page
from mailbot.tickets.plain import plain
from mailbot.tickets.quoting import rake_argument

LAYOUT = "look/mail.html"
FRAGMENT = "page/fragment.html"
FILLED = ("txt", "sh", "csv")
"""Endings of templates that are filled in, and not looks."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A mail's subject and its two parts, which say the same; and the files that go with it."""

    subject: str
    text: str
    html: str
    files: tuple[File, ...] = ()


class TidyLines(Extension):
    """
    A tag like `{% if … %}` alone on a line leaves no line behind; every other line stays a line.

    Jinja's `trim_blocks` alone would join a line that ends with a tag, or an `include`, with the next one.
    """

    _lonely = re.compile(r"\s*\{%-?\s*(?!include\b)\w+(?:(?!%\}).)*%\}\s*")

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The template as Jinja shall read it; Jinja calls this before it looks for tags."""
        return "\n".join(line if self._lonely.fullmatch(line) else self._kept(line) for line in source.split("\n"))

    @staticmethod
    def _kept(line: str) -> str:
        return re.sub(r"\s*%\}$", " +%}", line.rstrip())


@pass_context
def _keep(context: Context, value: object) -> str:
    kept: Kept = context["_kept"]
    return kept.keep(value)


TO_MEMBERS = ("de/", "page/de/")
"""Where German texts speak to members, and say both du and Sie."""


class _ByName(FileSystemLoader):
    """In tracebacks and compiled code a template is called by its name, wherever the folder lies. Of du and Sie it says one."""

    def __init__(self, folder: Path, address_as: AddressAs) -> None:
        super().__init__(folder, encoding="utf-8", followlinks=True)
        self._address_as = address_as

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The source of one template, its name, and whether the file is still as it was."""
        source, _, unchanged = super().get_source(environment, template)
        if template.startswith(TO_MEMBERS):
            try:
                source = addressed(source, self._address_as)
            except WrongChoice as error:
                raise TemplateSyntaxError(str(error), error.line, template) from error
        return source, template, unchanged


class _Compiled(BytecodeCache):
    """Code that was compiled once in this process, for all who write: Jinja2 asks by name and checksum of the source."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code to Jinja2, where it is known."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code that Jinja2 has compiled."""
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


_WORDS, _LOOK = _Compiled(), _Compiled()

_WRONG = (
    JinjaError,
    UnicodeDecodeError,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,
)
"""All that rendering an edited template can raise."""


class Templates:
    """
    The folder `templates/`, each file compiled once: what happens to it later changes nothing here.

    Raises TemplateError: there is no such folder; later with the place of what did not render.
    """

    def __init__(self, folder: Path, *, address_as: AddressAs = "du") -> None:
        if not folder.is_dir():
            raise TemplateError(f"{folder}: there is no such folder; it belongs beside rules.yaml")
        self._folder = folder
        options: dict[str, Any] = {
            "loader": _ByName(folder, address_as),
            "undefined": StrictUndefined,
            "trim_blocks": True,
            "lstrip_blocks": True,
            # Whoever edits a file must not change what is in force: it has not been rehearsed yet.
            "auto_reload": False,
            "cache_size": -1,
        }
        # Words are no HTML: their values are kept aside and escaped by the look.
        self._words = SandboxedEnvironment(
            autoescape=False, finalize=_keep, extensions=[TidyLines], bytecode_cache=_WORDS, **options
        )
        self._words.filters["rake"] = rake_argument
        self._look = SandboxedEnvironment(autoescape=True, bytecode_cache=_LOOK, **options)
        self._inliner = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)

    def write(self, template: str, language: str, **values: Any) -> Words:
        """The mail of that template ("de/answer.txt"); `organisation` must be among the values."""
        page = self.read(template, read_page, **values)
        look = {"page": page, "language": language, "organisation": values["organisation"]}
        html: str = self._guarded(LAYOUT, lambda: self._look.get_template(LAYOUT).render(**look))
        return Words(subject=page.subject, text=plain(page), html=self._inliner.inline(html))

    def write_text(self, template: str, **values: Any) -> str:
        """The text part of the same mail alone."""
        return plain(self.read(template, read_page, **values))

    def read(self, template: str, read: Callable[[str, Kept], T], **values: Any) -> T:
        """What `read` makes of that template, rendered, with its values kept aside; a ValueError of it is a complaint."""
        kept = Kept()
        rendered: str = self._guarded(template, lambda: self._words.get_template(template).render(**values, _kept=kept))
        found: T = self._guarded(template, lambda: read(rendered, kept))
        return found

    def names(self, start: str) -> tuple[str, ...]:
        """The templates whose names begin so, sorted."""
        return tuple(name for name in self._filled if name.startswith(start))

    @cached_property
    def _filled(self) -> tuple[str, ...]:
        """All templates that are filled in, sorted: the folder is not walked through for every mail."""
        return tuple(sorted(self._words.list_templates(extensions=FILLED)))

    def fragment(self, template: str, language: str, **values: Any) -> Words:
        """The same for somebody else's web page: HTML without a look of its own."""
        page = self.read(template, read_page, **values)
        html: str = self._guarded(FRAGMENT, lambda: self._look.get_template(FRAGMENT).render(page=page, language=language))
        return Words(subject=page.subject, text=plain(page), html=html)

    def _guarded(self, template: str, render: Callable[[], Any]) -> Any:
        try:
            return render()
        except _WRONG as error:
            raise TemplateError(self._complaint(template, error)) from error

    def compile_all(self) -> None:
        """
        Compile what was not needed yet, so that all texts are of the same moment.

        Raises TemplateError: with all that cannot be compiled, one `templates/…:line: sentence` a line.
        """
        complaints = [
            complaint
            for environment, endings in ((self._words, FILLED), (self._look, ("html",)))
            for name in environment.list_templates(extensions=endings)
            if (complaint := self._broken(environment, name))
        ]
        if complaints:
            raise TemplateError("\n".join(complaints))

    def _broken(self, environment: Environment, name: str) -> str | None:
        try:
            environment.get_template(name)
        except (JinjaError, UnicodeDecodeError) as error:
            return self._complaint(name, error)
        return None

    def _complaint(self, template: str, error: Exception) -> str:
        name, line, what = template, 1, str(error)
        if isinstance(error, TemplateSyntaxError):
            name, line, what = error.name or template, error.lineno, error.message or "wrong syntax"
        elif places := self._places(error):
            name, line = places[-1]
        if isinstance(error, TemplateNotFound):
            what = f"there is no template '{error.name}'"
        if isinstance(error, RecursionError):
            what = "it includes itself, without end"
        if isinstance(error, MemoryError):
            what = "it writes more than there is memory for"
        if isinstance(error, UnicodeDecodeError):
            what = "this is no UTF-8 text; save the file as UTF-8"
        return f"{self._folder.name}/{name}:{line}: {what}"

    def _places(self, error: Exception) -> list[tuple[str, int]]:
        """Jinja2 rewrites tracebacks so that a frame of a template names it and its line."""
        frames = ((frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__))
        return [(name, line) for name, line in frames if not Path(name).is_absolute() and (self._folder / name).is_file()]
