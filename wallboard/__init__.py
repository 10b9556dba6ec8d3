"""Events to people: the web service and pages for supervisors and agents."""
