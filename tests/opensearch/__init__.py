"""OpenSearch for the tests: a real cluster on this machine."""
