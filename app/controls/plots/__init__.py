"""Plots by pyqtgraph, in the program's own colours, letters and keys.

Only `ground` imports pyqtgraph; what imports `ground` (axes, plot, curve_items, curve_plot, figure) is imported by
`library`, in the background while torch is. The rest is light, and may be imported with the window.
"""
