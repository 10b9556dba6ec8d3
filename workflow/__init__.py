"""Findings to decisions: who takes the call, how, and with what brief. No clock, no network."""
