"""Can mails leave, and from our addresses? The server is asked, and no mail is handed over."""

from __future__ import annotations

from mailbot.catalogue import Catalogue
from mailbot.checkup.finding import Finding, Said, fine
from mailbot.mail.compose import on_the_wire
from mailbot.mail.smtp import open_smtp
from mailbot.service.office import tokens_for
from mailbot.settings import Settings

SMTP = Said(de="Versand", en="smtp")


def sending(settings: Settings, catalogue: Catalogue) -> Finding:
    """Raises SettingsError or DeliveryError: what is in the way."""
    if catalogue.in_shadow and settings.smtp is None:
        return fine(SMTP, de="nicht nötig: mode ist shadow, nichts geht hinaus", en="not needed: mode is shadow, nothing leaves")
    login = settings.outgoing()
    with tokens_for(settings, login) as tokens, open_smtp(login, tokens=tokens) as server:
        for box in catalogue.mailboxes:
            address = on_the_wire(box.address)
            server.would_take(address, address)
    senders = ", ".join(box.address for box in catalogue.mailboxes)
    return fine(
        SMTP,
        de=f"{login.user or 'ohne Anmeldung'} bei {login.host}:{login.port}; er nimmt Mails von {senders}",
        en=f"{login.user or 'without login'} at {login.host}:{login.port}; it takes mails from {senders}",
    )
