"""The running bot: receives, works, sends, and does what the clock wants. Effects, no policy."""
