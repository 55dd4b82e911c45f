"""The stages of a migration, one module or folder each. Every stage is a function from a `Migration` to a `Result`."""
