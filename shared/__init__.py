"""The training core and all that two domains need."""
