"""How good generated, reconstructed and optimised crystals are."""
