"""Reading Room beside Orthanc on one machine: `python -m benchmarks [NAME...]`, see docs/performance.md."""
