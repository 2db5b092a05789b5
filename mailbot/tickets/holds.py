"""Services that wait: rules.yaml names some, staff put others on hold while the bot runs. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from mailbot.catalogue import Catalogue, Label


def with_holds(catalogue: Catalogue, holds: Mapping[str, str]) -> Catalogue:
    """
    The catalogue in which these services are on hold too.

    `holds` is the reason by service id; it is told in every language as it stands, and goes before the
    reason in rules.yaml. Ids that the catalogue does not know are left out.
    """
    if not holds:
        return catalogue
    services = tuple(
        service.model_copy(update={"on_hold": Label(de=holds[service.id], en=holds[service.id])})
        if service.id in holds
        else service
        for service in catalogue.services
    )
    values = {name: getattr(catalogue, name) for name in Catalogue.model_fields}
    # What is valid stays valid; a plain copy would also keep the old services in its cache.
    return Catalogue.model_construct(**{**values, "services": services})
