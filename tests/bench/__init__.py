"""Speed and memory, as ratios to public tools in the same run: `make bench`."""
