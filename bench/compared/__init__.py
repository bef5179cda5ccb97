"""What figures are held against: plain loops, popular networks, and the settings both share."""
