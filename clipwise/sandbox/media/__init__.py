"""Speech, pictures and film, made on this machine with nothing but Python packages.

Knows nothing of HTTP, of storage or of the client. The one entrance is `clipwise.sandbox.renderers`.
"""
