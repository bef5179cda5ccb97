"""A model beside the pictures it is about: which are nearest to what it draws, and where their codes lie."""
