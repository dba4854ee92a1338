"""`fourfold run crystals`: a crystal generator trained, judged and shown."""
