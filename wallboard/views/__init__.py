"""What pages and API show: read from the tables, for one viewer, at one moment."""
