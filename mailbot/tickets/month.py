"""The monthly report as blocks. Values only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from mailbot.catalogue import Catalogue
from mailbot.tickets.blocks import Bars, Facts
from mailbot.tickets.offers import Offer, offer
from mailbot.tickets.report import Figures, Missing, Report
from mailbot.tickets.wording import MONTHS, lasted

LANGUAGE = "de"


def month_sections(report: Report, catalogue: Catalogue, sentence: Callable[[Offer], str]) -> dict[str, Any]:
    """What stands in the report; `sentence` gives what the web page says of an offer."""
    month = report.month
    missing = [_missing(each, catalogue, sentence) for each in month.missing]
    return {
        "month": f"{month_name(month.month)} {month.month.year}",
        "opened": month.opened,
        "closed": month.closed,
        "facts": facts(report),
        "services": by_service(report, catalogue),
        "weeks": by_week(month),
        "missing": missing,
        "sentences": [each for n, each in enumerate(missing) if each["service"] not in {one["service"] for one in missing[:n]}],
    }


def _missing(missing: Missing, catalogue: Catalogue, sentence: Callable[[Offer], str]) -> dict[str, Any]:
    service = catalogue.service(missing.service)
    field, offered = service.field(missing.field), offer(service, catalogue, LANGUAGE)
    return {
        "service": offered.label,
        "field": field.label.in_(LANGUAGE) if field else missing.field,
        "times": missing.times,
        "of": missing.of,
        "sentence": sentence(offered),
    }


def facts(report: Report) -> Facts:
    """Each figure beside that of the month before."""
    now, before = report.month, report.before
    rows = (
        ("Anfragen", f"{now.opened}", f"{before.opened}"),
        ("Abgeschlossen", f"{now.closed}", f"{before.closed}"),
        ("Bis alles beisammen war (Median)", _time(now.until_complete), _time(before.until_complete)),
        ("Bis zum Abschluss (Median)", _time(now.until_closed), _time(before.until_closed)),
        ("Rückfragen des Bots", f"{now.asked}", f"{before.asked}"),
        ("Ohne Rückfrage", _share(now), _share(before)),
    )
    name = month_name(before.month)
    return Facts(rows=tuple((label, (f"{here} (im {name}: {there})",)) for label, here, there in rows))


def _time(median: timedelta | None) -> str:
    return "–" if median is None else lasted(median)


def _share(figures: Figures) -> str:
    return f"{100 * figures.unasked // figures.opened} %" if figures.opened else "–"


def by_service(report: Report, catalogue: Catalogue) -> Bars | None:
    """What was asked for in both months."""
    now, before = dict(report.month.services), dict(report.before.services)
    ids = sorted({*now, *before}, key=lambda id: (-now.get(id, 0), -before.get(id, 0), id))
    rows = tuple((catalogue.service(id).label.in_(LANGUAGE), (now.get(id, 0), before.get(id, 0))) for id in ids)
    return Bars(series=(month_name(report.month.month), month_name(report.before.month)), rows=rows) if rows else None


def by_week(figures: Figures) -> Bars | None:
    """What was opened and closed in the weeks of the month."""
    if not figures.opened and not figures.closed:
        return None
    rows = tuple((f"{week.first}.–{week.last}.", (week.opened, week.closed)) for week in figures.weeks)
    return Bars(series=("neu", "abgeschlossen"), rows=rows)


def month_name(month: date) -> str:
    """ "Oktober"."""
    return MONTHS[LANGUAGE].split()[month.month - 1]
