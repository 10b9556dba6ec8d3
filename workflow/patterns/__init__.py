"""What many calls have in common: counts and times for those who lead, never a judgment of one."""
