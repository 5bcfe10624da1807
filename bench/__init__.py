"""How fast pages, documents and mails are, as ratios to bare ones beside them: `make bench`."""
