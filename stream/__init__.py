"""Events to and from Kafka. The only room that knows Kafka."""
