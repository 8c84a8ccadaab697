"""Floor 1: what arrived. Pure: bytes in, values out; no path, socket, clock, database or subprocess."""
