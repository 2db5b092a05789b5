"""Mail as it is on the wire and on the server. Knows nothing of tickets."""
