"""The suite over HTTP: `fourfold serve`."""
