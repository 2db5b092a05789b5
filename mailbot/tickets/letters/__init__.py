"""What stands in each mail that the bot sends: to members, to staff about a ticket, and overviews."""
