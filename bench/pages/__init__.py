"""What benches write into documents: the README's table, the page on the families, the guide's figures."""
