"""Files of articles -> cleaned documents and passages, published as an index."""
