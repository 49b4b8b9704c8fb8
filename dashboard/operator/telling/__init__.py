"""What the operator's pages say."""
