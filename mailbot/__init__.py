"""mailbot reads an association's shared inboxes, asks for what is missing, and opens tickets."""
