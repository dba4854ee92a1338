"""One folder a kind of data: the papers' architectures and the products people hold."""
