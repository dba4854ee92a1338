"""POST /v1/generate: a wish in, crystals out."""
