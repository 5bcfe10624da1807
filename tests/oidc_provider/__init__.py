"""A real OpenID Connect provider for the tests: allauth's, with its own process and database."""
