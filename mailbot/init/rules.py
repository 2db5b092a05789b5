"""rules.yaml for an association: the one that ships, with its comments, and with this association's answers in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from io import StringIO
from pathlib import Path
from types import MappingProxyType

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from mailbot.catalogue import ALWAYS, load_catalogue, parse_catalogue
from mailbot.errors import SettingsError
from mailbot.examples import broken_examples
from mailbot.init.answers import Answers, id_of

ABOVE: Mapping[str, str] = MappingProxyType(
    {
        "mode": "How far the bot is trusted (docs/rules.md). shadow: it writes down what it would send, and nobody hears of it.\n"
        "draft: a person sends what it writes. live: it sends.",
        "organisation": "Who answers.",
        "staff": "Who works on requests. Without `services`: on all of them.",
        "authserv_ids": "The receiving mail server's own name in Authentication-Results; `mailbot check` shows what it writes.\n"
        "Without it no sender counts as proven, and answers repeat nothing of what was written.",
        "language": "Words by which wishes, changes and trouble are known, whatever the service.",
    }
)
"""What stands above these keys: they are new, or what stood there has gone with what stood before it."""

KNOWN = "Names that exist, like OV Kalk: a name close to one of them is taken for its misspelling."
SCHEMA = "rules.schema.json"

_IN_THE_SHIPPED = re.compile(r"(?m)^# mode: .*\n")
_SCHEMA = re.compile(r"\$schema=\S+")


def offered(file: Path) -> Mapping[str, str]:
    """The services of rules.yaml as it ships that may be left away, id to German name."""
    services = load_catalogue(file).services
    return {service.id: service.label.de for service in services if service.id not in ALWAYS}


def made_elsewhere(file: Path) -> frozenset[str]:
    """Those of them that are only referred to, because others run them: few associations have the same."""
    return frozenset(service.id for service in load_catalogue(file).services if service.complete == "refer")


def rules_for(answers: Answers, file: Path) -> str:
    """
    The text of rules.yaml.

    Raises SettingsError: it names a service that does not ship.
    """
    yaml = _yaml()
    rules: CommentedMap = yaml.load(file.read_text(encoding="utf-8"))
    former = rules["organisation"]["domain"]
    _choose(rules, answers.services or tuple(offered(file)))
    _fill_in(rules, answers)
    text = _moved(_written(yaml, rules), former, answers.domain)
    text = _SCHEMA.sub(f"$schema={SCHEMA}", _IN_THE_SHIPPED.sub("", text))
    return _without_broken_examples(text, file)


def _yaml() -> YAML:
    """So the file that ships comes out of it as it went in."""
    yaml = YAML()
    yaml.width, yaml.preserve_quotes = 10**6, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _written(yaml: YAML, rules: CommentedMap) -> str:
    out = StringIO()
    yaml.dump(rules, out)
    return out.getvalue()


def _choose(rules: CommentedMap, wanted: Collection[str]) -> None:
    there = [service["id"] for service in rules["services"]]
    if strangers := [id for id in wanted if id not in there]:
        raise SettingsError(f"there is no service '{strangers[0]}'; there are: {', '.join(there)}")
    for at in reversed(range(len(there))):
        if there[at] not in wanted and there[at] not in ALWAYS:
            del rules["services"][at]


def _fill_in(rules: CommentedMap, answers: Answers) -> None:
    organisation = rules["organisation"]
    for key in ("name", "domain", "website", "address_as", "ticket_prefix"):
        organisation[key] = getattr(answers, key)
    organisation["misspelt_domains"] = []
    organisation.yaml_add_eol_comment("du or sie", "address_as")
    ids = ids_of(answers)
    rules["mailboxes"] = [
        {"id": id, "address": box.address, "name": box.name} for id, box in zip(ids, answers.mailboxes, strict=True)
    ]
    rules["staff"] = _staff(answers)
    rules["authserv_ids"] = []
    rules["groups"]["single"] = [{"short": "Vorstand", "names": []}]
    rules["groups"]["known"] = []
    rules["groups"].yaml_set_comment_before_after_key("known", before=KNOWN, indent=2)
    for service in rules["services"]:
        service.pop("on_hold", None)
        if service["inbox"] not in (*ids, "any"):
            service["inbox"] = ids[0]
    rules.insert(0, "mode", "shadow")
    for key, words in ABOVE.items():
        rules.yaml_set_comment_before_after_key(key, before=words if key == "mode" else f"\n{words}")


def ids_of(answers: Answers) -> tuple[str, ...]:
    """What the mailboxes are called in rules.yaml and in MAILBOT_IMAP_…, in their order."""
    ids: list[str] = []
    for box in answers.mailboxes:
        ids.append(id_of(box.address.partition("@")[0], ids))
    return tuple(ids)


def _staff(answers: Answers) -> list[dict[str, str]]:
    staff: list[dict[str, str]] = []
    for person in answers.staff:
        id = id_of(person.name.split()[0], [each["id"] for each in staff])
        staff.append({"id": id, "name": person.name, "email": person.email})
    return staff


def _moved(text: str, former: str, domain: str) -> str:
    """The association's own domain also stands in examples and in patterns, there with its dots escaped."""
    for old, new in ((former, domain), (former.replace(".", r"\\."), domain.replace(".", r"\\."))):
        text = text.replace(old, new)
    return text


def _without_broken_examples(text: str, file: Path) -> str:
    """What shows the way to a service that was left away shows nothing any more."""
    broken = broken_examples(parse_catalogue(text, str(file)))
    if not broken:
        return text
    yaml = _yaml()
    rules = yaml.load(text)
    by_id = {service["id"]: service for service in rules["services"]}
    for each in sorted(broken, key=lambda each: -each.number):
        del by_id[each.service]["examples"][each.number - 1]
    return _written(yaml, rules)
