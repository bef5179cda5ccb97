"""What is known of how good models are."""
