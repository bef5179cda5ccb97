"""Networks that only draw: their norms are folded into what lies before them, their kernels laid out once."""
