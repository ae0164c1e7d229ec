"""Pictures as arrays: colour spaces, tiles, putting colour back; no files."""
