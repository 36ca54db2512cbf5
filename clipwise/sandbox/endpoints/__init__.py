"""The API's endpoints, by resource: functions from a `Call` to an `Answer`.

None of them knows the HTTP library; `clipwise.sandbox.routes` lists them.
"""
