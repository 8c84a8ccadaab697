"""Whole campaigns of messy mail with known truth, and the board that says what became of every figure."""
