"""What can be asked over HTTP, a module a page; each has a `router`."""
