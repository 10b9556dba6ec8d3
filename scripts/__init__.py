"""The `hardstop` command line."""
