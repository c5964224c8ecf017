"""What keeps a store in order: every worker does it, and the store makes that safe."""
