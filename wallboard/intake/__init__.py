"""Events in: what lies on the topics becomes rows, and each change a row of the feed."""
