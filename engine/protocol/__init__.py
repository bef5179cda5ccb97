"""What crosses the boundary between window and engine: values, requests and answers, all frozen.

Only the standard library is imported here (numpy for its types alone), so that the engine could move to another process
without touching the window. Payloads are numbers, tuples, enums, paths and read-only arrays.
"""
