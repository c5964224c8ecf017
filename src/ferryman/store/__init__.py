"""What a store must do: the contract every store fulfils and every actor relies on."""
