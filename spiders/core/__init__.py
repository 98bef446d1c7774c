"""What all spiders share."""
