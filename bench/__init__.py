"""How fast the pages are, as ratios against bare Django under the same server: `make bench`."""
