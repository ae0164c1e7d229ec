"""Pictures about colorized photos: contact sheets, spread maps, traces; no files."""
