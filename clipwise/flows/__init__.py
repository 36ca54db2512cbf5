"""What to send, in which order, when to wait, when to retry: generators that ask for effects and never do I/O."""
