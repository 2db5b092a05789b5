"""Where the bot connects: the environment and `.env` as validated values. What the bot does stands in rules.yaml."""

from __future__ import annotations

import os
import secrets
import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from mailbot.errors import SettingsError
from mailbot.listener import UNIX, Door, Listener, SocketFile
from mailbot.login import ClientCertificate, Login, OAuth
from mailbot.variables import PREFIX, RULES, given, templates_beside, variables

LogStyle = Literal["pretty", "logfmt", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]

if TYPE_CHECKING:
    from mailbot.dkim import Dkim

SECRET_LENGTH = 32
DATABASE = "sqlite:///mailbot.db"
BY_NAME = ("imap", "lmtp", "oauth")
"""Settings that are several, MAILBOT_IMAP_…"""


def _login(kind: str) -> BeforeValidator:
    def parse(value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            login = Login.parse(value)
        except SettingsError as error:
            raise _complaint(str(error)) from None
        if not login.scheme.startswith(kind):
            raise _complaint(f"'{login.scheme}' is not a scheme for {kind.upper()}; use {kind}s:// or {kind}+starttls://")
        return login

    return BeforeValidator(parse)


def _listener(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return Listener.parse(value)
    except SettingsError as error:
        raise _complaint(str(error)) from None


def _door(value: object) -> object:
    try:
        door = SocketFile.parse(value) if isinstance(value, str) and value.startswith(UNIX) else _listener(value)
    except SettingsError as error:
        raise _complaint(str(error)) from None
    if isinstance(door, Listener) and not door.on_loopback:
        raise _complaint(f"at {door.host} other machines could deliver, and nobody asks who they are; use 127.0.0.1:{door.port}")
    return door


def _database(value: object) -> object:
    if isinstance(value, URL):
        return value
    try:
        url = make_url(str(value))
    except (ArgumentError, ValueError):
        raise _complaint("is no database; use sqlite:///mailbot.db or postgresql+psycopg://user:password@host/name") from None
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise _complaint(f"unknown database '{url.drivername}', allowed: sqlite, postgresql+psycopg")
    if url.drivername == "sqlite" and url.database in (None, "", ":memory:"):
        raise _complaint("a database in memory would lose every mail; name a file: sqlite:///mailbot.db")
    if url.drivername == "sqlite" and url.query:
        raise _complaint(f"a file takes no options; write sqlite:///{url.database}")
    return url


def _key(value: object) -> object:
    if isinstance(value, str) and len(value) < SECRET_LENGTH:
        raise _complaint(f"has {len(value)} characters, it needs at least {SECRET_LENGTH}")
    return value


def _keys(value: object) -> object:
    return tuple(_key(part) for part in value.split()) if isinstance(value, str) else value


def _complaint(sentence: str) -> PydanticCustomError:
    # The sentence goes in as a value: braces in it are no placeholders.
    return PydanticCustomError("setting", "{sentence}", {"sentence": sentence})


ImapLogin = Annotated[Login, _login("imap")]
SmtpLogin = Annotated[Login, _login("smtp")]
Key = Annotated[SecretStr, BeforeValidator(_key)]
Keys = Annotated[tuple[SecretStr, ...], BeforeValidator(_keys)]


class Settings(BaseSettings):
    """All settings. Logins that no command needs may be absent."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True)

    rules: Path = RULES
    """Path of the rules. The folder `templates` is expected beside it."""
    database: Annotated[URL, BeforeValidator(_database)] = make_url(DATABASE)
    """`sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql+psycopg://user:password@host/name`."""
    imap: dict[str, ImapLogin] = Field(default_factory=dict)
    """
    Login of each mailbox in rules.yaml, `MAILBOT_IMAP_SUPPORT` for the mailbox `support`:
    `imaps://user%40verein.example:password@host`.
    """
    lmtp: dict[str, Annotated[Door, BeforeValidator(_door)]] = Field(default_factory=dict)
    """
    Where a mail server on this machine delivers to a mailbox of rules.yaml that is not read by IMAP, `MAILBOT_LMTP_SUPPORT`
    for the mailbox `support`: a socket, `unix:/var/spool/postfix/mailbot/support`, or a port, `127.0.0.1:8024`; one for each.
    """
    smtp: SmtpLogin | None = None
    """Login for sending: `smtps://user:password@host`."""
    oauth: dict[str, SecretStr] = Field(default_factory=dict)
    """
    How access tokens are got for logins by OAuth 2: `MAILBOT_OAUTH_TOKEN_URL`, `MAILBOT_OAUTH_CLIENT_ID`,
    `MAILBOT_OAUTH_CLIENT_SECRET`, `MAILBOT_OAUTH_REFRESH_TOKEN`, `MAILBOT_OAUTH_SCOPE`. With `_SUPPORT` behind
    it is meant for the mailbox `support` alone, with `_SMTP` for sending.
    """
    client_certificate: Path | None = None
    """Path of the certificate (PEM) that is shown to mail servers that ask for one."""
    client_key: Path | None = None
    """Path of its key, without a password; where it is not set the key stands in the file of the certificate too."""
    dkim_domain: str | None = None
    """The domain by which outgoing mails are signed, that of their sender: `verein.example`. Without it none is signed."""
    dkim_selector: str | None = None
    """Where the public key stands in the DNS: `<selector>._domainkey.<domain>`."""
    dkim_key: SecretStr | None = None
    """The private key: RSA, in PEM, without a password. Best as `MAILBOT_DKIM_KEY_FILE`, the path of its file."""
    secret: Key | None = None
    """
    Key of the signed Message-IDs, at least 32 characters. Without it one is created: `<database>.secret` beside SQLite,
    a row in PostgreSQL.
    """
    secret_old: Keys = ()
    """Earlier keys, separated by blanks, whose mails are still recognised."""
    limits: Literal["on", "off"] = "on"
    """`off`: no limits on automatic mail, for drills; refused unless `MAILBOT_SMTP` is on this machine."""
    readers: Annotated[int, Field(ge=0, le=64)] = 0
    """Processes that read mails on further cores when many wait; each takes some 100 MB then."""
    metrics: Annotated[Listener | None, BeforeValidator(_listener)] = None
    """Where a running bot answers `/healthz` and `/metrics`: `127.0.0.1:9464`. Without it nobody may ask the bot."""
    metrics_from: Literal["loopback", "anywhere"] = "loopback"
    """`anywhere`: the address in `MAILBOT_METRICS` may be one that other machines reach."""
    log: LogStyle | None = None
    """
    How the log looks: `pretty` for people, in colours at a terminal; `json`, an object a line; `logfmt`, `name=value`.
    Without it `pretty` at a terminal, else `logfmt`.
    """
    log_level: LogLevel = "info"
    """The least that the log tells: `debug`, `info`, `warning` or `error`."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_args: object, **_kwargs: object
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, _Variables(settings_cls)

    @model_validator(mode="after")
    def _limits_hold_outside(self) -> Settings:
        if self.limits == "off" and not (self.smtp and self.smtp.on_loopback):
            raise _complaint("MAILBOT_LIMITS: 'off' is for drills; it is allowed only where MAILBOT_SMTP is on loopback")
        return self

    @model_validator(mode="after")
    def _metrics_are_nobody_elses(self) -> Settings:
        if self.metrics and self.metrics_from == "loopback" and not self.metrics.on_loopback:
            raise _complaint(
                f"MAILBOT_METRICS: at {self.metrics.host} other machines could ask; use 127.0.0.1, "
                "or say so with MAILBOT_METRICS_FROM=anywhere"
            )
        return self

    @model_validator(mode="after")
    def _mails_come_one_way(self) -> Settings:
        both = [id.upper() for id in self.lmtp if id in self.imap]
        same = [(other, one) for (one, here), (other, there) in combinations(self.lmtp.items(), 2) if here == there]
        complaints = [
            *(f"{PREFIX}IMAP_{id} and {PREFIX}LMTP_{id} are both set; keep one of them" for id in both),
            *(
                f"{PREFIX}LMTP_{one.upper()}: mails to '{other}' are delivered there; take another {self.lmtp[one].kind}"
                for one, other in same
            ),
        ]
        if complaints:
            raise _complaint("\n".join(complaints))
        return self

    @model_validator(mode="after")
    def _logins_are_whole(self) -> Settings:
        complaints = dict.fromkeys(filter(None, [*map(self._lack_of, self.imap), self._lack_of(None) if self.smtp else None]))
        if complaints:
            raise _complaint("\n".join(complaints))
        return self

    def _lack_of(self, id: str | None) -> str | None:
        try:
            _ = self.outgoing() if id is None else self.mailbox(id)
        except SettingsError as error:
            return str(error)
        return None

    @model_validator(mode="after")
    def _signing_is_whole(self) -> Settings:
        try:
            _ = self.dkim
        except SettingsError as error:
            raise _complaint(str(error)) from None
        return self

    @property
    def dkim(self) -> Dkim | None:
        """How outgoing mails are signed; None: they are not."""
        key = self.dkim_key.get_secret_value() if self.dkim_key else None
        if not (self.dkim_domain or self.dkim_selector or key):
            return None
        # Reading a key takes some milliseconds and a library, which most have no need of.
        from mailbot.dkim import Dkim

        return Dkim.of(self.dkim_domain, self.dkim_selector, key)

    @property
    def templates(self) -> Path:
        """The folder of every text the bot sends, beside rules.yaml."""
        return templates_beside(self.rules)

    @property
    def boxes(self) -> tuple[str, ...]:
        """Ids of the mailboxes that have a way in, whatever rules.yaml knows."""
        return (*self.imap, *self.lmtp)

    def way_in(self, id: str) -> Login | Door:
        """How that mailbox's mails come in: it is read, or delivered to. Raises SettingsError when neither is set."""
        return self.lmtp.get(id) or self.mailbox(id)

    def mailbox(self, id: str) -> Login:
        """The login of that mailbox, with all that it needs. Raises SettingsError when it is not set."""
        try:
            return self._whole(self.imap[id], id)
        except KeyError:
            name = id.upper()
            raise SettingsError(
                f"{PREFIX}IMAP_{name} is not set; it looks like imaps://user%40verein.example:password@mail.verein.example; "
                f"or set {PREFIX}LMTP_{name}, where a mail server delivers to the bot"
            ) from None

    def outgoing(self) -> Login:
        """The login for sending, with all that it needs. Raises SettingsError when it is not set."""
        if self.smtp is None:
            raise SettingsError(f"{PREFIX}SMTP is not set; it looks like smtps://user:password@mail.verein.example")
        return self._whole(self.smtp, "smtp")

    def _whole(self, login: Login, owner: str) -> Login:
        if login.way == "external" and self.client_certificate is None:
            raise SettingsError(f"{PREFIX}CLIENT_CERTIFICATE is not set, and {login.user} logs in by it")
        token_settings = {name: value.get_secret_value() for name, value in self.oauth.items()}
        oauth = OAuth.of(token_settings, owner) if login.way == "oauth" else None
        return replace(login, oauth=oauth, certificate=self._certificate)

    @property
    def _certificate(self) -> ClientCertificate | None:
        if self.client_certificate is None:
            return None
        shown = ClientCertificate(certificate=self.client_certificate, key=self.client_key)
        shown.shown_in(ssl.create_default_context())
        return shown

    def keys_set(self) -> tuple[bytes, ...]:
        """The keys that are set, the current one first; none where it lies with the database."""
        return self.keys(str) if self.secret else ()

    def keys(self, kept: Callable[[], str]) -> tuple[bytes, ...]:
        """The key for new reply tokens (`kept` gives it where none is set), then earlier ones that still count."""
        current = self.secret.get_secret_value() if self.secret else kept()
        return tuple(key.encode() for key in (current, *(old.get_secret_value() for old in self.secret_old)))


class _Variables(PydanticBaseSettingsSource):
    """What `variables` found, as pydantic takes it."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        values = variables()
        known = {
            name.lower(): value
            for name, value in values.items()
            if name.lower() in self.settings_cls.model_fields and name.lower() not in BY_NAME
        }
        return {**known, **{each: _below(values, f"{each.upper()}_") for each in BY_NAME}}


def _below(values: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix).lower(): value for name, value in values.items() if name.startswith(prefix)}


def strangers(mailboxes: Collection[str]) -> tuple[str, ...]:
    """
    A sentence for each MAILBOT_* that is set and means nothing: it is misspelt, or no mailbox of rules.yaml has that id.

    Raises SettingsError: .env cannot be read.
    """
    plain = [name.upper() for name in Settings.model_fields if name not in BY_NAME]
    token = [f"OAUTH_{part.name.upper()}" for part in fields(OAuth)]
    owners = [id.upper() for id in mailboxes]
    ways_in = (f"{way}_{id}" for way in ("IMAP", "LMTP") for id in owners)
    known = {*plain, *token, *ways_in, *(f"{part}_{id}" for part in token for id in [*owners, "SMTP"])}
    names = sorted(name for name in given() if name.removesuffix("_FILE") not in known)
    return tuple(_unknown(name, known) for name in names)


def _unknown(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name.removesuffix("_FILE"), known, n=1)
    mailbox = name.startswith(("IMAP_", "LMTP_"))
    hint = (
        f"did you mean {PREFIX}{near[0]}?" if near else "rules.yaml has no such mailbox" if mailbox else "see docs/operating.md"
    )
    return f"{PREFIX}{name} is set and means nothing; {hint}"


def load_settings() -> Settings:
    """
    Read the environment and `.env`.

    Raises SettingsError with every complaint at once, one `VARIABLE: sentence` a line.
    """
    try:
        return Settings()
    except ValidationError as error:
        _refuse(error)


def _refuse(error: ValidationError) -> NoReturn:
    complaints = []
    for each in error.errors(include_url=False):
        place, sentence = "_".join(str(step) for step in each["loc"]).upper(), _in_words(each)
        complaints.append(f"{PREFIX}{place}: {sentence}" if place else sentence)
    raise SettingsError("\n".join(complaints)) from None


def _in_words(error: ErrorDetails) -> str:
    """What is wrong; what stands there is told only of what can be no secret."""
    told = f", not '{error['input']}'" if error["type"] in ("literal_error", "int_parsing") else ""
    if error["type"] == "int_parsing":
        return f"should be a whole number{told}"
    return error["msg"].replace("Input should be", "should be") + told


def secret_beside(database: Path) -> str:
    """
    The key in `<database>.secret`; it is created, readable by its owner alone, when there is none.

    Several bots that start at once agree on one. Raises SettingsError when the file cannot be read or written.
    """
    path = database.with_name(database.name + ".secret")
    try:
        if not path.exists():
            _create_secret(path)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: the secret can be neither read nor created ({error}); or set {PREFIX}SECRET") from None
    if len(secret) < SECRET_LENGTH:
        raise SettingsError(
            f"{path}: holds {len(secret)} characters, a secret needs at least {SECRET_LENGTH}; restore it from a backup"
        )
    return secret


def new_secret() -> str:
    """A fresh random key of 256 bits."""
    return secrets.token_urlsafe(32)


def _create_secret(path: Path) -> None:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(new_secret() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link, unlike a rename, leaves the file of a bot that was faster alone.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
