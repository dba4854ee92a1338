"""Flow matching on crystals: a fast decoder behind the latent of the crystal autoencoder."""
