"""From a mail's words to what is asked for. Pure: a mail, the catalogue, and what was said before."""
