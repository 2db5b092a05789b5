"""Real servers of our own, on loopback ports, in temporary folders; nothing of the system is touched."""
