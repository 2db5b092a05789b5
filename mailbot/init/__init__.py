"""`mailbot init`: from a few answers to the first `.env` and rules.yaml."""
