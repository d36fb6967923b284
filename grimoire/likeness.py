"""How alike two texts are, as numbers from 0 to 1."""
