"""`mailbot check`: all that must be right before the bot can run, tried one after the other. Nothing is changed anywhere."""
