"""A semester in a test: `make semester`. See docs/architecture.md."""
