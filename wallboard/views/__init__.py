"""What pages and API show, read from the tables and asked of `access` first."""
