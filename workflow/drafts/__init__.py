"""Answers to an escalated situation: read, written, and checked for what must not be said."""
