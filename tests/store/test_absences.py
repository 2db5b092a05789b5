"""Who is away."""

from datetime import date

from mailbot.store import absences
from mailbot.store.database import Database

MONDAY, FRIDAY, SATURDAY = date(2026, 8, 3), date(2026, 8, 7), date(2026, 8, 8)


def test_somebody_is_away_up_to_and_including_the_last_day(database: Database):
    with database.write() as connection:
        absences.go_away(connection, "eva", until=MONDAY)
        absences.go_away(connection, "eva", until=FRIDAY)

        assert absences.away(connection, on=FRIDAY) == {"eva": FRIDAY}
        assert absences.away(connection, on=SATURDAY) == {}


def test_who_is_back_is_away_no_longer(database: Database):
    with database.write() as connection:
        absences.go_away(connection, "eva", until=FRIDAY)

        assert absences.come_back(connection, "eva")
        assert not absences.come_back(connection, "eva")
        assert absences.away(connection, on=MONDAY) == {}
