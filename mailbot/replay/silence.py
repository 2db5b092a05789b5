"""Why a mail gets no answer, for those who read a report: the reasons of `mail.origin` and of the decisions, in German, too."""

from __future__ import annotations

from collections.abc import Mapping

from mailbot.tickets.decide import FORGED, IN_VAIN, NO_SENDER, THANKS
from mailbot.tickets.takeover import ANSWERED, TAKEN_OVER

GERMAN: Mapping[str, str] = {
    NO_SENDER: "Die Mail nennt nicht, wer sie geschickt hat.",
    FORGED: "Die Prüfung der Absenderadresse ist gescheitert (SPF, DKIM oder DMARC).",
    THANKS: "Ein Dank braucht keine Antwort.",
    IN_VAIN: "So viele Antworten hintereinander haben nichts Neues gebracht, dass jetzt ein Mensch schreiben muss.",
    TAKEN_OVER: "Ein Mensch hat das Gespräch übernommen.",
    ANSWERED: "Ein Mensch hat aus dem Postfach geantwortet.",
    "It is our own automatic mail: it comes from one of our addresses and says Auto-Submitted.": (
        "Es ist unsere eigene automatische Mail: Sie kommt von einer unserer Adressen und sagt es selbst (Auto-Submitted)."
    ),
    "It went through one of our addresses before (X-Loop).": "Sie ging schon einmal durch eine unserer Adressen (X-Loop).",
    "The mail server marked it as spam.": "Der Mailserver hat sie als Spam markiert.",
    "It is a delivery report (RFC 3464) or a read receipt (RFC 8098).": (
        "Es ist ein Zustellbericht (RFC 3464) oder eine Lesebestätigung (RFC 8098)."
    ),
    "It names recipients that a mail did not reach.": "Sie nennt Empfänger*innen, die eine Mail nicht erreicht hat.",
    "A mail system sent it (mailer-daemon, postmaster).": "Ein Mailsystem hat sie geschickt (mailer-daemon, postmaster).",
    "A mail system sent it: by its name, and the subject speaks of a delivery.": (
        "Ein Mailsystem hat sie geschickt: Das sagt sein Name, und der Betreff spricht von einer Zustellung."
    ),
    "The subject is word for word that of a mail system, and it would not come back to who sent it.": (
        "Der Betreff ist Wort für Wort der eines Mailsystems, und eine Antwort käme nicht dorthin zurück."
    ),
    "It says that it is an automatic answer (Auto-Submitted).": (
        "Sie sagt, dass sie eine automatische Antwort ist (Auto-Submitted)."
    ),
    "It says that it is an automatic answer (X-Autoreply, X-Autorespond, Precedence: auto_reply).": (
        "Sie sagt, dass sie eine automatische Antwort ist (X-Autoreply, X-Autorespond, Precedence: auto_reply)."
    ),
    "The subject speaks of an absence, and the mail has a null return path or is sent in bulk.": (
        "Der Betreff spricht von einer Abwesenheit, und die Mail hat keinen Rückweg oder ging an viele."
    ),
    "The subject opens with the words of an absence note, followed by the subject of a mail of ours.": (
        "Der Betreff beginnt wie eine Abwesenheitsnotiz, danach folgt der Betreff einer Mail von uns."
    ),
    "It answers a mail of ours and was sent in bulk (Precedence), as autoresponders do and no person.": (
        "Sie antwortet auf eine Mail von uns und ging an viele (Precedence), wie es automatische Antworten tun und kein Mensch."
    ),
    "It answers a mail of ours and says in words that it is automatic.": (
        "Sie antwortet auf eine Mail von uns und sagt in Worten, dass sie automatisch ist."
    ),
    "A calendar sent it.": "Ein Kalender hat sie geschickt.",
    "It says that a program wrote it (Auto-Submitted).": "Sie sagt, dass ein Programm sie geschrieben hat (Auto-Submitted).",
    "It came through a mailing list (List-Id, List-Unsubscribe).": "Sie kam über eine Mailingliste (List-Id, List-Unsubscribe).",
    "Its return path is that of a list or a program (owner-…, …-request; RFC 3834, section 2).": (
        "Ihr Rückweg ist der einer Liste oder eines Programms (owner-…, …-request; RFC 3834, Abschnitt 2)."
    ),
    "It was sent in bulk and not to us (Precedence).": "Sie ging an viele und nicht an uns (Precedence).",
    "Its sender takes no answers (no-reply).": "Ihre Absenderadresse nimmt keine Antworten an (no-reply).",
    "It has a null return path, which only programs use (RFC 5321, 4.5.5).": (
        "Sie hat keinen Rückweg, wie nur Programme schreiben (RFC 5321, 4.5.5)."
    ),
    "A program says that it generated it.": "Ein Programm sagt, dass es sie erzeugt hat.",
}


def why_silent(reason: str | None, language: str) -> str:
    """The reason in that language, "" where an answer goes out."""
    if reason is None:
        return ""
    return GERMAN.get(reason, reason) if language == "de" else reason
