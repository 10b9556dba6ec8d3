"""Signed webhooks: what is sent, to whom, in which form, and again when it did not arrive."""
