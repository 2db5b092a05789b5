"""Other people's programs for the same task, from PyPI, each as its own documentation sets it up; in a venv of their own."""
