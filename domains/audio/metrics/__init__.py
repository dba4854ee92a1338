"""How near a synthesised sound is to the original."""
