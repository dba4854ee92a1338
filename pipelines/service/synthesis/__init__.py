"""POST /v1/synthesize: sound in, sound out."""
