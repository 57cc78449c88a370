"""Which reader reads what? The one list of readers; each promises etl.readers.contract.Reader."""
