"""An evaluation as a document for people: Markdown, and one HTML file that needs no network."""
