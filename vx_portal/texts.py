"""Pages of text: how it works, help, privacy, accessibility."""
