"""A model file and what it becomes when it is opened: pictures of recipes, directions, exports."""
