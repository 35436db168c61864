"""The pages and the HTTP interface over the library."""
