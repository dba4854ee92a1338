"""TEMPO (Cao et al., ICLR 2024): decompose, prompt, and forecast with GPT blocks."""
