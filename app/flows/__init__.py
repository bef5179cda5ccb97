"""Things that take more than one step: opening, exporting, making sets, telling troubles."""
