"""Dataset cards, small generated samples and shipped weights."""
