"""What staff order by mail or at the command line: reading it, the verbs, and what becomes of a ticket. Pure."""
