"""What clipwise promises of its speed and memory, measured: `python -m tests.benchmarks`."""
