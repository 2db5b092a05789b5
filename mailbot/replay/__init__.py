"""A shadow run over an archive: what the bot would have made of it, beside what people did. Nothing is stored or sent."""
