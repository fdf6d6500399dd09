"""Values that every layer uses: units, addresses, canonical JSON, scripts, records."""
