"""What pages and API show: read from the tables, and only what the viewer may see."""
