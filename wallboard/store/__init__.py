"""What the wallboard keeps: the newest state of everything people see, in a database."""
