"""The portal under load, as docker-compose.yml runs it: `make load`. See docs/architecture.md."""
